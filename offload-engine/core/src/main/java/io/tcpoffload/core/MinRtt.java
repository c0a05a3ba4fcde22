// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

/** The least round-trip time of the last minutes, from two halves of a window (RFC 8985 6.2 step 1; Linux tcp_min_rtt). */
final class MinRtt {

    /** Half of Linux' {@code tcp_min_rtt_wlen} of 300 s: a route that got longer is believed after that at the latest. */
    static final long HALF_WINDOW_NS = 150_000_000_000L;

    private long beforeNs = Long.MAX_VALUE;
    private long nowNs = Long.MAX_VALUE;
    private long halfBeganNs;

    void onSample(long rttNs, long arrivalNs) {
        if (arrivalNs - halfBeganNs >= HALF_WINDOW_NS) {
            beforeNs = nowNs;
            nowNs = Long.MAX_VALUE;
            halfBeganNs = arrivalNs;
        }
        nowNs = Math.min(nowNs, rttNs);
    }

    /** 0 before the first sample. */
    long ns() {
        final long least = Math.min(beforeNs, nowNs);
        return least == Long.MAX_VALUE ? 0 : least;
    }
}
