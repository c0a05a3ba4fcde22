// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

/** How much a sender may have in the network. Loss detection tells it what happened; it never looks itself. */
interface CongestionControl {

    /** Congestion window in bytes, one segment at least. */
    long cwndBytes();

    /** Slow start threshold in bytes; {@link Long#MAX_VALUE} before the first loss. */
    long ssthreshBytes();

    /** Goes on with the window and the threshold of another sender, which go on as they are. */
    void seed(long cwndBytes, long ssthreshBytes);

    /** {@code bytes} were acknowledged for the first time, outside fast recovery, while the window was in full use. */
    void onAcked(long bytes, long srttNs, long nowNs);

    /** An acknowledgement came while the window was not in full use: time goes by in which nothing is learnt. */
    void onAckedUnlimited(long nowNs);

    /** A round-trip time was measured by the acknowledgement {@code una}; {@code nxt} is what leaves next. */
    void onRtt(long rttNs, int una, int nxt);

    /** Loss was found, or congestion notified, with {@code flightBytes} outstanding: sets both window and threshold. */
    void onLoss(long flightBytes, long nowNs);

    /** Fast recovery ended without SACK: what leaves at once must be no burst (RFC 6582 3.2 step 3). */
    void onRecoveredWithoutSack(long flightBytes);

    /**
     * The retransmission timer fired.
     *
     * @param pipeBytes what is still thought to be in the network
     * @param reduces whether this is a new reason to reduce the threshold
     */
    void onTimeout(long flightBytes, long pipeBytes, boolean reduces);

    /** The segment size was {@code before} and is another now: no reason to think differently of the path's capacity. */
    void onSegmentSize(int before);

    /** The last reduction was for nothing. */
    void undo();

    /** Something leaves with nothing in flight, {@code idleNs} after what left last. */
    void onFlightBegins(long idleNs, long nowNs);

    /** Nothing was sent for {@code idleNs}, longer than the retransmission timeout. */
    void onRestartAfterIdle(long idleNs, long rtoNs);

    /** For a retransmission timeout at most {@code usedBytes} of the window were in use. */
    void onUnderused(long usedBytes);

    /** True while the window grows by what is acknowledged. */
    default boolean inSlowStart() {
        return cwndBytes() < ssthreshBytes();
    }
}
