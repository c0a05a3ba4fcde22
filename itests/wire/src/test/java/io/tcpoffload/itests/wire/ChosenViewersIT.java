// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.itests.Fields;
import io.tcpoffload.itests.Viewer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a publisher can do with single viewers, and what it hears of them. */
class ChosenViewersIT {

    private static final long STORE = 16L << 20;
    private static final int VIEWERS = 12;
    private static final int CHOSEN = 4;
    private static final int SEGMENT = 188 * 7 * 40;

    @TempDir
    Path directory;

    @Test
    void chosenViewersGetABodyThatTheOthersPassOver() {
        try (Setup setup = new Setup(directory, STORE, "KEYFRAME")) {
            setup.join(VIEWERS);
            List<Long> ids = setup.engine.sessions().stream().map(s -> s.number("id")).toList();
            setup.engine.publish(5, SEGMENT, 5);
            assertEquals(CHOSEN, setup.engine.choose(188 * 100, ids.subList(0, CHOSEN)));
            assertEquals(0, setup.engine.choose(188 * 100, List.of(4711L)), "nobody is there: nothing is published");
            setup.engine.publish(5, SEGMENT, 5);
            assertEquals(VIEWERS, setup.engine.sent(10_000).number("sent"));
            List<Viewer> viewers = setup.awaitEverything();
            long exact = viewers.stream().filter(Viewer::exact).count();
            long passed = viewers.stream().filter(v -> v.mismatch() < 0 && v.skips() == 1
                    && v.end() - v.start() == v.received() + 188 * 100).count();
            assertEquals(List.of((long) CHOSEN, (long) VIEWERS - CHOSEN), List.of(exact, passed), viewers::toString);
            assertEquals(0, setup.engine.channel().number("skips"), "nobody was too slow");
            assertEquals(List.of(), setup.engine.warnings());
        }
    }

    @Test
    void tellsWhoComesAndGoesAndWhy() {
        try (Setup setup = new Setup(directory, STORE, "KEYFRAME")) {
            setup.join(3);
            setup.engine.publish(4, SEGMENT, 5);
            assertEquals(3, setup.engine.sent(10_000).number("sent"));
            List<Long> ids = setup.engine.sessions().stream().map(s -> s.number("id")).toList();
            setup.engine.closeSession(ids.get(0));
            Setup.await("the first has gone", () -> ends(setup).size() == 1);
            setup.farm.report().stream().filter(v -> v.state().equals("open")).findFirst()
                    .ifPresent(v -> setup.farm.reset(v.id()));
            Setup.await("the second has gone", () -> ends(setup).size() == 2);
            List<Fields> events = setup.engine.events();
            assertEquals(3, events.stream().filter(e -> e.text("type").equals("subscribe")).count());
            assertTrue(events.stream().allMatch(e -> e.text("transport").equals("OFFLOAD")), "all by the ring");
            Fields closed = ends(setup).get(0);
            assertEquals(ids.get(0), closed.number("session"));
            assertEquals("asked", closed.text("reason"));
            assertEquals(4 * SEGMENT, closed.number("sent"));
            assertEquals("the-viewer-reset-the-connection", ends(setup).get(1).text("reason"));
            assertEquals(1, events.stream().filter(e -> e.text("type").equals("error")).count());
            assertEquals(List.of(), setup.engine.warnings());
        }
    }

    private static List<Fields> ends(Setup setup) {
        return setup.engine.events().stream().filter(e -> e.text("type").equals("unsubscribe")).toList();
    }
}
