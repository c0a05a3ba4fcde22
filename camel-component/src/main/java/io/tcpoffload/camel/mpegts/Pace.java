// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel.mpegts;

import java.nio.ByteBuffer;

/**
 * When the pieces of a stream are due. Time is a parameter: nanoseconds of any steady clock. A feed that was silent is not
 * caught up with: what comes then is due at once, and the schedule begins anew.
 */
public interface Pace {

    /** How much of a stream leaves at once: players' buffers hold many times as much, and the engine likes large posts. */
    long PIECE_MILLIS = 20;

    /** How late a piece may be before the schedule begins anew: longer than a scheduler's or a collector's pause. */
    long MAX_LATE_MILLIS = 1000;

    /**
     * Finds the next piece.
     *
     * @param media from its position on, not empty
     * @param now   nanoseconds
     * @return bytes of the next piece; {@link #due()} says when it may leave
     */
    int next(ByteBuffer media, long now);

    /** When the piece that {@link #next} found may leave, in the clock's nanoseconds. */
    long due();

    /** What comes next need not continue what came before. */
    void expectNewSource();
}
