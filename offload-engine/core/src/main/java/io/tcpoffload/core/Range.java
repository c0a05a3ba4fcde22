// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

/** A piece of sequence space that must be sent again: filled by {@link Sender#nextRetransmission}, reused by its caller. */
public final class Range {

    private int seq;
    private int length;
    private boolean fin;

    void set(int newSeq, int newLength, boolean newFin) {
        seq = newSeq;
        length = newLength;
        fin = newFin;
    }

    /** Sequence number of the first byte, or of the FIN. */
    public int seq() {
        return seq;
    }

    /** Data bytes, 0 when this is the FIN, which always goes in a segment of its own. */
    public int length() {
        return length;
    }

    /** True when the segment is the FIN. */
    public boolean fin() {
        return fin;
    }

    /** What the range takes in sequence space: the data bytes, or 1 for the FIN. */
    public int sequenceLength() {
        return fin ? 1 : length;
    }

    @Override
    public String toString() {
        return fin ? "FIN at " + Integer.toUnsignedString(seq) : length + " bytes at " + Integer.toUnsignedString(seq);
    }
}
