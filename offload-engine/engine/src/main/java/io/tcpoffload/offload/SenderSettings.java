// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import io.tcpoffload.core.CongestionAlgorithm;
import io.tcpoffload.core.SenderConfig;

/**
 * How connections are sent on, as an operator chooses.
 *
 * @param pacing                 whether data leaves at a rate, and not a window at once
 * @param maxBurstBytes          most that pacing lets leave back to back; {@value #MIN_BURST_BYTES} to
 *                               {@value SenderConfig#DEFAULT_MAX_BURST_BYTES}
 * @param maxRateBytesPerSecond  ceiling of a viewer's rate, {@link Long#MAX_VALUE} for none; holds only with pacing
 * @param congestion             how the congestion window grows and shrinks
 * @param ecn                    whether congestion marks are used on connections that negotiated them (RFC 3168)
 * @param initialWindowSegments  congestion window at the start, 1 to {@value #MAX_INITIAL_WINDOW}
 */
public record SenderSettings(boolean pacing, int maxBurstBytes, long maxRateBytesPerSecond, CongestionAlgorithm congestion,
        boolean ecn, int initialWindowSegments) {

    /** One segment of an Ethernet: less would be cut by nobody. */
    public static final int MIN_BURST_BYTES = 1500;
    /** Half an Ethernet segment a second is no stream any more. */
    public static final long MIN_RATE_BYTES_PER_SECOND = 1000;
    public static final int MAX_INITIAL_WINDOW = 100;

    /** Only the last ACK may have to be repeated; a viewer that wants its ports again is let through by its SYN. */
    private static final long TIME_WAIT_NS = 10_000_000_000L;

    public static SenderSettings defaults() {
        return new SenderSettings(true, SenderConfig.DEFAULT_MAX_BURST_BYTES, Long.MAX_VALUE, CongestionAlgorithm.CUBIC, true,
                SenderConfig.DEFAULT_INITIAL_CWND_SEGMENTS);
    }

    /**
     * For one connection, to be refined.
     *
     * @param mss           payload bytes of a segment
     * @param ecnNegotiated whether both ends agreed on ECN
     */
    SenderConfig.Builder config(int mss, boolean ecnNegotiated) {
        return SenderConfig.forMss(mss).pacing(pacing).maxBurstBytes(maxBurstBytes)
                .maxPacingBytesPerSecond(maxRateBytesPerSecond).congestionAlgorithm(congestion).ecn(ecn && ecnNegotiated)
                .initialCwndSegments(initialWindowSegments).lingerNs(TIME_WAIT_NS);
    }
}
