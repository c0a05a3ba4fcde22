// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The file as it is between any two stores of an append: made of the files before and after, by the order that {@link
 * StoreDescriptor} promises. That the order is kept, {@link WriterKilledTest} shows.
 */
class CutAtEveryStoreTest {

    private static final int SIZE = 64 << 10;
    private static final int APPENDS = 250;
    private static final int COPIES = StoreDescriptor.copiesOffset(SIZE);
    private static final int MEDIA = StoreDescriptor.mediaOffset(StoreDescriptor.runs(SIZE));

    @TempDir
    Path directory;

    @Test
    void isSoundBetweenAnyTwoStores() throws IOException {
        long seed = System.nanoTime();
        var random = new Random(seed);
        try (var store = new SegmentStore(directory, "cut", SIZE, () -> { })) {
            byte[] before = Files.readAllBytes(store.file());
            for (int i = 0; i < APPENDS; i++) {
                int length = 1 + random.nextInt(random.nextInt(10) == 0 ? SIZE : 3000);
                long head = store.head();
                store.append(Pattern.buffer(head, length), random.nextInt(3) == 0);
                byte[] after = Files.readAllBytes(store.file());
                cutEverywhere(before, after, head, store.head(), random, "seed " + seed + ", append " + i);
                before = after;
            }
        }
    }

    private void cutEverywhere(byte[] before, byte[] after, long oldHead, long newHead, Random random, String world)
            throws IOException {
        byte[] cut = before.clone();
        for (int[] write : writes(after)) {
            System.arraycopy(after, write[0], cut, write[0], write[1]);
            Path file = StoreFiles.write(directory.resolve("copy.store"), cut);
            long head;
            try {
                head = StoreFiles.requireSound(file, random);
            } catch (IOException | AssertionError e) {
                throw new AssertionError(world + ", after the write at " + write[0], e);
            }
            assertTrue(head == oldHead || head == newHead, world + ": head " + head);
        }
    }

    /** Offset and length of each, in order; media in two halves, a run's entry in its four numbers. */
    private static List<int[]> writes(byte[] after) {
        List<int[]> writes = new ArrayList<>();
        word(writes, StoreDescriptor.TAIL_AT, COPIES + StoreDescriptor.TAIL_COPIES);
        word(writes, StoreDescriptor.FIRST_AT, COPIES + StoreDescriptor.FIRST_COPIES);
        writes.add(new int[] {MEDIA, SIZE / 2});
        writes.add(new int[] {MEDIA + SIZE / 2, SIZE / 2});
        int next = (int) ByteBuffer.wrap(after).order(ByteOrder.nativeOrder()).getLong(StoreDescriptor.NEXT_AT);
        int newest = (next - 1) % StoreDescriptor.runs(SIZE) * StoreDescriptor.RUN_BYTES;
        for (int field = 0; field < 4; field++) {
            writes.add(new int[] {StoreDescriptor.RUN_AT + newest + field * Long.BYTES, Long.BYTES});
        }
        word(writes, StoreDescriptor.NEXT_AT, StoreDescriptor.NEXT_AT + Long.BYTES);
        word(writes, StoreDescriptor.NEWEST_JOIN_POINT_AT, StoreDescriptor.NEWEST_JOIN_POINT_AT + Long.BYTES);
        word(writes, StoreDescriptor.HEAD_AT, StoreDescriptor.HEAD_AT + Long.BYTES);
        return writes;
    }

    private static void word(List<int[]> writes, int at, int copiesAt) {
        writes.add(new int[] {at, Long.BYTES});
        writes.add(new int[] {copiesAt, Long.BYTES});
        writes.add(new int[] {copiesAt + Long.BYTES, Long.BYTES});
    }
}
