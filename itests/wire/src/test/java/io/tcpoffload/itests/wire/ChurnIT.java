// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.itests.Viewer;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Viewers that join and leave all the time: the ones that stay get everything, and those that left leave nothing. */
class ChurnIT {

    private static final int STAYING = 20;
    private static final int COMING_AND_GOING = 100;
    private static final int ROUNDS = 5;
    private static final int SEGMENT = 188 * 7 * 40;
    private static final int PAUSE_MILLIS = 20;
    private static final long STORE = 32L << 20;
    /** A session's TIME-WAIT, and room for a slow machine. */
    private static final long QUIET_MILLIS = 12_000;
    private static final long MEMORY_NOISE_KB = 8 << 10;

    @TempDir
    Path directory;

    @Test
    void nothingIsLeftOfViewersThatCameAndWent() {
        long seed = Long.getLong("itests.seed", 42);
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        try (Setup setup = new Setup(directory, STORE, "KEYFRAME")) {
            setup.join(STAYING);
            setup.engine.startPublishing(SEGMENT, PAUSE_MILLIS);
            comeAndGo(setup, random);
            Setup.sleep(QUIET_MILLIS);
            long memory = setup.engine.privateKb();
            int files = setup.engine.openFiles();
            for (int round = 1; round < ROUNDS; round++) {
                comeAndGo(setup, random);
            }
            Setup.sleep(QUIET_MILLIS);
            assertEquals(STAYING, setup.engine.flows());
            assertEquals(files, setup.engine.openFiles());
            System.out.println(memory + " kB before, " + setup.engine.privateKb() + " kB after");
            assertTrue(setup.engine.privateKb() < memory + MEMORY_NOISE_KB,
                    () -> memory + " kB before, " + setup.engine.privateKb() + " kB after");
            setup.engine.stopPublishing();
            List<Viewer> all = setup.awaitEverything();
            assertTrue(all.stream().allMatch(Viewer::exact), all::toString);
            assertEquals(STAYING, all.stream().filter(v -> v.state().equals("open")).count());
        }
    }

    private static void comeAndGo(Setup setup, Random random) {
        int first = setup.farm.open(COMING_AND_GOING);
        for (int id = first; id < first + COMING_AND_GOING; id++) {
            Setup.sleep(random.nextInt(20));
            int leaving = first + random.nextInt(id - first + 1);
            leave(setup, leaving, random);
        }
        for (int id = first; id < first + COMING_AND_GOING; id++) {
            leave(setup, id, random);
        }
        Setup.await("only those who stay are served", () -> setup.engine.channel().number("viewers") == STAYING);
    }

    private static void leave(Setup setup, int id, Random random) {
        if (random.nextBoolean()) {
            setup.farm.closeViewer(id);
        } else {
            setup.farm.reset(id);
        }
    }
}
