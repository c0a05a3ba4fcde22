// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.bench;

import io.tcpoffload.api.OffloadEngine;
import io.tcpoffload.api.Publisher;
import io.tcpoffload.api.SessionInfo;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.LockSupport;

/**
 * Publishes pieces as fast as the slowest viewer takes them. Each piece is a segment of its own, so that the engine does
 * not make larger posts of several. Asking where the viewers are costs as much as sending a piece, so it is done once
 * in {@link #AHEAD}/2 pieces, at the time when the viewers should have come that far.
 */
final class PacedPublisher {

    /** Most pieces between the live edge and the slowest viewer; 8 MB of the largest, an eighth of the store. */
    private static final int AHEAD = 128;
    private static final long FIRST_PIECE_NS = 2_000_000;
    private static final long SHORTEST_REST_NS = 500_000;
    private static final long LONGEST_REST_NS = 100_000_000;

    private final OffloadEngine engine;
    private final Publisher publisher;
    private final ByteBuffer piece;
    private long published;

    PacedPublisher(OffloadEngine engine, Publisher publisher, int pieceBytes) {
        this.engine = engine;
        this.publisher = publisher;
        this.piece = ByteBuffer.allocateDirect(pieceBytes);
    }

    /**
     * Publishes until the time is over and everybody has everything.
     *
     * @return bytes published
     */
    long run(double seconds) {
        long start = System.nanoTime();
        long end = start + (long) (seconds * 1e9);
        long taken = 0;
        long perPieceNs = FIRST_PIECE_NS;
        while (System.nanoTime() < end) {
            while (published - taken < AHEAD) {
                publisher.publish(piece.clear(), true);
                published++;
            }
            long restNs = (published - taken - AHEAD / 2) * perPieceNs;
            LockSupport.parkNanos(Math.max(SHORTEST_REST_NS, Math.min(LONGEST_REST_NS, restNs)));
            taken = published - lagPieces();
            perPieceNs = taken > 0 ? (System.nanoTime() - start) / taken : FIRST_PIECE_NS;
        }
        awaitTaken();
        return published * piece.capacity();
    }

    /**
     * Publishes at a rate until the time is over, and asks the engine nothing.
     *
     * @param megabits a second
     * @return bytes published
     */
    long runLive(double seconds, double megabits) {
        long start = System.nanoTime();
        long end = start + (long) (seconds * 1e9);
        double nsPerPiece = piece.capacity() * 8e3 / megabits;
        while (System.nanoTime() < end) {
            publisher.publish(piece.clear(), true);
            published++;
            LockSupport.parkNanos(start + (long) (published * nsPerPiece) - System.nanoTime());
        }
        return published * piece.capacity();
    }

    /** Until everybody has everything. */
    void awaitTaken() {
        while (lagPieces() > 0) {
            LockSupport.parkNanos(SHORTEST_REST_NS);
        }
    }

    private long lagPieces() {
        long most = engine.sessions().stream().mapToLong(SessionInfo::lagBytes).max().orElse(0);
        return (most + piece.capacity() - 1) / piece.capacity();
    }
}
