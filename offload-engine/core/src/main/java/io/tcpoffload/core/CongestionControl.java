// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

/** How much a sender may have in the network. Loss detection tells it what happened; it never looks itself. */
interface CongestionControl {

    /** Congestion window in bytes, one segment at least. */
    long cwndBytes();

    /** Slow start threshold in bytes; {@link Long#MAX_VALUE} before the first loss. */
    long ssthreshBytes();

    /** {@code bytes} were acknowledged for the first time, outside fast recovery, while the window was in full use. */
    void onAcked(long bytes, long srttNs, long nowNs);

    /** Fast recovery begins with {@code flightBytes} outstanding. */
    void onLoss(long flightBytes, long nowNs);

    /** Fast recovery ended without SACK: what leaves at once must be no burst (RFC 6582 3.2 step 3). */
    void onRecoveredWithoutSack(long flightBytes);

    /**
     * The retransmission timer fired.
     *
     * @param first false when it fired before for the same data
     */
    void onTimeout(long flightBytes, boolean first);

    /** Nothing was sent for {@code idleNs}, longer than the retransmission timeout. */
    void onRestartAfterIdle(long idleNs, long rtoNs);

    /** True while the window grows by what is acknowledged. */
    default boolean inSlowStart() {
        return cwndBytes() < ssthreshBytes();
    }
}
