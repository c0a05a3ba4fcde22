// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.api.OffloadException;
import java.io.EOFException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileIntakeTest {

    private static final int SIZE = 8 << 20;
    /** Opening a file costs a few KiB of heap; the body's size must not show. */
    private static final long HEAP_PER_FILE = 16 << 10;

    @TempDir
    Path directory;

    private final Extent extent = new Extent();

    private SegmentStore store(Path at) {
        return new SegmentStore(at, "test", SIZE, () -> { });
    }

    private Path file(long position, int length) throws IOException {
        return Files.write(directory.resolve(length + "-" + position + ".ts"), Pattern.bytes(position, length));
    }

    private void check(SegmentStore store, long from) {
        byte[] got = new byte[SIZE];
        for (long at = from; at < store.head(); at += extent.length()) {
            assertTrue(store.locate(at, extent));
            store.memory().get(extent.memoryOffset(), got, 0, extent.length());
            assertEquals(-1, Pattern.firstWrong(at, got, extent.length()));
        }
    }

    @Test
    void readsLargeFilesByDirectIoIntoSharedMemoryWhereTheDiskCan() throws IOException {
        Path shared = Path.of("/dev/shm/tcpoffload-test-" + ProcessHandle.current().pid());
        Path file = Files.write(Path.of("target", "large.ts"), Pattern.bytes(0, 3_000_017));
        try (var store = store(shared)) {
            assertEquals(3_000_017, store.append(file, true));
            assertEquals(1, store.directFiles(), "the build directory's file system knows O_DIRECT");
            check(store, 0);
        } finally {
            Files.delete(file);
            Files.delete(shared);
        }
    }

    @Test
    void readsSmallFilesTheOrdinaryWay() throws IOException {
        try (var store = store(null)) {
            store.append(file(0, FileIntake.DIRECT_MIN_BYTES - 1), true);
            assertEquals(1, store.bufferedFiles());
            check(store, 0);
        }
    }

    @Test
    void staysExactWithFilesAndBuffersOfOddSizesMixed() throws IOException {
        long seed = System.nanoTime();
        var random = new Random(seed);
        try (var store = store(directory)) {
            for (int i = 0; i < 200; i++) {
                int length = 1 + random.nextInt(400_000);
                if (random.nextBoolean()) {
                    Path file = file(store.head(), length);
                    store.append(file, random.nextBoolean());
                    Files.delete(file);
                } else {
                    store.append(Pattern.buffer(store.head(), length), random.nextBoolean());
                }
                if (i % 20 == 0) {
                    check(store, store.tail());
                }
            }
            check(store, store.tail());
        } catch (AssertionError e) {
            throw new AssertionError("seed " + seed, e);
        }
    }

    @Test
    void publishesNothingOfAFileThatCannotBeReadToItsEnd() throws IOException {
        try (var store = store(null)) {
            store.append(Pattern.buffer(0, 100), true);
            Path shorterThanItSays = Path.of("/sys/kernel/uevent_seqnum");
            var e = assertThrows(EOFException.class, () -> store.append(shorterThanItSays, true));
            assertTrue(e.getMessage().contains("of 4096 bytes"), e.getMessage());
            assertThrows(IOException.class, () -> store.append(directory, true));
            assertThrows(IOException.class, () -> store.append(directory.resolve("missing"), true));
            assertEquals(100, store.head());
            assertEquals(0, store.newestJoinPoint());
            store.append(Pattern.buffer(100, 100), false);
            check(store, 0);
        }
    }

    @Test
    void refusesAFileLargerThanTheStore() throws IOException {
        try (var store = store(null)) {
            Path file = file(0, SIZE + 1);
            var e = assertThrows(OffloadException.class, () -> store.append(file, true));
            assertTrue(e.getMessage().contains("" + SIZE) && e.getMessage().contains("" + (SIZE + 1)));
        }
    }

    @Test
    void copiesNoPayloadThroughTheJavaHeap() throws IOException {
        try (var store = store(directory)) {
            ByteBuffer body = ByteBuffer.allocateDirect(1 << 20);
            Path large = file(0, 1 << 20);
            Path small = file(0, FileIntake.DIRECT_MIN_BYTES - 1);
            for (int i = 0; i < 50; i++) {
                store.append(body.clear(), true);
                store.append(large, true);
                store.append(small, true);
            }
            assertTrue(allocated(() -> store.append(body.clear(), true)) < 64, "buffer");
            assertTrue(allocated(() -> store.append(large, true)) < HEAP_PER_FILE, "large file");
            assertTrue(allocated(() -> store.append(small, true)) < HEAP_PER_FILE, "small file");
        }
    }

    private interface Action {
        void run() throws IOException;
    }

    /** Heap bytes allocated by this thread for one call, the mean of 20. */
    private static long allocated(Action action) throws IOException {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
        for (int i = 0; i < 20; i++) {
            action.run();
        }
        return (threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before) / 20;
    }
}
