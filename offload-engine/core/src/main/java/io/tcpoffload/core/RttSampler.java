// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

/** Times one post at a time, and none that was sent again (Karn's algorithm, RFC 6298 3). */
final class RttSampler {

    /** No sample. */
    static final long NONE = -1;

    private int endSeq;
    private long sentNs;
    private boolean timing;

    /** New data up to {@code end} left. */
    void onSent(int end, long nowNs) {
        if (!timing) {
            endSeq = end;
            sentNs = nowNs;
            timing = true;
        }
    }

    /** Something from {@code seq} on left again: an acknowledgement of the timed post would wait for it. */
    void onRetransmitted(int seq) {
        if (Seq.before(seq, endSeq)) {
            timing = false;
        }
    }

    /** The round-trip time if {@code una} covers the timed post, or {@link #NONE}. */
    long onAck(int una, long arrivalNs) {
        if (!timing || Seq.before(una, endSeq)) {
            return NONE;
        }
        timing = false;
        return arrivalNs > sentNs ? arrivalNs - sentNs : NONE;
    }
}
