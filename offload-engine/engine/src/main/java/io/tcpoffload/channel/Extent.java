// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

/**
 * Contiguous bytes in a store's memory, filled in by {@link StoredMedia#locate} and {@link Cursor#next}. Reused by its
 * owner, so that looking up costs no allocation. Not thread-safe.
 */
public final class Extent {

    private long position;
    private int memoryOffset;
    private int length;
    private long segmentStart;
    private long run = -1;

    void set(long position, int memoryOffset, int length, long segmentStart, long run) {
        this.run = run;
        set(position, memoryOffset, length, segmentStart);
    }

    void set(long position, int memoryOffset, int length, long segmentStart) {
        this.position = position;
        this.memoryOffset = memoryOffset;
        this.length = length;
        this.segmentStart = segmentStart;
    }

    /** Number of the run that these bytes, or others before them, were found in: a good place to look first. Perhaps -1. */
    long run() {
        return run;
    }

    void shift(long by) {
        position += by;
        segmentStart += by;
    }

    void limit(long most) {
        length = (int) Math.min(length, most);
    }

    /** Stream offset of the first byte. */
    public long position() {
        return position;
    }

    /** Index of the first byte in {@link StoredMedia#memory()}. */
    public int memoryOffset() {
        return memoryOffset;
    }

    /** Bytes, at least 1 after a successful look-up. */
    public int length() {
        return length;
    }

    /**
     * Stream offset at which the segment holding these bytes starts, which may be overwritten by now; 0 for bytes
     * published before the first join point.
     */
    public long segmentStart() {
        return segmentStart;
    }
}
