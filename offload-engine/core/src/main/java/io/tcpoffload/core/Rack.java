// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

/**
 * Time-based loss detection (RFC 8985 6): what left before something that arrived is lost once the reordering window is
 * over, no matter how often it left, so that lost retransmissions are found as well.
 */
final class Rack {

    /** RFC 8985 5.3: recoveries for which a window widened by DSACK stays wide. */
    private static final int PERSIST_RECOVERIES = 16;

    private final MinRtt minRtt = new MinRtt();
    private boolean delivered;
    private long sentNs;
    private int endSeq;
    private long rttNs;
    private int highestEnd;
    private boolean reorderingSeen;
    private int windowMultiplier = 1;
    private int persistRecoveries;
    private boolean inDsackRound;
    private int dsackRoundEnd;
    private long deadlineNs = Long.MAX_VALUE;

    Rack(int una) {
        highestEnd = una;
    }

    /** RFC 8985 6.2, RACK_sent_after(): by time, and by sequence number of what left at once. */
    static boolean isSentAfter(long sentNs1, int end1, long sentNs2, int end2) {
        return sentNs1 > sentNs2 || sentNs1 == sentNs2 && Seq.after(end1, end2);
    }

    /** End of the highest sequence delivered, RACK.fack. */
    int highestEnd() {
        return highestEnd;
    }

    /** Least round-trip time, 0 before the first sample. */
    long minRttNs() {
        return minRtt.ns();
    }

    boolean isReorderingSeen() {
        return reorderingSeen;
    }

    void onRtt(long sampleNs, long arrivalNs) {
        minRtt.onSample(sampleNs, arrivalNs);
    }

    /** Steps 2 and 3 of RFC 8985 6.2. {@code una} counts as delivered, however it came to be known. */
    void onDelivery(Delivery delivery, int una) {
        reorderingSeen |= delivery.isReordered();
        highestEnd = Seq.max(highestEnd, una);
        if (!delivery.latestKnown()) {
            return;
        }
        highestEnd = Seq.max(highestEnd, delivery.latestEnd());
        rttNs = delivery.arrivalNs() - delivery.highestSentNs();
        if (!delivered || isSentAfter(delivery.latestSentNs(), delivery.latestEnd(), sentNs, endSeq)) {
            delivered = true;
            sentNs = delivery.latestSentNs();
            endSeq = delivery.latestEnd();
        }
    }

    /** What was sent again for nothing had been overtaken (RFC 8985 6.2 step 3, Linux tcp_check_sack_reordering). */
    void onOvertaken() {
        reorderingSeen = true;
    }

    /** RFC 8985 6.2 step 4: a round trip in which something was sent again for nothing widens the window. */
    void onDsack(int una, int nxt) {
        if (inDsackRound && Seq.atOrAfter(una, dsackRoundEnd)) {
            inDsackRound = false;
        }
        if (!inDsackRound) {
            inDsackRound = true;
            dsackRoundEnd = nxt;
            windowMultiplier++;
            persistRecoveries = PERSIST_RECOVERIES;
        }
    }

    void onRecovered() {
        if (persistRecoveries > 0 && --persistRecoveries == 0) {
            windowMultiplier = 1;
        }
    }

    /** RFC 8985 6.2 step 4, RACK_update_reo_wnd(). */
    long reorderingWindowNs(boolean inRecovery, boolean dupThreshSacked, long srttNs) {
        if (!reorderingSeen && (inRecovery || dupThreshSacked)) {
            return 0;
        }
        return Math.min(windowMultiplier * (minRtt.ns() / 4), srttNs);
    }

    /**
     * RFC 8985 6.2 step 5, RACK_detect_loss(). Marks what is lost as of {@code asOfNs}; {@link #deadlineNs} tells when
     * more will be.
     *
     * @return bytes newly lost
     */
    int detect(Scoreboard board, long windowNs, long asOfNs) {
        deadlineNs = Long.MAX_VALUE;
        if (!delivered || isInOrder(board)) {
            return 0;
        }
        final int before = board.lostBytes();
        for (int i = 0; i < board.rangeCount(); i++) {
            if (board.isSacked(i) || board.isLost(i) || !isSentAfter(sentNs, endSeq, board.sentNs(i), board.end(i))) {
                continue;
            }
            final long lostAtNs = board.sentNs(i) + rttNs + windowNs;
            if (lostAtNs <= asOfNs) {
                board.markLost(i);
            } else {
                // RFC 8985 6.2: the latest, so that one timer is enough for all of them
                deadlineNs = deadlineNs == Long.MAX_VALUE ? lostAtNs : Math.max(deadlineNs, lostAtNs);
            }
        }
        return board.lostBytes() - before;
    }

    /** Nothing was SACKed, lost or sent again, so the first range left first of all: one look is enough. */
    private boolean isInOrder(Scoreboard board) {
        return board.rangeCount() == 0 || board.sackedBytes() + board.lostBytes() + board.resentBytes() == 0
                && !isSentAfter(sentNs, endSeq, board.sentNs(0), board.end(0));
    }

    /** RFC 8985 6.3: at a timeout the first range is lost, and what should have been acknowledged by now. */
    void onTimeout(Scoreboard board, long windowNs, long nowNs) {
        deadlineNs = Long.MAX_VALUE;
        for (int i = 0; i < board.rangeCount(); i++) {
            final boolean overdue = i == 0 || board.sentNs(i) + rttNs + windowNs <= nowNs;
            if (overdue && !board.isSacked(i) && !board.isLost(i)) {
                board.markLost(i);
            }
        }
    }

    /** When what has not arrived by then is lost; {@link Long#MAX_VALUE} when nothing is suspected. */
    long deadlineNs() {
        return deadlineNs;
    }
}
