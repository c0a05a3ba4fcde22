// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import java.nio.ByteBuffer;

/**
 * The readers' side of a {@link SegmentStore}. Any number of threads read without locks, by this protocol: {@link #locate},
 * copy out of {@link #memory()}, then {@link #stillValid}; only if that says yes was the copy what was published.
 */
public abstract sealed class StoredMedia permits SegmentStore {

    final ByteBuffer media;
    final int capacity;
    final RunIndex index;
    final StreamBounds bounds;

    /** @param memory laid out as {@link StoreDescriptor} says */
    StoredMedia(ByteBuffer memory, int capacity, long id) {
        int runs = StoreDescriptor.runs(capacity);
        StoreWords words = StoreWords.of(memory, capacity, id);
        this.capacity = capacity;
        bounds = new StreamBounds(words);
        index = new RunIndex(new RunTable(memory, runs, id), words);
        media = memory.slice(StoreDescriptor.mediaOffset(runs), capacity);
    }

    /**
     * Finds where a byte of the stream lies.
     *
     * @param position stream offset
     * @param out      gets the bytes from there to the end of their run, or to the head
     * @return false when the position is not in {@code [tail, head)}
     */
    public boolean locate(long position, Extent out) {
        while (true) {
            long head = head();
            if (position < tail() || position >= head) {
                return false;
            }
            long first = index.first();
            long next = index.next();
            long run = index.find(position, first, next, out.run());
            if (run >= first) {
                long start = index.start(run);
                long end = run + 1 < next ? Math.min(head, index.start(run + 1)) : head;
                long offset = (index.address(run) + position - start) % capacity;
                long segment = Math.max(0, index.segment(run));
                if (index.isIntact(first) && position >= tail()) {
                    out.set(position, (int) offset, (int) (end - position), segment, run);
                    return true;
                }
            }
            Thread.onSpinWait();
        }
    }

    /**
     * Where the segment of a position starts that need not be readable any more, or is the head. For the start of a viewer.
     *
     * @return -1 if that can't be told any more
     */
    long segmentStart(long position) {
        while (true) {
            long first = index.first();
            long next = index.next();
            long newest = bounds.newestJoinPoint();
            long run = index.find(position, first, next);
            long segment = run < first ? -1 : Math.max(0, index.segment(run));
            if (index.isIntact(first)) {
                return first == next && position == head() ? newest : segment;
            }
            Thread.onSpinWait();
        }
    }

    /** Whether bytes copied from this position on, after a {@link #locate}, are what was published there. */
    public boolean stillValid(long position) {
        return bounds.stillValid(position);
    }

    /** Stream offset of the oldest byte that can be read. */
    public long tail() {
        return bounds.tail();
    }

    /** Stream offset after the newest byte. */
    public long head() {
        return bounds.head();
    }

    /** Stream offset where the newest segment starts, or -1 when no segment's start is in the store. */
    public long newestJoinPoint() {
        long newest = bounds.newestJoinPoint();
        return newest >= tail() ? newest : -1;
    }

    /** Stream offset of the first segment's start at or after a position, or -1 when there is none yet. */
    public long joinPointAtOrAfter(long position) {
        return index.joinPointAtOrAfter(Math.max(position, tail()));
    }

    /** Stream offset of the last segment's start at or before a position, or -1 when that is not in the store. */
    public long joinPointAtOrBefore(long position) {
        long found = index.joinPointAtOrBefore(position);
        return found >= tail() ? found : -1;
    }

    /** Segments whose start is in the store. Walks the index: for people, not for the hot path. */
    public int segments() {
        int count = 0;
        for (long at = joinPointAtOrAfter(tail()); at >= 0; at = joinPointAtOrAfter(at + 1)) {
            count++;
        }
        return count;
    }

    /** Copies located bytes to {@code index} on; no position moves, and nothing is allocated. Ask {@link #stillValid} after it. */
    void copy(int memoryOffset, int length, ByteBuffer to, int index) {
        to.put(index, media, memoryOffset, length);
    }

    /** A reader's own view of the memory of media, for absolute access; indices come from {@link Extent#memoryOffset()}. */
    public ByteBuffer memory() {
        return media.duplicate();
    }

    /** Bytes of media at the most. */
    public int capacity() {
        return capacity;
    }
}
