// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

/**
 * Decides what is lost: RFC 8985 with SACK, RFC 6582 without, and the rebuilding after a timeout; and what the sender does
 * about it. NextSeg() rules 3 and 4 of RFC 6675 are left out, as in Linux: they send again what is probably not lost.
 */
final class LossRecovery {

    /** What the sender is doing about loss and congestion. */
    enum Phase {
        OPEN,
        /** Congestion was notified (RFC 3168 6.1.2), nothing is lost. */
        REDUCED,
        FAST_RECOVERY,
        /** Rebuilding after a timeout, or after the path was found to take no segments of that size (Linux TCP_CA_Loss). */
        TIMEOUT
    }

    private final SegmentSize segment;
    private final boolean sack;
    private final SegmentEdges edges;
    private final Scoreboard board;
    private final Rack rack;
    private final DuplicateAcks duplicates;
    private final ForwardRto forwardRto = new ForwardRto();
    private Phase phase = Phase.OPEN;
    private int recoveryPoint;
    private boolean firstIsDue;

    /** @param edges null where ranges and bytes stand for segments */
    LossRecovery(SegmentSize segment, boolean sack, Scoreboard board, SegmentEdges edges) {
        this.edges = edges;
        this.segment = segment;
        this.sack = sack;
        this.board = board;
        this.rack = new Rack(board.una());
        this.duplicates = new DuplicateAcks(segment);
    }

    Phase phase() {
        return phase;
    }

    Rack rack() {
        return rack;
    }

    ForwardRto forwardRto() {
        return forwardRto;
    }

    int recoveryPoint() {
        return recoveryPoint;
    }

    /**
     * A duplicate acknowledgement of RFC 5681 2 on a connection without SACK.
     *
     * @return bytes it says were delivered
     */
    int onDuplicate() {
        return phase == Phase.TIMEOUT ? 0 : duplicates.onDuplicate(board.inFlight());
    }

    /**
     * The acknowledgement went forward by {@code acked}; the scoreboard knows already.
     *
     * @return bytes this delivers that no duplicate acknowledgement stood for; only without SACK of interest
     */
    int onAdvance(int acked) {
        if (phase == Phase.OPEN) {
            duplicates.clear();
            return acked;
        }
        final boolean complete = Seq.atOrAfter(board.una(), recoveryPoint);
        if (!sack && phase == Phase.FAST_RECOVERY && !complete) {
            final int delivered = duplicates.onPartialAck(acked);
            // RFC 6582 3.2 step 3: the next segment was lost, too
            if (board.rangeCount() > 0 && !board.isLost(0)) {
                board.lose(board.una(), Seq.min(Seq.plus(board.una(), segment.bytes()), board.end(0)));
            }
            firstIsDue = true;
            return delivered;
        }
        duplicates.clear();
        return acked;
    }

    /** True when the acknowledgement has reached what was out when the phase began; where Linux waits for more, gone past it. */
    boolean isComplete() {
        final boolean goesPast = edges != null && (!sack || phase == Phase.REDUCED);
        return phase != Phase.OPEN && (goesPast ? Seq.after(board.una(), recoveryPoint) : Seq.atOrAfter(board.una(), recoveryPoint));
    }

    /** Recovery is over, because it is complete or because it was for nothing. */
    void open() {
        if (phase == Phase.FAST_RECOVERY || phase == Phase.TIMEOUT) {
            rack.onRecovered();
        }
        if (!sack && board.una() == recoveryPoint) {
            duplicates.onRecoveredExactly();
        }
        phase = Phase.OPEN;
        firstIsDue = false;
        forwardRto.stop();
    }

    /**
     * Looks at what is known as of {@code asOfNs}.
     *
     * @return bytes newly lost
     */
    int detect(long asOfNs, long srttNs) {
        if (sack) {
            return rack.detect(board, windowNs(srttNs), asOfNs);
        }
        if (board.rangeCount() == 0 || phase == Phase.FAST_RECOVERY || phase == Phase.TIMEOUT || board.isLost(0)
                || !duplicates.isThresholdReached()) {
            return 0;
        }
        final int before = board.lostBytes();
        board.lose(board.una(), Seq.min(Seq.plus(board.una(), segment.bytes()), board.end(0)));
        return board.lostBytes() - before;
    }

    private long windowNs(long srttNs) {
        final boolean inRecovery = phase == Phase.FAST_RECOVERY || phase == Phase.TIMEOUT;
        final boolean dupThreshSacked = edges == null ? board.isDupThreshSacked(segment.bytes())
                : board.isDupThreshSacked(edges);
        return rack.reorderingWindowNs(inRecovery, dupThreshSacked, srttNs);
    }

    /** True when loss that was just found begins fast recovery: so far nothing is lost. */
    boolean beginsFastRecovery() {
        return phase == Phase.OPEN || phase == Phase.REDUCED;
    }

    void beginFastRecovery() {
        phase = Phase.FAST_RECOVERY;
        recoveryPoint = board.nxt();
        duplicates.onRecoveryStart();
        firstIsDue = true;
    }

    void beginReduction() {
        phase = Phase.REDUCED;
        recoveryPoint = board.nxt();
    }

    /**
     * The retransmission timer fired. What the viewer SACKed stays known (RFC 6675 5.1) unless it shows that it threw
     * data away: it would have acknowledged a SACKed first byte.
     *
     * @return true when the viewer reneged
     */
    boolean onTimeout(boolean first, long nowNs, long srttNs) {
        final boolean reneged = board.isSacked(0);
        if (reneged) {
            board.forgetSacked();
        }
        forwardRto.onTimeout(first && beginsFastRecovery() && !reneged);
        if (sack && !reneged) {
            rack.onTimeout(board, windowNs(srttNs), nowNs);
        } else {
            board.markAllLost();
        }
        phase = Phase.TIMEOUT;
        recoveryPoint = board.nxt();
        duplicates.clear();
        firstIsDue = true;
        return reneged;
    }

    /**
     * Linux tcp_simple_retransmit: what was too large for the path leaves again in smaller segments.
     *
     * @return whether there is such
     */
    boolean onSmallerSegments() {
        board.markLongerLost(segment.bytes());
        if (board.lostBytes() == 0) {
            return false;
        }
        phase = Phase.TIMEOUT;
        recoveryPoint = board.nxt();
        duplicates.clear();
        forwardRto.stop();
        firstIsDue = true;
        return true;
    }

    /** RFC 5682 2.1 step 3a: the conventional way, with a segment more than the window that new data has filled. */
    void resumeRetransmitting() {
        firstIsDue = true;
    }

    void onRetransmitted() {
        firstIsDue = false;
    }

    /** True when something lost waits to be sent again, which goes before new data. */
    boolean hasLost() {
        return board.lostBytes() > 0 && !forwardRto.prefersNewData();
    }

    /** True when the first lost segment goes whatever the congestion window says (RFC 6675 5 step 4.3, RFC 6582). */
    boolean firstIsDue() {
        return firstIsDue;
    }

    boolean restartsTimer() {
        return sack || phase != Phase.FAST_RECOVERY || duplicates.restartsTimer();
    }

    /** RFC 6675 4, SetPipe(); without SACK each duplicate stands for a segment delivered, as in Linux. */
    long pipeBytes() {
        final long bytes = edges == null ? board.pipeBytes() : (long) board.pipeSegments(edges) * segment.bytes();
        return Math.max(0, bytes - duplicates.deliveredBytes());
    }
}
