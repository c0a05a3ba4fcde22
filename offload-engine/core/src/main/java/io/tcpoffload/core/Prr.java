// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

/**
 * Proportional rate reduction (RFC 6937 with the bound of RFC 9937, as Linux tcp_cwnd_reduction): while the window shrinks
 * each acknowledgement lets out a share of what it says has left the network, so there is neither a pause nor a burst.
 * In bytes.
 */
final class Prr {

    private final SegmentSize segment;
    private final boolean bySegments;
    private long ssthreshBytes;
    private long recoverFlightBytes;
    private long deliveredBytes;
    private long sentBytes;
    private long roomBytes;

    /** @param bySegments whether a started segment counts as a whole one, as in Linux */
    Prr(SegmentSize segment, boolean bySegments) {
        this.segment = segment;
        this.bySegments = bySegments;
    }

    /** @param flightBytes what was in the network before the acknowledgement that started this, RecoverFS */
    void begin(long flightBytes, long newSsthreshBytes) {
        ssthreshBytes = newSsthreshBytes;
        recoverFlightBytes = Math.max(flightBytes, segment.bytes());
        deliveredBytes = 0;
        sentBytes = 0;
        roomBytes = segment.bytes();
    }

    /**
     * An acknowledgement delivered {@code bytes}, and {@code pipeBytes} are in the network now.
     *
     * @param safe whether the cumulative acknowledgement went forward and no more loss was found: then the window may grow
     *        back towards ssthresh by a segment (slow start), else not beyond what was delivered (packet conservation)
     */
    void onDelivered(long bytes, long pipeBytes, boolean safe) {
        if (bytes <= 0) {
            return;
        }
        deliveredBytes += bytes;
        long count;
        if (pipeBytes > ssthreshBytes) {
            count = share() - sentBytes;
        } else {
            count = Math.max(deliveredBytes - sentBytes, bytes) + (safe ? segment.bytes() : 0);
            count = Math.min(count, ssthreshBytes - pipeBytes);
        }
        roomBytes = Math.max(count, sentBytes == 0 ? segment.bytes() : 0);
    }

    private long share() {
        final long bytes = (deliveredBytes * ssthreshBytes + recoverFlightBytes - 1) / recoverFlightBytes;
        final long mss = segment.bytes();
        return bySegments ? (bytes + mss - 1) / mss * mss : bytes;
    }

    /** Loss was found by the clock: no acknowledgement lets anything out, so one segment may (Linux tcp_rack_reo_timeout). */
    void onLossByTimer() {
        roomBytes = Math.max(roomBytes, segment.bytes());
    }

    void onSent(long bytes) {
        sentBytes += bytes;
        roomBytes -= bytes;
    }

    /** Bytes that may leave now. */
    long roomBytes() {
        return Math.max(0, roomBytes);
    }
}
