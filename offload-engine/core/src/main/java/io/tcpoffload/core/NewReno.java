// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

/** Slow start and congestion avoidance by bytes (RFC 5681 3.1, RFC 3465), halving on loss. */
final class NewReno implements CongestionControl {

    /** The largest window TCP can use (RFC 7323 2.3). */
    private static final long MAX_CWND_BYTES = 1L << 30;

    /**
     * RFC 3465's limit L on what one acknowledgement adds in slow start is two segments a packet. Acknowledgements come
     * coalesced here, and one post is up to 64 KB, so the limit is one post: what one look at the session record
     * may add, however much one stretched acknowledgement covers.
     */
    static final long SLOW_START_LIMIT_BYTES = 65_535;

    private final int mss;
    private final long initialCwndBytes;
    private long cwndBytes;
    private long ssthreshBytes = Long.MAX_VALUE;
    private long ackedInAvoidanceBytes;

    NewReno(SenderConfig config) {
        this.mss = config.mss();
        this.initialCwndBytes = config.initialCwndBytes();
        this.cwndBytes = initialCwndBytes;
    }

    @Override
    public long cwndBytes() {
        return cwndBytes;
    }

    @Override
    public long ssthreshBytes() {
        return ssthreshBytes;
    }

    @Override
    public void onAcked(long bytes, long srttNs, long nowNs) {
        long left = bytes;
        if (inSlowStart()) {
            final long limit = Math.max(SLOW_START_LIMIT_BYTES, 2L * mss);
            final long grown = Math.min(Math.min(left, limit), ssthreshBytes - cwndBytes);
            cwndBytes += grown;
            left = inSlowStart() ? 0 : left - grown;
        }
        if (left > 0) {
            avoidCongestion(left);
        }
        cwndBytes = Math.min(cwndBytes, MAX_CWND_BYTES);
    }

    private void avoidCongestion(long bytes) {
        ackedInAvoidanceBytes += bytes;
        if (ackedInAvoidanceBytes >= cwndBytes) {
            ackedInAvoidanceBytes = Math.min(ackedInAvoidanceBytes - cwndBytes, cwndBytes);
            cwndBytes += mss;
        }
    }

    @Override
    public void onLoss(long flightBytes, long nowNs) {
        ssthreshBytes = halfOf(flightBytes);
        cwndBytes = ssthreshBytes;
        ackedInAvoidanceBytes = 0;
    }

    @Override
    public void onRecoveredWithoutSack(long flightBytes) {
        cwndBytes = Math.min(ssthreshBytes, Math.max(flightBytes, mss) + mss);
    }

    @Override
    public void onTimeout(long flightBytes, boolean first) {
        if (first) {
            ssthreshBytes = halfOf(flightBytes);
        }
        cwndBytes = mss;
        ackedInAvoidanceBytes = 0;
    }

    /** As Linux does (tcp_cwnd_restart): halved for each timeout of silence, not below the initial window. */
    @Override
    public void onRestartAfterIdle(long idleNs, long rtoNs) {
        final long floor = Math.min(initialCwndBytes, cwndBytes);
        if (ssthreshBytes != Long.MAX_VALUE) {
            ssthreshBytes = Math.max(ssthreshBytes, cwndBytes / 4 * 3);
        }
        for (long idle = idleNs - rtoNs; idle >= 0 && cwndBytes > floor; idle -= rtoNs) {
            cwndBytes = Math.max(cwndBytes / 2, floor);
        }
        ackedInAvoidanceBytes = 0;
    }

    private long halfOf(long flightBytes) {
        return Math.max(flightBytes / 2, 2L * mss);
    }
}
