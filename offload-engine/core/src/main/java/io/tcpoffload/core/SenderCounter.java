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
    /** Retransmission timeouts after which the data proved to have been late, not lost (RFC 5682, RFC 3522). */
    SPURIOUS_TIMEOUTS,
    /** Reductions of the window undone because what was sent again had arrived before (RFC 2883, RFC 3708) or was late (RFC 3522). */
    REDUCTIONS_UNDONE,
    /** Reductions of the window because congestion was notified (RFC 3168). */
    ECN_REDUCTIONS,
    /** Times data left again because the path was found to take smaller segments only (RFC 1191, RFC 8201). */
    PATH_MTU_REDUCTIONS,
    /** Echoes of congestion ignored because the connection did not negotiate ECN. */
    ECN_ECHOES_IGNORED,
    /** Tail loss probes asked for (RFC 8985 7). */
    LOSS_PROBES,
    /** Losses that a tail loss probe repaired by itself. */
    TAIL_LOSSES_REPAIRED,
    /** 1 once the path was found to reorder (RFC 8985 6.2 step 3). */
    REORDERING_SEEN,
    /** Window probes asked for. */
    WINDOW_PROBES,
    /** Keep-alive probes asked for. */
    KEEP_ALIVE_PROBES,
    /** Acknowledgements ignored because they cover data that was never sent. */
    ACKS_FOR_UNSENT_DATA,
    /** Timestamps not believed because nothing of ours that they can echo left at that time (RFC 7323). */
    ECHOES_IGNORED,
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
