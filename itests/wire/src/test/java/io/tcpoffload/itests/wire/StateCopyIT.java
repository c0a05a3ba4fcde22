// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.itests.LossProgram;
import io.tcpoffload.offload.StateCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A power cut of the engine's process at any moment leaves a state that another engine can go on with. */
class StateCopyIT {

    private static final int VIEWERS = 40;
    private static final int SLOW_VIEWERS = 10;
    private static final int RECEIVE_BUFFER = 8192;
    private static final int SEGMENT = 188 * 7 * 30;
    private static final int PAUSE_MILLIS = 10;
    /** Small, so that it is written round and round, and viewers that stop reading have to skip. */
    private static final long STORE = 6L << 20;
    private static final double LOSS = 0.01;
    private static final int COPIES = 25;
    private static final int DAMAGES = 200;

    @TempDir
    Path directory;

    @Test
    void everyCopyCanBeGoneOnWithAndADamagedOneIsNoCalamity() throws IOException {
        long seed = Long.getLong("itests.seed", System.nanoTime());
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        try (Setup setup = new Setup(directory, STORE, "KEYFRAME", "maxSessions=256");
                LossProgram link = new LossProgram(setup.viewers, setup.veth.viewerDevice())) {
            setup.join(VIEWERS);
            setup.farm.open(SLOW_VIEWERS, RECEIVE_BUFFER);
            link.towardsViewers(LOSS, 0, seed);
            link.fromViewers(LOSS, 0, seed + 1);
            setup.engine.startPublishing(SEGMENT, PAUSE_MILLIS);
            for (int i = 0; i < COPIES; i++) {
                disturb(setup, random);
                Setup.sleep(random.nextInt(200));
                StateCopy copy = setup.engine.copyState(Files.createDirectory(directory.resolve("copy" + i)));
                List<StateCheck.Verdict> verdicts = copy.check();
                assertEquals(List.of(), verdicts.stream().filter(v -> v.refusal() != null).toList(), "copy " + i);
                assertTrue(verdicts.size() > VIEWERS / 2, () -> verdicts.size() + " sessions");
                for (int d = 0; d < DAMAGES / COPIES; d++) {
                    copy.damaged(random).check(); /* it may refuse, and must not fail */
                }
                deleteAll(copy.stores());
            }
            setup.engine.stopPublishing();
            assertTrue(setup.engine.channel().number("skips") > 0, "no viewer had to skip: the test is too kind");
        }
    }

    /** Slow viewers stop and go on, so that their streams have jumps in flight. */
    private static void disturb(Setup setup, Random random) {
        int slow = VIEWERS + random.nextInt(SLOW_VIEWERS);
        if (random.nextBoolean()) {
            setup.farm.pause(slow);
        } else {
            setup.farm.resume(slow);
        }
    }

    private static void deleteAll(List<Path> files) throws IOException {
        for (Path file : files) {
            Files.delete(file);
        }
    }
}
