// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

/** Lets valid SACK blocks into the scoreboard, and counts the others by what is wrong with them. */
final class SackIntake {

    private final SackScoreboard scoreboard;
    private final Counters counters;

    SackIntake(SackScoreboard scoreboard, Counters counters) {
        this.scoreboard = scoreboard;
        this.counters = counters;
    }

    /**
     * Takes the blocks of one event, which may be older than {@code una}. A block must lie inside {@code (una, nxt]}: one
     * that began at {@code una} would contradict the acknowledgement.
     *
     * @return true when the viewer holds something it was not known to hold
     */
    boolean take(int ack, int una, int nxt, int[] blocks, int blockCount) {
        boolean news = false;
        for (int i = 0; i < blockCount; i++) {
            final int left = blocks[2 * i];
            final int right = blocks[2 * i + 1];
            if (!Seq.before(left, right)) {
                counters.increment(SenderCounter.SACK_BLOCKS_IGNORED);
            } else if (Seq.after(left, una) && Seq.atOrBefore(right, nxt)) {
                news |= remember(left, right);
            } else if (i == 0 && Seq.atOrBefore(right, ack)) {
                counters.increment(SenderCounter.DSACK_BLOCKS);
            } else if (Seq.after(right, una)) {
                counters.increment(SenderCounter.SACK_BLOCKS_IGNORED);
            }
        }
        return news;
    }

    private boolean remember(int left, int right) {
        final int fresh = scoreboard.add(left, right);
        if (fresh == SackScoreboard.OVERFLOW) {
            counters.increment(SenderCounter.SCOREBOARD_OVERFLOWS);
        }
        return fresh > 0;
    }
}
