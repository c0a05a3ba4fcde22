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

    /** Data bytes; 0 for a FIN in a segment of its own, as always unless {@link SenderConfig#bySegments()}. */
    public int length() {
        return length;
    }

    /** True when the FIN goes, behind the data. */
    public boolean fin() {
        return fin;
    }

    /** What the range takes in sequence space: the data bytes, and 1 for the FIN. */
    public int sequenceLength() {
        return fin ? length + 1 : length;
    }

    @Override
    public String toString() {
        final String what = length == 0 ? "FIN" : length + " bytes" + (fin ? " and FIN" : "");
        return what + " at " + Integer.toUnsignedString(seq);
    }
}
