// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.api.OffloadException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SegmentStoreTest {

    private static final int SIZE = 64 << 10;

    private final Extent extent = new Extent();
    private int wakeUps;
    private final SegmentStore store = new SegmentStore(null, "test", SIZE, () -> wakeUps++);

    @AfterEach
    void close() {
        store.close();
    }

    private byte[] read(long position, int length) {
        return StoreCheck.bytes(store, position, length);
    }

    private void append(int length, boolean joinPoint) {
        store.append(Pattern.buffer(store.head(), length), joinPoint);
    }

    @Test
    void startsEmpty() {
        assertEquals(0, store.head());
        assertEquals(0, store.tail());
        assertEquals(-1, store.newestJoinPoint());
        assertEquals(-1, store.joinPointAtOrAfter(0));
        assertFalse(store.locate(0, extent));
    }

    @Test
    void givesBackWhatWasAppended() {
        ByteBuffer body = Pattern.buffer(0, 5000);
        assertEquals(5000, store.append(body, true));
        assertFalse(body.hasRemaining());
        assertEquals(5000, store.head());
        assertEquals(1, wakeUps);
        assertArrayEquals(Pattern.bytes(0, 5000), read(0, 5000));
        assertFalse(store.locate(5000, extent));
    }

    @Test
    void takesOnlyTheRemainingBytesOfABuffer() {
        ByteBuffer body = Pattern.buffer(-10, 100).position(10).limit(60);
        assertEquals(50, store.append(body, true));
        assertArrayEquals(Pattern.bytes(0, 50), read(0, 50));
    }

    @Test
    void joinsContinuationsToOneRun() {
        append(1000, true);
        append(777, false);
        append(1, false);
        assertTrue(store.locate(0, extent));
        assertEquals(1778, extent.length());
        assertEquals(1, store.segments());
    }

    @Test
    void endsARunAtTheNextSegment() {
        append(1000, true);
        append(500, true);
        assertTrue(store.locate(10, extent));
        assertEquals(990, extent.length());
        assertEquals(0, extent.segmentStart());
        assertTrue(store.locate(1200, extent));
        assertEquals(1000, extent.segmentStart());
        assertEquals(1000, store.newestJoinPoint());
        assertEquals(1000, store.joinPointAtOrAfter(1));
        assertEquals(0, store.joinPointAtOrAfter(0));
        assertEquals(-1, store.joinPointAtOrAfter(1001));
    }

    @Test
    void bytesBeforeTheFirstSegmentAreNoPlaceToJoin() {
        append(100, false);
        assertEquals(-1, store.newestJoinPoint());
        assertEquals(-1, store.joinPointAtOrAfter(0));
        append(100, true);
        assertEquals(100, store.newestJoinPoint());
    }

    @Test
    void neverWrapsABodyInMemory() {
        append(SIZE - 100, true);
        append(200, false);
        assertTrue(store.locate(SIZE - 100, extent));
        assertEquals(0, extent.memoryOffset());
        assertEquals(200, extent.length());
        assertEquals(200, store.tail(), "exactly what lies below the new body is gone");
        assertEquals(-1, store.newestJoinPoint(), "its first byte is overwritten");
        assertArrayEquals(Pattern.bytes(200, SIZE - 100), read(200, SIZE - 100));
    }

    @Test
    void keepsTheSegmentsStartInMindWhenItIsOverwritten() {
        append(SIZE - 100, true);
        append(200, false);
        assertTrue(store.locate(300, extent));
        assertEquals(0, extent.segmentStart());
    }

    @Test
    void takesABodyOfTheStoresSizeAndNoLarger() {
        append(10, true);
        append(SIZE, true);
        assertEquals(10, store.tail());
        assertArrayEquals(Pattern.bytes(10, SIZE), read(10, SIZE));
        var e = assertThrows(OffloadException.class, () -> append(SIZE + 1, true));
        assertTrue(e.getMessage().contains("65537") && e.getMessage().contains("65536"), e.getMessage());
        assertArrayEquals(Pattern.bytes(10, SIZE), read(10, SIZE));
    }

    @Test
    void ignoresEmptyBodies() {
        append(0, true);
        assertEquals(-1, store.newestJoinPoint());
        assertEquals(0, wakeUps);
    }

    @Test
    void staysExactOverManyLapsOfOddSizes() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        for (int i = 0; i < 5000; i++) {
            append(1 + random.nextInt(random.nextInt(50) == 0 ? SIZE : 3000), random.nextBoolean());
            long tail = store.tail();
            int length = (int) (store.head() - tail);
            assertTrue(length > 0 && length <= SIZE);
            byte[] got = read(tail, length);
            assertEquals(-1, Pattern.firstWrong(tail, got, length), "seed " + seed);
            long newest = store.newestJoinPoint();
            assertTrue(newest == -1 || newest >= tail, "seed " + seed);
        }
    }

    @Test
    void forgetsTheOldestWhenTheIndexIsFull() {
        for (int i = 0; i < 1000; i++) {
            append(1, true);
        }
        assertEquals(64, store.segments());
        assertEquals(936, store.tail());
        assertArrayEquals(Pattern.bytes(936, 64), read(936, 64));
    }

    @Test
    void saysWhenACopyIsNoLongerGood() {
        append(1000, true);
        assertTrue(store.stillValid(0));
        append(SIZE, true);
        assertFalse(store.stillValid(0));
        assertFalse(store.locate(0, extent));
    }

    @Test
    void publishesAStreamAsItComes() throws IOException {
        InputStream first = new ByteArrayInputStream(Pattern.bytes(0, 3 * SIZE + 7));
        InputStream empty = InputStream.nullInputStream();
        assertEquals(3 * SIZE + 7, store.append(new SequenceInputStream(first, empty), true, () -> true));
        assertEquals(4, wakeUps);
        long tail = store.tail();
        int length = (int) (store.head() - tail);
        assertEquals(-1, Pattern.firstWrong(tail, read(tail, length), length));
    }

    @Test
    void keepsWhatCameBeforeAStreamFailed() {
        InputStream broken = new InputStream() {
            private int left = 10;

            @Override
            public int read() throws IOException {
                if (left-- == 0) {
                    throw new IOException("cable pulled");
                }
                return 1;
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                bytes[offset] = (byte) read();
                return 1;
            }
        };
        assertThrows(IOException.class, () -> store.append(broken, true, () -> true));
        assertEquals(10, store.head());
    }

    @Test
    void refusesAppendsOnceClosedAndStaysReadable() {
        append(100, true);
        store.close();
        assertThrows(OffloadException.class, () -> append(1, true));
        assertArrayEquals(Pattern.bytes(0, 100), read(0, 100));
    }

    @Test
    void keepsItsFilePrivateAndDeletesIt(@TempDir Path directory) throws IOException {
        Path home = directory.resolve("media");
        try (var mapped = new SegmentStore(home, "news", SIZE, () -> { })) {
            assertEquals("", mapped.fallbackReason());
            assertEquals(StoreDescriptor.bytes(SIZE), Files.size(mapped.file()));
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(mapped.file())));
            assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(home)));
            assertTrue(mapped.file().getFileName().toString().startsWith("news-"));
            mapped.append(Pattern.buffer(0, 100), true);
            int media = StoreDescriptor.mediaOffset(StoreDescriptor.runs(SIZE));
            assertArrayEquals(Pattern.bytes(0, 100),
                    Arrays.copyOfRange(Files.readAllBytes(mapped.file()), media, media + 100), "the memory is shared");
        }
        try (var left = Files.list(home)) {
            assertEquals(0, left.count());
        }
    }

    @Test
    void usesDirectMemoryWhereThereIsNoDirectory() {
        try (var direct = new SegmentStore(Path.of("/proc/no-such-place"), "news", SIZE, () -> { })) {
            assertNull(direct.file());
            assertTrue(direct.fallbackReason().contains("/proc/no-such-place"), direct.fallbackReason());
        }
    }
}
