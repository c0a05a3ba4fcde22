// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

/**
 * CUBIC as Linux counts it (net/ipv4/tcp_cubic.c): in whole segments, its window one more for so many acknowledged. For
 * connections whose segments somebody may compare; {@link Cubic} is the same curve in bytes.
 */
final class LinuxCubic extends LossBasedControl {

    private static final double C = Cubic.C;
    /** {@code beta} of {@code BICTCP_BETA_SCALE}. */
    private static final int BETA = 717;
    private static final int BETA_SCALE = 1024;
    /** {@code beta_scale}: acknowledged segments, by the window and in eighths, for which Reno's window would be one more. */
    private static final int RENO_EIGHTHS = 15;
    /** Slower than this nothing is said to grow. */
    private static final int HARDLY = 100;
    /** As long as the capacity is unknown: 5 % a round trip. */
    private static final int MOST_WITHOUT_LOSS = 20;
    private static final int LEAST = 2;
    /** While the window stays, the curve is looked at so often. */
    private static final long LOOK_NS = 1_000_000_000L / 32;
    private static final double NS = 1e-9;

    private long lastMax;
    private long minRttNs;
    private boolean started;
    private long epochNs;
    private double k;
    private long origin;
    private long renoCwnd;
    private long renoAcked;
    private long lookedAtCwnd;
    private long lookedNs;
    private long wanted;
    private long acknowledged;

    LinuxCubic(SenderConfig config, SegmentSize segment) {
        super(config, segment);
    }

    @Override
    void avoidCongestion(long bytes, long srttNs, long nowNs) {
        final long segments = bytes / mss();
        look(cwndBytes() / mss(), segments, nowNs);
        if (acknowledged >= wanted) {
            acknowledged = 0;
            grow(mss());
        }
        acknowledged += segments;
        final long more = acknowledged / wanted;
        acknowledged -= more * wanted;
        grow(more * mss());
    }

    /** How many have to be acknowledged for one more. */
    private void look(long cwnd, long segments, long nowNs) {
        renoAcked += segments;
        if (started && lookedAtCwnd == cwnd && nowNs - lookedNs <= LOOK_NS) {
            return;
        }
        lookedAtCwnd = cwnd;
        lookedNs = nowNs;
        if (!started) {
            start(cwnd, segments, nowNs);
        }
        final double d = (nowNs - epochNs + minRttNs) * NS - k;
        final long target = origin + (long) (C * d * d * d);
        wanted = target > cwnd ? cwnd / (target - cwnd) : HARDLY * cwnd;
        if (lastMax == 0) {
            wanted = Math.min(wanted, MOST_WITHOUT_LOSS);
        }
        beAsFastAsReno(cwnd);
        wanted = Math.max(wanted, LEAST);
    }

    private void start(long cwnd, long segments, long nowNs) {
        started = true;
        epochNs = nowNs;
        renoAcked = segments;
        renoCwnd = cwnd;
        k = lastMax <= cwnd ? 0 : Math.cbrt((lastMax - cwnd) / C);
        origin = Math.max(lastMax, cwnd);
    }

    private void beAsFastAsReno(long cwnd) {
        final long each = cwnd * RENO_EIGHTHS / 8;
        while (renoAcked > each) {
            renoAcked -= each;
            renoCwnd++;
        }
        if (renoCwnd > cwnd) {
            wanted = Math.min(wanted, cwnd / (renoCwnd - cwnd));
        }
    }

    /** Linux cubictcp_cwnd_event: time without data is no part of the curve. */
    @Override
    public void onFlightBegins(long idleNs, long nowNs) {
        epochNs = Math.min(epochNs + idleNs, nowNs);
    }

    @Override
    void observe(long rttNs) {
        minRttNs = minRttNs == 0 ? rttNs : Math.min(minRttNs, rttNs);
    }

    @Override
    long whole(long bytes) {
        return bytes / mss() * mss();
    }

    @Override
    long reduce(long flightBytes) {
        final long cwnd = cwndBytes() / mss();
        lastMax = cwnd < lastMax ? cwnd * (BETA_SCALE + BETA) / (2 * BETA_SCALE) : cwnd;
        started = false;
        acknowledged = 0;
        return cwnd * BETA / BETA_SCALE * mss();
    }

    @Override
    void restart(boolean afterTimeout) {
        if (afterTimeout) {
            started = false;
            acknowledged = 0;
            lastMax = 0;
            minRttNs = 0;
        }
    }

    @Override
    void rescale(double factor) {
        started = false;
    }

    @Override
    void undoReduce() {
        // what was remembered stays
    }
}
