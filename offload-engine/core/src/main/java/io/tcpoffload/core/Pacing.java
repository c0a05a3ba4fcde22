// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

/** How fast a window should leave, and how much of it at once: Linux tcp_update_pacing_rate and tcp_tso_autosize. */
final class Pacing {

    /** Linux {@code sk_pacing_shift}: a burst is what the rate makes in 2^-10 s. */
    private static final int BURST_SHIFT = 10;
    /** Linux {@code tcp_tso_rtt_log}: below 2^9 us of round-trip time bursts grow, since no slow link is near. */
    private static final int RTT_SHIFT = 9;
    /** Linux {@code tcp_min_tso_segs}. */
    private static final int MIN_BURST_SEGMENTS = 2;
    /** Where bursts are at their largest, a path is near: no link on it is slow. */
    private static final long NEAR_RTT_NS = 1000L << RTT_SHIFT;
    /** Steps of 6 to 12 %, within which the round-trip time of a path varies anyway. */
    private static final int STEP_BITS = 3;
    private static final double NS_PER_SECOND = 1e9;

    private Pacing() {
    }

    /**
     * Bytes a second: twice what the window needs in slow start, so that it can double; 1.2 times else.
     *
     * @param flightBytes after a loss more may be out than the window has
     * @param rttNs the round trip in which a window is to leave, 0 when unknown
     * @return {@link Long#MAX_VALUE} while the round-trip time is unknown
     */
    static long bytesPerSecond(long cwndBytes, long flightBytes, long ssthreshBytes, long rttNs) {
        if (rttNs == 0) {
            return Long.MAX_VALUE;
        }
        final double factor = cwndBytes < ssthreshBytes / 2 ? 2 : 1.2;
        return (long) (factor * Math.max(cwndBytes, flightBytes) * NS_PER_SECOND / rttNs);
    }

    /**
     * The nearest of eight steps an octave: viewers in step whose paths differ by a little have one rate, and so leave in the
     * same turns.
     */
    static long step(long bytesPerSecond) {
        final int shift = Math.max(0, Long.SIZE - 1 - STEP_BITS - Long.numberOfLeadingZeros(bytesPerSecond));
        final long half = 1L << shift >> 1;
        return bytesPerSecond == Long.MAX_VALUE ? bytesPerSecond : bytesPerSecond + half >> shift << shift;
    }

    /** True when the path is known to be so short that pacing has nothing to protect. */
    static boolean isNear(long minRttNs) {
        return minRttNs > 0 && minRttNs < NEAR_RTT_NS;
    }

    /**
     * Bytes that may go back to back: two segments at least, but no more than the ceiling when that admits one.
     *
     * @param minRttNs 0 when unknown
     */
    static int burstBytes(long bytesPerSecond, long minRttNs, int mss, int maxBurstBytes) {
        long bytes = bytesPerSecond >> BURST_SHIFT;
        final long shift = minRttNs / 1000 >> RTT_SHIFT;
        if (minRttNs > 0 && shift < Integer.SIZE) {
            bytes += SenderConfig.DEFAULT_MAX_BURST_BYTES >> shift;
        }
        return (int) Math.max(mss, Math.min(Math.max(bytes, MIN_BURST_SEGMENTS * mss), maxBurstBytes));
    }
}
