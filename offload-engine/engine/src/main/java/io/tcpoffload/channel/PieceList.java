// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** The bytes of a {@link PrivateSource} that are ready and not acknowledged, in pieces as they were appended. */
final class PieceList {

    private static final byte[] ZEROS = new byte[64 << 10];

    private long[] ends = new long[16];
    private byte[][] contents = new byte[16][];
    private boolean[] pushed = new boolean[16];
    private int head;
    private int tail;
    private long first;
    private long residentBytes;

    /**
     * @param bytes null for zeros
     * @param push  whether an append ends here
     */
    void add(long start, byte[] bytes, long length, boolean push) {
        if (tail == ends.length) {
            makeRoom();
        }
        ends[tail] = start + length;
        contents[tail] = bytes;
        pushed[tail] = push;
        tail++;
        residentBytes += bytes == null ? 0 : bytes.length;
    }

    private void makeRoom() {
        int count = count();
        int room = 2 * count > ends.length ? 2 * ends.length : ends.length;
        long[] movedEnds = new long[room];
        byte[][] movedContents = new byte[room][];
        boolean[] movedPushed = new boolean[room];
        System.arraycopy(ends, head, movedEnds, 0, count);
        System.arraycopy(contents, head, movedContents, 0, count);
        System.arraycopy(pushed, head, movedPushed, 0, count);
        ends = movedEnds;
        contents = movedContents;
        pushed = movedPushed;
        head = 0;
        tail = count;
    }

    int count() {
        return tail - head;
    }

    /** Stream position of the first byte that is kept. */
    long first() {
        return first;
    }

    /** Heap that the pieces hold. */
    long residentBytes() {
        return residentBytes;
    }

    /** @return whether a piece was dropped */
    boolean release(long before) {
        if (before <= first) {
            return false;
        }
        first = before;
        boolean dropped = false;
        while (head < tail && ends[head] <= before) {
            residentBytes -= contents[head] == null ? 0 : contents[head].length;
            contents[head++] = null;
            dropped = true;
        }
        return dropped;
    }

    /** Whether an append ends exactly there. */
    boolean pushedAt(long end) {
        int i = Arrays.binarySearch(ends, head, tail, end);
        return i >= 0 && pushed[i];
    }

    /** Copies bytes that are all there. */
    void copy(long at, int length, ByteBuffer to, int index) {
        int i = Arrays.binarySearch(ends, head, tail, at);
        i = i < 0 ? -i - 1 : i + 1;
        int done = 0;
        while (done < length) {
            long from = at + done;
            int bytes = (int) Math.min(length - done, ends[i] - from);
            if (contents[i] == null) {
                for (int filled = 0; filled < bytes; filled += ZEROS.length) {
                    to.put(index + done + filled, ZEROS, 0, Math.min(ZEROS.length, bytes - filled));
                }
            } else {
                to.put(index + done, contents[i], contents[i].length - (int) (ends[i] - from), bytes);
            }
            done += bytes;
            i++;
        }
    }

    void clear() {
        Arrays.fill(contents, null);
        head = 0;
        tail = 0;
        residentBytes = 0;
    }
}
