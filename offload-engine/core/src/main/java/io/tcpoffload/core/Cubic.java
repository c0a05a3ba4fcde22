// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

/**
 * CUBIC (RFC 9438): after a loss the window goes along a cubic curve back to where the loss was and beyond, by time and not
 * by round trips, and never slower than Reno would. Windows are in segments here, time in seconds, as in the RFC.
 */
final class Cubic extends LossBasedControl {

    /** RFC 9438 5.1. */
    static final double C = 0.4;
    /** RFC 9438 4.6. */
    static final double BETA = 0.7;
    /** RFC 9438 4.3: the additive increase that with {@link #BETA} equals Reno's throughput. */
    static final double RENO_ALPHA = 3 * (1 - BETA) / (1 + BETA);
    /** RFC 9438 4.2: no more than half the window a round trip. */
    private static final double MAX_GROWTH = 1.5;

    private static final double NS = 1e-9;

    private double wMax;
    private double wMaxBefore;
    private double cwndPrior;
    private boolean afterTimeout;
    private boolean started;
    private long epochNs;
    private long lastAckedNs;
    private double k;
    private double origin;
    private double reno;
    private double fractionBytes;

    Cubic(SenderConfig config, SegmentSize segment) {
        super(config, segment);
    }

    @Override
    void avoidCongestion(long bytes, long srttNs, long nowNs) {
        final double cwnd = (double) cwndBytes() / mss();
        if (!started) {
            start(cwnd, nowNs);
        }
        lastAckedNs = nowNs;
        final double acked = (double) bytes / mss();
        final double t = (nowNs - epochNs) * NS;
        reno += (reno < cwndPrior ? RENO_ALPHA : 1) * acked / cwnd;
        double next;
        if (curve(t) < reno) {
            next = Math.max(cwnd, reno);
        } else {
            final double target = Math.max(cwnd, Math.min(curve(t + srttNs * NS), MAX_GROWTH * cwnd));
            next = cwnd + (target - cwnd) * Math.min(1, acked / cwnd);
        }
        fractionBytes += (next - cwnd) * mss();
        final long whole = (long) fractionBytes;
        fractionBytes -= whole;
        grow(whole);
    }

    /** RFC 9438 4.2 (figure 2), 4.8: K from the window at the start; none after a timeout. */
    private void start(double cwnd, long nowNs) {
        started = true;
        epochNs = nowNs;
        lastAckedNs = nowNs;
        reno = cwnd;
        fractionBytes = 0;
        if (!afterTimeout && cwnd < wMax) {
            k = Math.cbrt((wMax - cwnd) / C);
            origin = wMax;
        } else {
            k = 0;
            origin = cwnd;
        }
    }

    /** RFC 9438 4.2 (figure 1), W_cubic(t). */
    private double curve(double t) {
        final double d = t - k;
        return C * d * d * d + origin;
    }

    /** RFC 9438 5.8: time in which the application, not the window, was the limit is not part of the curve. */
    @Override
    public void onAckedUnlimited(long nowNs) {
        if (started) {
            epochNs += nowNs - lastAckedNs;
            lastAckedNs = nowNs;
        }
    }

    /** RFC 9438 4.6 and 4.7; of the window as Linux does, which equals the flight when the window is in use. */
    @Override
    long reduce(long flightBytes) {
        final double cwnd = (double) cwndBytes() / mss();
        wMaxBefore = wMax;
        wMax = cwnd < wMax ? cwnd * (1 + BETA) / 2 : cwnd;
        cwndPrior = cwnd;
        return (long) (cwndBytes() * BETA);
    }

    @Override
    void restart(boolean timedOut) {
        started = false;
        afterTimeout = timedOut;
    }

    @Override
    void rescale(double factor) {
        wMax *= factor;
        wMaxBefore *= factor;
        cwndPrior *= factor;
        started = false;
    }

    @Override
    void undoReduce() {
        wMax = wMaxBefore;
    }
}
