// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

/**
 * Decides what is lost and what of it is next: RFC 6675 with SACK, RFC 6582 without, and the rebuilding after a
 * timeout. Four numbers describe the flight, counting bytes, so that posts of any size are the same to it:
 * <pre>
 *   una          highRxt           lostEdge             nxt
 *    | sent again | lost, not sent  | thought in flight  |      minus what the scoreboard holds
 * </pre>
 * NextSeg() rules 3 and 4 of RFC 6675 are left out, as in Linux: they send again what is probably not lost.
 */
final class LossRecovery {

    /** What the sender is doing about loss. */
    enum Phase {
        OPEN,
        FAST_RECOVERY,
        TIMEOUT
    }

    private final int mss;
    private final boolean sack;
    private final SackScoreboard scoreboard = new SackScoreboard();
    private Phase phase = Phase.OPEN;
    private int recoveryPoint;
    private int highRxt;
    private int lostEdge;
    private int duplicates;
    private long renoDeliveredBytes;
    private int partialAcks;
    private boolean firstIsDue;
    private boolean holdDuplicates;

    LossRecovery(int mss, boolean sack, int una) {
        this.mss = mss;
        this.sack = sack;
        this.highRxt = una;
        this.lostEdge = una;
    }

    SackScoreboard scoreboard() {
        return scoreboard;
    }

    Phase phase() {
        return phase;
    }

    /** A duplicate: with SACK one that brought news (RFC 6675 2), without it one of RFC 5681 2. */
    void onDuplicate() {
        if (sack) {
            duplicates++;
        } else if (phase != Phase.TIMEOUT && !holdDuplicates) {
            duplicates++;
            renoDeliveredBytes += mss;
        }
    }

    /**
     * The acknowledgement went forward by {@code acked} to {@code una}; the scoreboard knows already.
     *
     * @return true when this ended fast recovery
     */
    boolean onAdvance(int acked, int una, int nxt) {
        duplicates = 0;
        holdDuplicates = false;
        highRxt = Seq.max(highRxt, una);
        lostEdge = Seq.max(lostEdge, una);
        if (phase == Phase.OPEN) {
            renoDeliveredBytes = 0;
            return false;
        }
        if (Seq.atOrAfter(una, recoveryPoint)) {
            // RFC 6582 4: duplicates of exactly this number come from segments sent again for nothing
            holdDuplicates = !sack && una == recoveryPoint;
            renoDeliveredBytes = 0;
            firstIsDue = false;
            final boolean recovered = phase == Phase.FAST_RECOVERY;
            phase = Phase.OPEN;
            return recovered;
        }
        if (phase == Phase.FAST_RECOVERY && !sack) {
            onPartialAck(acked, una, nxt);
        }
        return false;
    }

    /** RFC 6582 3.2 step 3: the next segment was lost too; one of the acknowledged was the one sent again. */
    private void onPartialAck(int acked, int una, int nxt) {
        partialAcks++;
        renoDeliveredBytes = Math.max(0, renoDeliveredBytes - Math.max(0, acked - mss));
        highRxt = una;
        lostEdge = Seq.min(Seq.plus(una, mss), nxt);
        firstIsDue = true;
    }

    /**
     * Looks at what is known now.
     *
     * @return true when fast recovery begins
     */
    boolean detect(int una, int nxt) {
        if (una == nxt || phase == Phase.TIMEOUT || sack && scoreboard.isEmpty()) {
            return false;
        }
        final int edge = sack ? scoreboard.lossEdge(una, mss) : una;
        if (phase == Phase.FAST_RECOVERY) {
            lostEdge = Seq.max(lostEdge, edge);
            return false;
        }
        if (!Seq.after(edge, una) && duplicates < SackScoreboard.DUP_THRESH) {
            return false;
        }
        phase = Phase.FAST_RECOVERY;
        recoveryPoint = nxt;
        partialAcks = 0;
        firstIsDue = highRxt == una;
        final int firstEnd = scoreboard.holeEnd(una, Seq.min(Seq.plus(una, mss), nxt));
        lostEdge = Seq.max(lostEdge, Seq.max(edge, firstEnd));
        return true;
    }

    /**
     * The retransmission timer fired: everything the viewer does not hold counts as lost. What it SACKed stays known
     * (RFC 6675 5.1) unless it shows that it threw data away: it would have acknowledged a SACKed first byte.
     *
     * @return true when the viewer reneged
     */
    boolean onTimeout(int una, int nxt) {
        final boolean reneged = scoreboard.covers(una);
        if (reneged) {
            scoreboard.clear();
        }
        phase = Phase.TIMEOUT;
        recoveryPoint = nxt;
        highRxt = una;
        lostEdge = nxt;
        duplicates = 0;
        renoDeliveredBytes = 0;
        firstIsDue = true;
        return reneged;
    }

    void onRetransmitted(int endSeq) {
        highRxt = Seq.max(highRxt, endSeq);
        firstIsDue = false;
    }

    /** The first byte that is lost and not sent again; {@link #lostEdge()} or later when there is none. */
    int nextLost() {
        return Seq.before(highRxt, lostEdge) ? scoreboard.firstUnsackedFrom(highRxt) : lostEdge;
    }

    boolean hasLost() {
        return Seq.before(nextLost(), lostEdge);
    }

    int lostEdge() {
        return lostEdge;
    }

    /** True when the first lost segment goes whatever the congestion window says (RFC 6675 5 step 4.3, RFC 6582). */
    boolean firstIsDue() {
        return firstIsDue;
    }

    /** RFC 6582 4, impatient variant: of the partial acknowledgements of one recovery only the first restarts the timer. */
    boolean restartsTimer() {
        return sack || phase != Phase.FAST_RECOVERY || partialAcks <= 1;
    }

    /** RFC 6675 4, SetPipe(); without SACK each duplicate stands for a segment delivered, as in Linux. */
    long pipeBytes(int una, int nxt) {
        final int flight = Seq.distance(una, nxt);
        final long delivered = scoreboard.bytes() + Math.min(renoDeliveredBytes, Math.max(0, flight - mss));
        return Math.max(0, flight - delivered - scoreboard.unsackedBetween(highRxt, lostEdge));
    }
}
