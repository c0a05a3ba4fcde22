// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The file copied from front to end, as by cp(1), while it is written: each copy is sound or refused. */
class StoreCopyTest {

    private static final int SIZE = 1 << 20;
    private static final int COPIES = 400;

    @TempDir
    Path directory;
    private final Path shared = Path.of("/dev/shm/tcpoffload-copy-test-" + ProcessHandle.current().pid());

    @AfterEach
    void clean() throws IOException {
        Files.deleteIfExists(shared);
    }

    @Test
    @Timeout(60)
    void aCopyIsSoundOrRefused() throws Exception {
        long seed = System.nanoTime();
        var random = new Random(seed);
        var done = new AtomicBoolean();
        var thread = Executors.newSingleThreadExecutor();
        try (var store = new SegmentStore(shared, "copy", SIZE, () -> { })) {
            Future<?> writer = thread.submit(() -> write(store, done, seed + 1));
            int sound = 0;
            int refused = 0;
            for (int i = 0; i < COPIES; i++) {
                Path copy = StoreFiles.write(directory.resolve("copy.store"), Files.readAllBytes(store.file()));
                try {
                    StoreFiles.requireSound(copy, random);
                    sound++;
                } catch (StoreRefusedException e) {
                    refused++;
                }
            }
            done.set(true);
            writer.get();
            assertTrue(sound > COPIES / 10, sound + " sound, " + refused + " refused, seed " + seed);
        } catch (AssertionError e) {
            throw new AssertionError("seed " + seed, e);
        } finally {
            done.set(true);
            thread.shutdownNow();
        }
    }

    private Void write(SegmentStore store, AtomicBoolean done, long seed) throws IOException {
        var random = new Random(seed);
        while (!done.get()) {
            StoreFiles.appendAny(store, random, directory.resolve("body"));
            if (random.nextInt(4) == 0) {
                Thread.yield();
            }
        }
        return null;
    }
}
