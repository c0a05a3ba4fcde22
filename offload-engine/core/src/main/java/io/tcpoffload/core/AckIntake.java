// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import io.tcpoffload.core.LossRecovery.Phase;

/** What an acknowledgement changes, step by step. */
final class AckIntake {

    private final SenderParts s;
    private final SackIntake blockIntake;
    private final Delivery delivery = new Delivery();
    private final DeliveredSegments segments;
    private final TimestampEcho echo;
    private long duplicateBytes;
    /** Whether a duplicate has been told of that the reordering window is still to be widened for. */
    private boolean duplicateAhead;

    AckIntake(SenderParts parts, long nowNs) {
        echo = new TimestampEcho(nowNs);
        s = parts;
        segments = new DeliveredSegments(parts);
        blockIntake = new SackIntake(parts.board, parts.edges, parts.counters);
    }

    /** RFC 5961 5.2: neither for data that was never sent nor older than the largest window allows. */
    boolean isAcceptable(int ack) {
        if (s.isClosed()) {
            return false;
        }
        if (Seq.after(ack, s.board.nxt())) {
            s.counters.increment(SenderCounter.ACKS_FOR_UNSENT_DATA);
            return false;
        }
        if (Seq.distance(ack, s.board.una()) > s.flow.maxWindowBytes()) {
            s.counters.increment(SenderCounter.OLD_ACKS);
            return false;
        }
        return true;
    }

    /**
     * Takes an acceptable acknowledgement.
     *
     * @param blocks null for the session record, which is no event
     */
    void take(int ack, long windowBytes, int[] blocks, int blockCount, long echoNs, long arrivalNs, long nowNs) {
        final boolean old = Seq.before(ack, s.board.una());
        s.deferral.end();
        final int acked = old ? 0 : Seq.distance(s.board.una(), ack);
        final long networkBytes = s.recovery.pipeBytes() + s.board.lostBytes();
        final Rack rack = s.recovery.rack();
        final boolean reordered = rack.isReorderingSeen();
        delivery.begin(arrivalNs, rack.minRttNs(), rack.highestEnd());
        if (old) {
            s.counters.increment(SenderCounter.OLD_ACKS);
        } else {
            takeWindow(ack, acked > 0, windowBytes, blocks == null, arrivalNs);
        }
        echo.none();
        segments.begin();
        if (acked > 0) {
            takeEcho(echoNs, arrivalNs);
            s.board.acknowledge(ack, delivery);
            segments.onAcknowledged(ack, acked);
            s.timeoutsWithoutProgress = 0;
            s.liveness.onProgress(nowNs);
            s.notification.onAdvance(ack);
        }
        delivery.echo(null);
        blockIntake.take(ack, blocks, s.sack ? blockCount : 0, delivery);
        final boolean duplicate = isOwnDuplicate();
        final int delivered = delivered(acked, blocks != null && !old);
        segments.end(old, delivered, duplicate ? duplicateLength() : 0);
        final boolean spurious = isTimeoutSpurious(acked > 0, blocks != null && !old && !blockIntake.isDsack());
        final Phase before = s.recovery.phase();
        measure(acked > 0, spurious);
        widenReorderingWindow(duplicate, reordered);
        final boolean undone = duplicate && isUndoneByDsack();
        final boolean late = acked > 0 && isLate();
        completeRecovery(acked > 0);
        final boolean news = acked > 0 || delivered > 0;
        judgeProbe(ack, blocks != null && blockCount == 0 && acked == 0, news, nowNs);
        if (acked > 0) {
            if (!s.bySegments) {
                grow(before, nowNs);
            }
            s.end.onAcked(s.board.una());
        }
        final boolean reneged = acked > 0 && s.board.isFirstSacked();
        /* Linux tcp_undo_cwnd_reduction: what is lost nevertheless is found at once */
        if ((news || undone && s.bySegments) && !reneged) {
            findLoss(acked > 0, late, delivered, networkBytes, nowNs);
        }
        if (acked > 0 && s.bySegments) {
            /* Linux tcp_ack: tcp_cong_control comes last, and counts what has just ended a recovery */
            grow(s.recovery.phase(), nowNs);
        }
        s.updateTimer(acked > 0 || isSackedBeforeTheHoleLeft(), news, nowNs);
        if (reneged) {
            // an acknowledgement goes past all that the viewer holds, unless it holds it no more (RFC 2018 8)
            s.timers.armReneging(nowNs);
        }
    }

    /**
     * Where Linux begins the retransmission timeout anew without progress (tcp_clean_rtx_queue): while what arrives had left
     * before the first hole did, it says nothing about that.
     */
    private boolean isSackedBeforeTheHoleLeft() {
        return s.bySegments && s.sack && s.board.rangeCount() > 0 && delivery.hasOriginalOfBefore(s.board.sentNs(0));
    }

    private void takeEcho(long echoNs, long arrivalNs) {
        if (!echo.take(echoNs, s.liveness.sentNs(), arrivalNs)) {
            s.counters.increment(SenderCounter.ECHOES_IGNORED);
        }
        delivery.echo(echo);
    }

    private void takeWindow(int ack, boolean advances, long windowBytes, boolean recorded, long arrivalNs) {
        s.liveness.onHeard(arrivalNs);
        final int edgeBefore = s.flow.rightEdge();
        if (s.flow.onWindow(ack, advances, windowBytes, arrivalNs, recorded)) {
            s.counters.increment(SenderCounter.WINDOW_SHRINKS);
        }
        if (advances || s.flow.rightEdge() != edgeBefore) {
            s.timers.onWindowChanged();
        }
    }

    /** Bytes this says have left the network; a duplicate with SACK is one that brought news (RFC 6675 2). */
    private int delivered(int acked, boolean currentEvent) {
        if (acked > 0) {
            final int unheard = s.recovery.onAdvance(acked);
            return s.sack ? delivery.bytes() : unheard;
        }
        final boolean duplicate = s.sack ? delivery.bytes() > 0 : currentEvent && s.board.inFlight() > 0;
        if (duplicate) {
            s.counters.increment(SenderCounter.DUPLICATE_ACKS);
        }
        return s.sack ? delivery.bytes() : duplicate ? s.recovery.onDuplicate() : 0;
    }

    /** @param originals whether all of this is known to answer first transmissions */
    private void measure(boolean advanced, boolean originals) {
        final Rack rack = s.recovery.rack();
        final long rttNs = delivery.rttNs();
        if (rttNs != Delivery.NONE) {
            /* Linux tcp_clean_rtx_queue: seq_rtt_us, and ca_rtt_us for the rest */
            s.rtt.onSample(s.bySegments ? delivery.firstRttNs() : rttNs);
            rack.onRtt(rttNs, delivery.arrivalNs());
            s.congestion.control().onRtt(rttNs, s.board.una(), s.board.nxt());
            if (s.board.sackedBytes() == 0) {
                echo.onAllArrived(delivery.originalSentNs());
            }
        } else if (advanced && echo.rttNs(delivery.arrivalNs()) != Delivery.NONE) {
            // Karn's algorithm is needed where nothing tells the transmissions apart (RFC 7323 4.1, Linux tcp_ack_update_rtt)
            s.rtt.onSample(echo.rttNs(delivery.arrivalNs()));
        }
        if (!originals || s.bySegments) {
            final boolean known = rack.isReorderingSeen();
            rack.onDelivery(delivery, s.board.una());
            countReordering(known);
        }
    }

    private void countReordering(boolean known) {
        if (!known && s.recovery.rack().isReorderingSeen()) {
            s.counters.increment(SenderCounter.REORDERING_SEEN);
        }
    }

    /**
     * Whether the acknowledgement went forward by what had left before anything was sent again (RFC 3522, RFC 4015): nothing was
     * lost, so the reduction is undone, unless something sent again is still out (Linux tcp_try_undo_partial).
     */
    private boolean isLate() {
        final Phase phase = s.recovery.phase();
        if (phase != Phase.FAST_RECOVERY && phase != Phase.TIMEOUT || !s.congestion.isForNothing(echo)) {
            return false;
        }
        if (phase == Phase.TIMEOUT) {
            s.counters.increment(SenderCounter.SPURIOUS_TIMEOUTS);
            undo();
            return true;
        }
        if (s.sack) {
            final boolean known = s.recovery.rack().isReorderingSeen();
            s.recovery.rack().onOvertaken();
            countReordering(known);
        }
        if (s.board.resentBytes() == 0 || s.recovery.isComplete()) {
            s.counters.increment(SenderCounter.REDUCTIONS_UNDONE);
            undo();
        }
        return true;
    }

    /** Linux tcp_dsack_seen: when more came twice than left twice, it is the path that duplicates. */
    private boolean isOwnDuplicate() {
        if (!blockIntake.isDsack()) {
            return false;
        }
        duplicateBytes += duplicateLength();
        return duplicateBytes <= s.counters.get(SenderCounter.BYTES_RETRANSMITTED);
    }

    private int duplicateLength() {
        return Seq.distance(blockIntake.dsackLeft(), blockIntake.dsackRight());
    }

    /**
     * For each duplicate, and where segments are counted as Linux does it: for those after reordering was seen, with the next
     * acknowledgement that delivers something (tcp_rack_update_reo_wnd).
     */
    private void widenReorderingWindow(boolean duplicate, boolean reordered) {
        duplicateAhead |= duplicate && (!s.bySegments || reordered);
        if (duplicateAhead && (!s.bySegments || delivery.bytes() > 0)) {
            duplicateAhead = false;
            s.recovery.rack().onDsack(s.board.una(), s.board.nxt());
        }
    }

    private boolean isUndoneByDsack() {
        final boolean forNothing = s.congestion.onDsack(blockIntake.dsackLeft(), blockIntake.dsackRight());
        if (forNothing) {
            s.counters.increment(SenderCounter.REDUCTIONS_UNDONE);
            undo();
        }
        return forNothing;
    }

    private void undo() {
        s.board.unmarkLost();
        s.recovery.open();
        s.congestion.undo();
        s.notification.onUndone();
    }

    private boolean isTimeoutSpurious(boolean advanced, boolean duplicate) {
        if (s.recovery.phase() != Phase.TIMEOUT || !advanced && !duplicate) {
            return false;
        }
        // without SACK what one acknowledgement covers beside the retransmission may have arrived long before
        final boolean original = delivery.hasOriginalBefore(s.recovery.recoveryPoint()) && (s.sack || !delivery.anyResent());
        switch (s.recovery.forwardRto().onAck(original, advanced, s.newDataWaits)) {
            case SPURIOUS -> {
                s.counters.increment(SenderCounter.SPURIOUS_TIMEOUTS);
                undo();
                return true;
            }
            case REAL -> s.recovery.resumeRetransmitting();
            case UNDECIDED -> { }
        }
        return false;
    }

    private void completeRecovery(boolean advanced) {
        if (!advanced || !s.recovery.isComplete()) {
            return;
        }
        final boolean fast = s.recovery.phase() == Phase.FAST_RECOVERY;
        s.recovery.open();
        s.congestion.complete();
        if (fast && !s.sack && !s.bySegments) {
            s.congestion.control().onRecoveredWithoutSack(s.board.inFlight());
        }
    }

    private void grow(Phase phase, long nowNs) {
        final CongestionControl control = s.congestion.control();
        if (phase == Phase.TIMEOUT || phase == Phase.OPEN && s.congestion.usage().mayGrow(control)) {
            control.onAcked(segments.bytes(delivery.bytes()), s.rtt.srttNs(), nowNs);
        } else if (phase == Phase.OPEN) {
            control.onAckedUnlimited(nowNs);
        }
    }

    /** As of the arrival: what came while the caller was busy elsewhere is still in its queue. */
    private void findLoss(boolean advanced, boolean late, int delivered, long networkBytes, long nowNs) {
        // who has just proved to be late may have company: nothing more counts as lost until the next one
        final int lost = late ? 0 : s.recovery.detect(delivery.arrivalNs(), s.rtt.srttNs());
        // what was lost after a recovery began is still to be recovered when that ends (Linux tcp_time_to_recover)
        if (s.board.lostBytes() > 0 && s.recovery.beginsFastRecovery()) {
            s.beginFastRecovery(networkBytes, nowNs);
        }
        s.congestion.onDelivered(segments.bytes(delivered), s.recovery.pipeBytes(), advanced && lost == 0);
    }

    private void judgeProbe(int ack, boolean bareDuplicate, boolean delivered, long nowNs) {
        final boolean dsack = blockIntake.isDsack() && s.probe.isProbe(blockIntake.dsackRight());
        if (s.probe.onAck(ack, delivered, dsack, bareDuplicate)) {
            s.counters.increment(SenderCounter.TAIL_LOSSES_REPAIRED);
            s.congestion.reduceAtOnce(s.board.inFlight(), nowNs);
            s.notification.onReduced(s.board.nxt());
        }
    }
}
