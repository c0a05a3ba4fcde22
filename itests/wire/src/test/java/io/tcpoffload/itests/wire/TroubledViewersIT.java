// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.itests.LossProgram;
import io.tcpoffload.itests.Viewer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Viewers that stop reading, vanish or reset: the others notice nothing, and nothing stays behind. */
class TroubledViewersIT {

    private static final int OTHERS = 20;
    private static final int SEGMENT = 188 * 7 * 40;
    private static final int PAUSE_MILLIS = 10;
    /** About a second at this rate: whoever stops reading falls out of it. */
    private static final long SMALL_STORE = 8L << 20;
    private static final int STOPPED_MILLIS = 20_000;

    @TempDir
    Path directory;

    private static void assertOthersExact(Setup setup, int troubled) {
        long published = setup.engine.published();
        List<Viewer> all = setup.farm.await(Setup.PATIENCE, v -> v.id() == troubled || v.end() == published);
        assertTrue(all.stream().filter(v -> v.id() != troubled).allMatch(v -> v.exact() && v.state().equals("open")),
                all::toString);
    }

    @Test
    void aViewerThatStopsReadingSkipsToTheNewestSegmentWhenItComesBack() {
        try (Setup setup = new Setup(directory, SMALL_STORE, "KEYFRAME")) {
            setup.join(OTHERS + 1);
            setup.engine.startPublishing(SEGMENT, PAUSE_MILLIS);
            setup.farm.pause(0);
            Setup.sleep(STOPPED_MILLIS);
            setup.farm.resume(0);
            Setup.sleep(2000);
            setup.engine.stopPublishing();
            assertOthersExact(setup, 0);
            Viewer slow = setup.awaitEverything().get(0);
            assertTrue(slow.mismatch() < 0 && slow.skips() > 0, slow::toString);
            assertEquals(slow.skips(), setup.engine.channel().number("skips"));
        }
    }

    @Test
    void aViewerThatStopsReadingIsClosedByPolicyAndCounted() {
        try (Setup setup = new Setup(directory, SMALL_STORE, "DISCONNECT")) {
            setup.join(OTHERS + 1);
            setup.engine.startPublishing(SEGMENT, PAUSE_MILLIS);
            setup.farm.pause(0);
            Setup.await("the slow viewer is gone", () -> setup.engine.channel().number("viewers") == OTHERS);
            setup.engine.stopPublishing();
            assertOthersExact(setup, 0);
            assertEquals(1, setup.engine.channel().number("slowClosed"));
        }
    }

    @Test
    void aViewerThatVanishesIsFoundDeadAndRemoved() {
        try (Setup setup = new Setup(directory, 64L << 20, "KEYFRAME");
                LossProgram link = new LossProgram(setup.viewers, setup.veth.viewerDevice())) {
            setup.join(OTHERS + 1);
            setup.engine.startPublishing(SEGMENT, PAUSE_MILLIS);
            link.cut(setup.farm.report().get(0).port());
            Setup.await("the dead viewer is gone", () -> setup.engine.sessions().size() == OTHERS);
            setup.engine.stopPublishing();
            assertOthersExact(setup, 0);
        }
    }

    @Test
    void aViewerThatResetsIsGoneAtOnceAndOneThatHalfClosesGetsItsStream() {
        try (Setup setup = new Setup(directory, SMALL_STORE, "KEYFRAME")) {
            setup.join(OTHERS + 1);
            setup.engine.startPublishing(SEGMENT, PAUSE_MILLIS);
            setup.farm.reset(0);
            Setup.await("the viewer is gone", () -> setup.engine.sessions().size() == OTHERS);
            setup.farm.halfClose(1);
            Setup.sleep(1000);
            setup.engine.stopPublishing();
            assertOthersExact(setup, 0);
        }
    }
}
