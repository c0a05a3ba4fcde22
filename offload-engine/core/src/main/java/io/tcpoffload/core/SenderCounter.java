// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

/** Everything a {@link Sender} counts. */
public enum SenderCounter {

    /** Bytes that left for the first time, a FIN counting one. */
    BYTES_SENT,
    /** Bytes that left again. */
    BYTES_RETRANSMITTED,
    /** Segments that left again: each range divided by the MSS, rounded up. */
    SEGMENTS_RETRANSMITTED,
    /** Times fast recovery was entered. */
    FAST_RECOVERIES,
    /** Retransmission timeouts. */
    TIMEOUTS,
    /** Window probes asked for. */
    WINDOW_PROBES,
    /** Keep-alive probes asked for. */
    KEEP_ALIVE_PROBES,
    /** Acknowledgements ignored because they cover data that was never sent. */
    ACKS_FOR_UNSENT_DATA,
    /** Acknowledgements ignored because a later one was seen before. */
    OLD_ACKS,
    /** Duplicate-ACK and SACK events that counted as duplicates. */
    DUPLICATE_ACKS,
    /** SACK blocks ignored: reversed, empty or outside the flight. */
    SACK_BLOCKS_IGNORED,
    /** SACK blocks that report a duplicate at or below the acknowledgement (RFC 2883). */
    DSACK_BLOCKS,
    /** SACK ranges not remembered because the scoreboard was full. */
    SCOREBOARD_OVERFLOWS,
    /** Timeouts at which the viewer had thrown away data it had SACKed. */
    RENEGES,
    /** Times the viewer took back window it had offered. */
    WINDOW_SHRINKS
}
