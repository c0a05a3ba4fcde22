// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.clauses.Hostile;
import io.tcpoffload.clauses.Layer;
import io.tcpoffload.itests.Command;
import io.tcpoffload.itests.LossProgram;
import io.tcpoffload.itests.Viewer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The engine stands still under load, as in a long garbage collection pause, and a viewer comes back by the same port. */
class StandstillIT {

    private static final int VIEWERS = 100;
    /** An event ring for about a thousand events: fewer than these viewers raise when each packet comes twice. */
    private static final String SMALL_EVENT_RING = "maxSessions=200";
    private static final int SEGMENT = 188 * 7 * 40;
    private static final int PAUSE_MILLIS = 40;
    private static final double LOSS = 0.02;
    private static final double DUPLICATES = 1;
    private static final int STANDSTILLS = 3;
    private static final int STANDSTILL_MILLIS = 500;
    private static final int REUSES = 3;

    @TempDir
    Path directory;

    @Test
    @Hostile(value = "event ring overrun", layer = Layer.WIRE, counter = "kernel_events_lost, offload_event_overruns")
    void streamsAreExactThoughTheEngineStandsStillAndEventsAreLost() {
        try (Setup setup = new Setup(directory, 64L << 20, "KEYFRAME", SMALL_EVENT_RING);
                LossProgram link = new LossProgram(setup.viewers, setup.veth.viewerDevice())) {
            setup.veth.withoutServerOffloads();
            setup.join(VIEWERS);
            link.towardsViewers(LOSS, DUPLICATES, 21);
            setup.engine.startPublishing(SEGMENT, PAUSE_MILLIS);
            for (int i = 0; i < STANDSTILLS; i++) {
                Setup.sleep(STANDSTILL_MILLIS);
                Command.run("kill", "-STOP", Long.toString(setup.engine.pid()));
                Setup.sleep(STANDSTILL_MILLIS);
                Command.run("kill", "-CONT", Long.toString(setup.engine.pid()));
            }
            setup.engine.stopPublishing();
            List<Viewer> all = setup.awaitEverything();
            assertTrue(all.stream().allMatch(Viewer::exact), all::toString);
            assertEquals(VIEWERS, setup.engine.owned());
            assertTrue(setup.engine.counters().get("kernel_events_lost") > 0, "no event was lost");
            assertTrue(setup.engine.counters().get("offload_event_overruns") > 0, "nobody saw that events were lost");
            assertEquals(List.of(), setup.engine.warnings());
        }
    }

    @Test
    @Hostile(value = "4-tuple reuse", layer = Layer.WIRE, counter = "offload_taken_over")
    void aViewerThatComesBackByTheSamePortIsServedAnew() {
        try (Setup setup = new Setup(directory, 64L << 20, "KEYFRAME")) {
            // else a viewer that has read all when it goes keeps its port in TIME-WAIT
            setup.viewers.run("sysctl", "-qw", "net.ipv4.tcp_max_tw_buckets=0");
            setup.engine.startPublishing(SEGMENT, PAUSE_MILLIS);
            for (int i = 1; i <= REUSES; i++) {
                // the time is for a SYN that comes before the reset is taken in: it is challenged, and repeated after a second
                String received = setup.viewers.run("sh", "-c", "curl -s -m 10 --local-port 40123 http://"
                        + setup.veth.serverAddress() + ":" + EngineProcess.PORT + "/" + EngineProcess.CHANNEL
                        + " | head -c " + SEGMENT + " | wc -c").trim();
                assertEquals(SEGMENT, Long.parseLong(received), "visit " + i);
                assertEquals(i, setup.engine.counters().get("offload_taken_over"));
            }
            setup.engine.stopPublishing();
            assertEquals(List.of(), setup.engine.warnings());
        }
    }
}
