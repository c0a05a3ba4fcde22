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
    /** The largest post (Linux {@code gso_max_size}). */
    static final int MAX_BURST_BYTES = 65_535;
    private static final double NS_PER_SECOND = 1e9;

    private Pacing() {
    }

    /**
     * Bytes a second: twice what the window needs in slow start, so that it can double; 1.2 times else.
     *
     * @return {@link Long#MAX_VALUE} while the round-trip time is unknown
     */
    static long bytesPerSecond(long cwndBytes, long ssthreshBytes, long srttNs) {
        if (srttNs == 0) {
            return Long.MAX_VALUE;
        }
        final double factor = cwndBytes < ssthreshBytes / 2 ? 2 : 1.2;
        return (long) (factor * cwndBytes * NS_PER_SECOND / srttNs);
    }

    /** Bytes that may go back to back: whole segments, two of them at least. */
    static int burstBytes(long bytesPerSecond, long minRttNs, int mss) {
        long bytes = bytesPerSecond >> BURST_SHIFT;
        final long shift = minRttNs / 1000 >> RTT_SHIFT;
        if (shift < Integer.SIZE) {
            bytes += MAX_BURST_BYTES >> shift;
        }
        final long segments = Math.max(MIN_BURST_SEGMENTS, Math.min(bytes, MAX_BURST_BYTES) / mss);
        return (int) (segments * mss);
    }
}
