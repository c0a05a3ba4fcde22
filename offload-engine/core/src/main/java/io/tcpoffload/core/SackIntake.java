// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

/** Lets valid SACK blocks into the scoreboard, tells duplicate reports apart, and counts what is wrong with the others. */
final class SackIntake {

    private final Scoreboard board;
    private final SegmentEdges edges;
    private final Counters counters;
    private boolean dsack;
    private int dsackLeft;
    private int dsackRight;

    /** @param edges where only whole segments count; null where bytes do */
    SackIntake(Scoreboard board, SegmentEdges edges, Counters counters) {
        this.board = board;
        this.edges = edges;
        this.counters = counters;
    }

    /**
     * Takes the blocks of one event, whose acknowledgement may be older than the scoreboard. A block must lie inside
     * {@code (una, nxt]}: one that began at una would contradict the acknowledgement.
     */
    void take(int ack, int[] blocks, int blockCount, Delivery delivery) {
        dsack = blockCount > 0 && isDuplicateReport(ack, blocks, blockCount);
        if (dsack) {
            dsackLeft = blocks[0];
            dsackRight = blocks[1];
            counters.increment(SenderCounter.DSACK_BLOCKS);
        }
        for (int i = dsack ? 1 : 0; i < blockCount; i++) {
            final int left = blocks[2 * i];
            final int right = blocks[2 * i + 1];
            if (!Seq.before(left, right)) {
                counters.increment(SenderCounter.SACK_BLOCKS_IGNORED);
            } else if (Seq.after(left, board.una()) && Seq.atOrBefore(right, board.nxt())) {
                take(left, right, delivery);
            } else if (Seq.after(right, board.una())) {
                counters.increment(SenderCounter.SACK_BLOCKS_IGNORED);
            }
        }
    }

    private void take(int left, int right, Delivery delivery) {
        final int from = edges == null ? left : edges.roundedUp(left, board.nxt());
        final int to = edges == null ? right : edges.roundedDown(right, board.nxt());
        if (Seq.before(from, to) && board.sack(from, to, delivery) == Scoreboard.OVERFLOW) {
            counters.increment(SenderCounter.SCOREBOARD_OVERFLOWS);
        }
    }

    /** RFC 2883 4: the first block, at or below the acknowledgement or inside the second. */
    private static boolean isDuplicateReport(int ack, int[] blocks, int blockCount) {
        final int left = blocks[0];
        final int right = blocks[1];
        if (!Seq.before(left, right)) {
            return false;
        }
        return Seq.atOrBefore(right, ack)
                || blockCount > 1 && Seq.atOrAfter(left, blocks[2]) && Seq.atOrBefore(right, blocks[3]);
    }

    /** True when the last event reported a duplicate. */
    boolean isDsack() {
        return dsack;
    }

    int dsackLeft() {
        return dsackLeft;
    }

    int dsackRight() {
        return dsackRight;
    }
}
