// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.itests.KernelSockets;
import io.tcpoffload.itests.LossProgram;
import io.tcpoffload.itests.Snmp;
import io.tcpoffload.itests.Viewer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Viewers that watch while the engine is killed, or stops, and another one takes its place. */
class RestartIT {

    private static final int VIEWERS = 300;
    private static final int SEGMENT = 188 * 7 * 40;
    private static final int PAUSE_MILLIS = 25;
    private static final long STORE = 64L << 20;
    private static final int KILLS = 5;
    private static final int LONGEST_LIFE_MILLIS = 1500;
    /** Each way. */
    private static final double LOSS = 0.01;

    @TempDir
    Path directory;

    @Test
    void aKilledEngineLosesNoViewerAndNoByte() {
        killAgainAndAgain(0);
    }

    @Test
    void norOnALinkThatLosesPackets() {
        killAgainAndAgain(LOSS);
    }

    private void killAgainAndAgain(double loss) {
        long seed = Long.getLong("itests.seed", System.nanoTime());
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        try (Setup setup = new Setup(directory, STORE, "KEYFRAME")) {
            Snmp snmp = new Snmp(setup.viewers);
            setup.join(VIEWERS);
            try (LossProgram link = new LossProgram(setup.viewers, setup.veth.viewerDevice())) {
                link.towardsViewers(loss, 0, seed);
                link.fromViewers(loss, 0, seed + 1);
                for (int i = 0; i < KILLS; i++) {
                    setup.engine.startPublishing(SEGMENT, PAUSE_MILLIS);
                    Setup.sleep(random.nextInt(LONGEST_LIFE_MILLIS));
                    setup.engine.kill();
                    setup.engine.startAgain();
                    Setup.await("all viewers are served on", () -> setup.engine.owned() == VIEWERS);
                }
                setup.engine.publish(20, SEGMENT, PAUSE_MILLIS);
                assertAllExact(setup);
            }
            assertEquals(Map.of(), snmp.faults());
        }
    }

    @Test
    void anEngineThatStopsInGoodOrderLeavesItsViewersToTheNext() {
        try (Setup setup = new Setup(directory, STORE, "KEYFRAME")) {
            setup.join(VIEWERS);
            setup.engine.startPublishing(SEGMENT, PAUSE_MILLIS);
            Setup.sleep(500);
            setup.engine.suspend();
            setup.engine.startAgain();
            assertEquals(VIEWERS, setup.engine.counters().get("offload_resumed"));
            setup.engine.publish(20, SEGMENT, PAUSE_MILLIS);
            assertAllExact(setup);
            assertEquals(List.of(), setup.engine.warnings());
        }
    }

    private static void assertAllExact(Setup setup) {
        long published = setup.engine.published();
        List<Viewer> all = setup.awaitEverything();
        assertTrue(all.stream().allMatch(v -> v.exact() && v.state().equals("open") && v.end() == published),
                () -> published + " published: " + all.stream().filter(v -> !v.exact() || v.end() != published).limit(5).toList());
        assertEquals(0, KernelSockets.established(setup.servers, EngineProcess.PORT));
    }
}
