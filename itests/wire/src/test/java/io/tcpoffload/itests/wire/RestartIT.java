// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.itests.KernelSockets;
import io.tcpoffload.itests.LossProgram;
import io.tcpoffload.itests.Snmp;
import io.tcpoffload.itests.Viewer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiConsumer;
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
    private static final int MOST_POSTS = 400;
    /** setsockopt calls of a take-over: repair mode on, and each queue chosen for reading where it stands. */
    private static final int STEPS = 3;
    private static final int TAKEN_TOGETHER = 3;
    private static final int JOINING = 40;
    private static final int LONGEST_JOIN_MILLIS = 120;
    /** Each way. */
    private static final double LOSS = 0.01;

    @TempDir
    Path directory;

    @Test
    void aKilledEngineLosesNoViewerAndNoByte() {
        killAgainAndAgain(0, (engine, random) -> {
            Setup.sleep(random.nextInt(LONGEST_LIFE_MILLIS));
            engine.kill();
        });
    }

    /** In the middle of posts, retransmissions among them. */
    @Test
    void norOnALinkThatLosesPackets() {
        killAgainAndAgain(LOSS, (engine, random) -> {
            try (KillSwitch kill = new KillSwitch(engine.pid(), "tcpoffload-sessions", "sendto", 1 + random.nextInt(MOST_POSTS))) {
                kill.await();
            }
        });
    }

    private void killAgainAndAgain(double loss, BiConsumer<EngineProcess, Random> kill) {
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
                    kill.accept(setup.engine, random);
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

    @Test
    void viewersThatJoinWhileItIsKilledAreServedOrSeeTheEnd() {
        long seed = Long.getLong("itests.seed", System.nanoTime());
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        try (Setup setup = new Setup(directory, STORE, "KEYFRAME")) {
            setup.engine.publish(2, SEGMENT, 0);
            for (int i = 0; i < KILLS; i++) {
                setup.engine.startPublishing(SEGMENT, PAUSE_MILLIS);
                setup.farm.open(JOINING);
                Setup.sleep(random.nextInt(LONGEST_JOIN_MILLIS));
                setup.engine.kill();
                setup.engine.startAgain();
            }
            assertServedOrEnded(setup);
        }
    }

    /** Other viewers are before and behind the one that it is killed at. */
    @Test
    void killedAtAnyStepOfATakeOverTheViewerIsServedOrSeesTheEnd() {
        try (Setup setup = new Setup(directory, STORE, "KEYFRAME")) {
            setup.engine.publish(2, SEGMENT, 0);
            for (int step = 1; step <= STEPS * TAKEN_TOGETHER; step++) {
                setup.engine.startPublishing(SEGMENT, PAUSE_MILLIS);
                try (KillSwitch kill = new KillSwitch(setup.engine.pid(), "tcpoffload-takeover", "setsockopt", step)) {
                    setup.farm.open(TAKEN_TOGETHER);
                    kill.await();
                }
                setup.engine.startAgain();
            }
            assertServedOrEnded(setup);
        }
    }

    private static void assertServedOrEnded(Setup setup) {
        setup.engine.publish(5, SEGMENT, PAUSE_MILLIS);
        long published = setup.engine.published();
        List<Viewer> all = setup.farm.await(Setup.PATIENCE, v -> v.end() == published && v.state().equals("open")
                || v.state().equals("eof") || v.state().equals("reset") || v.state().equals("failed"));
        assertTrue(all.stream().allMatch(v -> v.received() == 0 || v.exact()), all::toString);
        assertTrue(all.stream().allMatch(v -> v.received() == 0 || v.state().equals("open")),
                () -> "who had a byte goes on: " + all);
    }

    @Test
    void whereNobodyComesBackViewersAreResetAndNothingIsLeft() {
        try (Setup setup = new Setup(directory, STORE, "KEYFRAME", "grace=2")) {
            setup.join(VIEWERS);
            setup.engine.publish(5, SEGMENT, PAUSE_MILLIS);
            setup.awaitEverything();
            long killed = System.nanoTime();
            setup.engine.kill();
            setup.farm.await(Setup.PATIENCE, v -> v.state().equals("reset"));
            long seconds = (System.nanoTime() - killed) / 1_000_000_000L;
            assertTrue(seconds >= 1 && seconds <= 10, seconds + " s after the end of the engine");
            Setup.await("nothing is left", () -> setup.engine.leftovers().isEmpty());
            setup.engine.startAgain();
        }
    }

    @Test
    void aSecondEngineIsToldWhoTheFirstIs() {
        try (Setup setup = new Setup(directory, STORE, "KEYFRAME")) {
            assertThrows(IllegalStateException.class, setup.engine::startSecond);
            assertTrue(setup.engine.log().contains(" " + setup.engine.pid()), setup.engine::log);
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
