// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

/** What CUBIC and NewReno share: slow start with HyStart++, collapse at a timeout, restart after idle, undo. */
abstract class LossBasedControl implements CongestionControl {

    /** The largest window TCP can use (RFC 7323 2.3). */
    static final long MAX_CWND_BYTES = 1L << 30;

    /**
     * RFC 3465's limit L on what one acknowledgement adds in slow start is two segments a packet. Acknowledgements come
     * coalesced here, and one post is up to 64 KB, so the limit is one post: what one look at the session record
     * may add, however much one stretched acknowledgement covers.
     */
    static final long SLOW_START_LIMIT_BYTES = 65_535;

    private final SegmentSize segment;
    private final int initialCwndSegments;
    private final HyStart hyStart = new HyStart();
    private long cwndBytes;
    private long ssthreshBytes = Long.MAX_VALUE;
    private long cwndBefore;
    private long ssthreshBefore;

    LossBasedControl(SenderConfig config, SegmentSize segment) {
        this.segment = segment;
        this.initialCwndSegments = config.initialCwndSegments();
        this.cwndBytes = initialCwndBytes();
    }

    /** Congestion avoidance with {@code bytes} acknowledged. */
    abstract void avoidCongestion(long bytes, long srttNs, long nowNs);

    /** The threshold after a loss, not less than two segments; and whatever must be remembered of it. */
    abstract long reduce(long flightBytes);

    /** Congestion avoidance begins anew. */
    abstract void restart(boolean afterTimeout);

    /** What is remembered in segments, is that of other bytes now: {@code factor} is old by new size. */
    abstract void rescale(double factor);

    /** A round-trip time was measured. */
    void observe(long rttNs) {
        // who goes by nothing but losses has no use for it
    }

    /** What is left of a window that a part is taken of: whole segments, where they are counted. */
    long whole(long bytes) {
        return bytes;
    }

    /** Forgets what {@link #reduce} remembered last. */
    abstract void undoReduce();

    final int mss() {
        return segment.bytes();
    }

    private long initialCwndBytes() {
        return (long) initialCwndSegments * mss();
    }

    final void grow(long bytes) {
        cwndBytes = Math.min(cwndBytes + bytes, MAX_CWND_BYTES);
    }

    @Override
    public final long cwndBytes() {
        return cwndBytes;
    }

    @Override
    public final long ssthreshBytes() {
        return ssthreshBytes;
    }

    @Override
    public final void seed(long cwnd, long ssthresh) {
        cwndBytes = Math.max(mss(), Math.min(cwnd, MAX_CWND_BYTES));
        ssthreshBytes = ssthresh;
        if (ssthresh != Long.MAX_VALUE) {
            hyStart.stop();
        }
    }

    @Override
    public final void onAcked(long bytes, long srttNs, long nowNs) {
        long left = bytes;
        if (inSlowStart()) {
            final long limit = Math.max(SLOW_START_LIMIT_BYTES, 2L * mss());
            final long wanted = Math.min(left, limit) / hyStart.growthDivisor();
            final long grown = Math.min(wanted, ssthreshBytes - cwndBytes);
            grow(grown);
            left = inSlowStart() ? 0 : left - grown;
        }
        if (left > 0) {
            avoidCongestion(left, srttNs, nowNs);
        }
    }

    @Override
    public void onAckedUnlimited(long nowNs) {
        // what does not depend on time loses nothing
    }

    @Override
    public void onFlightBegins(long idleNs, long nowNs) {
        // what does not depend on time loses nothing
    }

    /** RFC 9406 4.3: in the initial slow start only, when the threshold is not known yet. */
    @Override
    public final void onRtt(long rttNs, int una, int nxt) {
        observe(rttNs);
        if (ssthreshBytes == Long.MAX_VALUE && hyStart.onRtt(rttNs, una, nxt)) {
            ssthreshBytes = cwndBytes;
        }
    }

    @Override
    public final void onLoss(long flightBytes, long nowNs) {
        lower(flightBytes);
        cwndBytes = ssthreshBytes;
        restart(false);
    }

    private void lower(long flightBytes) {
        cwndBefore = cwndBytes;
        ssthreshBefore = ssthreshBytes;
        ssthreshBytes = Math.max(reduce(flightBytes), 2L * mss());
        hyStart.stop();
    }

    @Override
    public final void onRecoveredWithoutSack(long flightBytes) {
        cwndBytes = Math.min(ssthreshBytes, Math.max(flightBytes, mss()) + mss());
    }

    @Override
    public final void onTimeout(long flightBytes, long pipeBytes, boolean reduces) {
        if (reduces) {
            lower(flightBytes);
        }
        cwndBytes = Math.min(pipeBytes + mss(), MAX_CWND_BYTES);
        restart(true);
    }

    /**
     * As Linux does, the window stays as many segments as it was when they shrink, which is less data (tcp_simple_retransmit);
     * when they grow it stays as many bytes (tcp_mtup_probe_success), so that there is never more data than was allowed.
     */
    @Override
    public final void onSegmentSize(int before) {
        if (mss() < before) {
            cwndBytes = shrunk(cwndBytes, before);
            cwndBefore = shrunk(cwndBefore, before);
            ssthreshBytes = shrunk(ssthreshBytes, before);
            ssthreshBefore = shrunk(ssthreshBefore, before);
        } else {
            cwndBytes = Math.max(cwndBytes, mss());
            ssthreshBytes = Math.max(ssthreshBytes, 2L * mss());
            rescale((double) before / mss());
        }
    }

    private long shrunk(long bytes, int before) {
        return bytes == Long.MAX_VALUE ? bytes : bytes * mss() / before;
    }

    @Override
    public final void undo() {
        cwndBytes = Math.max(cwndBytes, cwndBefore);
        ssthreshBytes = ssthreshBefore;
        undoReduce();
        restart(false);
    }

    /** As Linux does (tcp_cwnd_restart): halved for each timeout of silence, not below the initial window. */
    @Override
    public final void onRestartAfterIdle(long idleNs, long rtoNs) {
        final long floor = Math.min(initialCwndBytes(), cwndBytes);
        rememberThreshold();
        for (long idle = idleNs - rtoNs; idle >= 0 && cwndBytes > floor; idle -= rtoNs) {
            cwndBytes = Math.max(whole(cwndBytes / 2), floor);
        }
        restart(false);
    }

    /** As Linux does (tcp_cwnd_application_limited, from RFC 2861): half the way down to what was used. */
    @Override
    public final void onUnderused(long usedBytes) {
        final long used = Math.max(usedBytes, initialCwndBytes());
        if (used < cwndBytes) {
            rememberThreshold();
            cwndBytes = whole((cwndBytes + used) / 2);
            restart(false);
        }
    }

    /** Linux tcp_current_ssthresh: what the path has carried is remembered. */
    private void rememberThreshold() {
        if (ssthreshBytes != Long.MAX_VALUE) {
            ssthreshBytes = Math.max(ssthreshBytes, whole(cwndBytes / 4 * 3));
        }
    }
}
