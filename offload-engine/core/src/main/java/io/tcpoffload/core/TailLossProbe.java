// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

/**
 * Tail loss probe (RFC 8985 7): when the end of a flight stays unanswered for two round trips, one segment goes to make the
 * viewer speak, long before the retransmission timeout. New data if there is some, else the last segment again.
 */
final class TailLossProbe {

    /** RFC 8985 7.2, TLP.max_ack_delay: a single segment's acknowledgement may be delayed; Linux {@code tcp_rto_min}. */
    static final long MAX_ACK_DELAY_NS = 200_000_000L;

    /** Linux {@code TCP_TIMEOUT_MIN}, two ticks: neither timers nor the reading of acknowledgements are exact. */
    static final long SLACK_NS = 2_000_000L;

    private enum Due {
        NOTHING,
        NEW_DATA,
        LAST_SEGMENT
    }

    private final SegmentSize segment;
    private Due due = Due.NOTHING;
    private int lastPostStart;
    private boolean outstanding;
    private boolean resent;
    private int endSeq;

    TailLossProbe(SegmentSize segment, int nxt) {
        this.segment = segment;
        this.lastPostStart = nxt;
    }

    /** RFC 8985 7.2, TLP_calc_PTO(), but for the bound by the retransmission timeout. */
    long intervalNs(long srttNs, int una, int nxt) {
        final boolean one = Seq.atOrAfter(una, lastPostStart) && Seq.distance(una, nxt) <= segment.bytes();
        return 2 * srttNs + (one ? MAX_ACK_DELAY_NS : SLACK_NS);
    }

    /** RFC 8985 7.3: no two probes in a row. */
    boolean isOutstanding() {
        return outstanding;
    }

    /** The probe timeout is over. */
    void fire(boolean newDataWaits) {
        due = newDataWaits ? Due.NEW_DATA : Due.LAST_SEGMENT;
    }

    boolean wantsNewData() {
        return due == Due.NEW_DATA;
    }

    boolean wantsLastSegment() {
        return due == Due.LAST_SEGMENT;
    }

    /** Where the last segment starts: what the last post leaves when it is cut into full segments, as Linux does. */
    int lastSegmentStart(int una, int nxt) {
        final int from = Seq.max(una, lastPostStart);
        final int length = Seq.distance(from, nxt);
        return length <= 0 ? Seq.max(una, Seq.plus(nxt, -segment.bytes()))
                : Seq.plus(nxt, -((length - 1) % segment.bytes() + 1));
    }

    /** New data from {@code from} to {@code to} left. */
    void onSent(int from, int to) {
        lastPostStart = from;
        if (due == Due.NEW_DATA) {
            begin(to, false);
        }
        due = Due.NOTHING;
    }

    /**
     * Something left again.
     *
     * @return true when that was the probe
     */
    boolean onResent(int nxt) {
        if (due != Due.LAST_SEGMENT) {
            return false;
        }
        begin(nxt, true);
        return true;
    }

    private void begin(int end, boolean again) {
        outstanding = true;
        resent = again;
        endSeq = end;
        due = Due.NOTHING;
    }

    /** Recovery or a timeout takes over. */
    void stop() {
        outstanding = false;
        due = Due.NOTHING;
    }

    /**
     * RFC 8985 7.4, TLP_process_ack().
     *
     * @param dsack whether the acknowledgement reports a duplicate of the probe
     * @param bareDuplicate whether it is a duplicate acknowledgement without SACK blocks
     * @return true when the probe repaired a loss nothing else has told of, so that the window must be reduced
     */
    boolean onAck(int ack, boolean delivered, boolean dsack, boolean bareDuplicate) {
        if (delivered) {
            due = Due.NOTHING;
        }
        if (!outstanding || Seq.before(ack, endSeq)) {
            return false;
        }
        if (!resent || dsack || bareDuplicate) {
            outstanding = false;
            return false;
        }
        if (Seq.after(ack, endSeq)) {
            outstanding = false;
            return true;
        }
        return false;
    }

    /** True when a duplicate reported up to {@code right} is the probe. */
    boolean isProbe(int right) {
        return outstanding && resent && right == endSeq;
    }
}
