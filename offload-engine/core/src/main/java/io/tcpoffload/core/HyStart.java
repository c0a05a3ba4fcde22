// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

/**
 * HyStart++ (RFC 9406): leaves slow start when a round's least round-trip time has grown, by way of a conservative slow
 * start that can find that it was jitter.
 */
final class HyStart {

    /** RFC 9406 4.3. */
    static final int N_RTT_SAMPLE = 8;
    static final long MIN_RTT_THRESH_NS = 4_000_000L;
    static final long MAX_RTT_THRESH_NS = 16_000_000L;
    static final int MIN_RTT_DIVISOR = 8;
    static final int CSS_GROWTH_DIVISOR = 4;
    static final int CSS_ROUNDS = 5;

    private boolean stopped;
    private boolean inRound;
    private int roundEnd;
    private int samples;
    private long lastRoundMinNs = Long.MAX_VALUE;
    private long roundMinNs = Long.MAX_VALUE;
    private boolean conservative;
    private long baselineNs;
    private int conservativeRounds;

    /** What growth in slow start is divided by. */
    int growthDivisor() {
        return conservative ? CSS_GROWTH_DIVISOR : 1;
    }

    void stop() {
        stopped = true;
        conservative = false;
    }

    /**
     * RFC 9406 4.2.
     *
     * @return true when slow start is over
     */
    boolean onRtt(long rttNs, int una, int nxt) {
        if (stopped) {
            return false;
        }
        if (!inRound || Seq.atOrAfter(una, roundEnd)) {
            beginRound(nxt);
            if (conservative && ++conservativeRounds >= CSS_ROUNDS) {
                stop();
                return true;
            }
        }
        roundMinNs = Math.min(roundMinNs, rttNs);
        samples++;
        if (samples >= N_RTT_SAMPLE) {
            judge();
        }
        return false;
    }

    private void beginRound(int nxt) {
        inRound = true;
        roundEnd = nxt;
        lastRoundMinNs = roundMinNs;
        roundMinNs = Long.MAX_VALUE;
        samples = 0;
    }

    private void judge() {
        if (conservative) {
            // the growth is gone: it was jitter
            conservative = roundMinNs >= baselineNs;
        } else if (lastRoundMinNs != Long.MAX_VALUE) {
            final long eighth = lastRoundMinNs / MIN_RTT_DIVISOR;
            final long threshNs = Math.max(MIN_RTT_THRESH_NS, Math.min(eighth, MAX_RTT_THRESH_NS));
            if (roundMinNs >= lastRoundMinNs + threshNs) {
                conservative = true;
                baselineNs = roundMinNs;
                conservativeRounds = 0;
            }
        }
    }
}
