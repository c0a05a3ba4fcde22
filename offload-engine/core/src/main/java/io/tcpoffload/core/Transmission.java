// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

/** What may leave, new or again, and what follows from its leaving. */
final class Transmission {

    private final SenderParts s;
    private boolean heldByCwnd;
    private long idleRestartOfNs = Long.MIN_VALUE;

    Transmission(SenderParts parts) {
        s = parts;
    }

    int sendable(int available, long nowNs) {
        if (!s.end.state().maySendData()) {
            return 0;
        }
        final Scoreboard board = s.board;
        final long usable = s.flow.usableFrom(board.nxt());
        s.newDataWaits = available > 0 && usable > 0;
        if (available <= 0) {
            s.recovery.forwardRto().onNoNewData();
            releasePacing();
            if (!s.end.finWaits()) {
                s.timers.onUnblocked(board.inFlight(), nowNs);
            }
            return 0;
        }
        restartAfterIdle(nowNs);
        if (s.recovery.hasLost() || s.deferral.isWaiting() && !s.probe.wantsNewData()) {
            return 0;
        }
        final long room = s.roomBytes();
        // RFC 8985 7.3: a probe may exceed the window by a segment
        final int granted = s.probe.wantsNewData()
                ? s.flow.grant(Math.min(available, s.segment.bytes()), usable, s.segment.bytes())
                : s.flow.grant(available, usable, room);
        final int paced = granted == 0 ? 0 : s.paced(granted, nowNs);
        heldByCwnd = room < Math.min(available, usable) && paced == granted;
        if (granted > 0 && s.deferral.begins(available, Math.min(usable, room), nowNs)) {
            onDeferred();
            return 0;
        }
        if (granted == 0) {
            s.pacer.clear();
            s.recovery.forwardRto().onNoNewData();
            if (board.inFlight() == 0) {
                s.timers.onBlocked(nowNs);
            } else {
                s.congestion.usage().observe(board, heldByCwnd);
            }
        }
        return paced;
    }

    private void releasePacing() {
        if (!s.recovery.hasLost()) {
            s.pacer.clear();
        }
    }

    /** RFC 5681 4.1: after a pause the window says nothing about the path any more. */
    private void restartAfterIdle(long nowNs) {
        final long sentNs = s.liveness.sentNs();
        final long rtoNs = s.rtt.rtoNs();
        if (s.board.inFlight() == 0 && idleRestartOfNs != sentNs && nowNs - sentNs > rtoNs) {
            idleRestartOfNs = sentNs;
            s.congestion.control().onRestartAfterIdle(nowNs - sentNs, rtoNs);
        }
    }

    void onSent(int bytes, long nowNs) {
        final int from = s.board.nxt();
        /* Linux tcp_write_wakeup sees to the timeout only */
        final boolean probed = !s.bySegments || !s.flow.isOverridden();
        s.onPacedSent(bytes, nowNs);
        if (s.bySegments) {
            s.edges.onSent(from);
        }
        leave(bytes, nowNs);
        s.probe.onSent(from, s.board.nxt());
        if (probed) {
            s.armProbe(nowNs);
        }
    }

    void onDeferred() {
        s.congestion.usage().observe(s.board, heldByCwnd);
    }

    private void leave(int sequenceLength, long nowNs) {
        if (s.board.inFlight() == 0) {
            s.congestion.control().onFlightBegins(nowNs - s.liveness.sentNs(), nowNs);
            s.liveness.onProgress(nowNs);
        }
        if (!s.board.sent(sequenceLength, nowNs, s.rtt.srttNs() >> Scoreboard.MERGE_SHIFT)) {
            s.counters.increment(SenderCounter.SCOREBOARD_OVERFLOWS);
        }
        s.liveness.onSent(nowNs);
        s.flow.onSent();
        s.newDataWaits = false;
        s.counters.add(SenderCounter.BYTES_SENT, sequenceLength);
        s.congestion.onSent(sequenceLength);
        s.recovery.forwardRto().onNewDataSent();
        final CwndUsage usage = s.congestion.usage();
        /* Linux tcp_write_xmit: a window that is full is in use, whether more waits or not */
        usage.observe(s.board, heldByCwnd || s.bySegments && s.roomBytes() <= 0);
        if (s.recovery.phase() == LossRecovery.Phase.OPEN) {
            usage.validate(s.congestion.control(), s.board.inFlight(), s.rtt.rtoNs(), nowNs);
        }
        s.timers.onSent(nowNs);
    }

    boolean hasRetransmission() {
        return s.probe.wantsLastSegment() || s.board.lostBytes() > 0;
    }

    boolean nextRetransmission(Range out, int maxBytes, long nowNs) {
        if (s.isClosed()) {
            return false;
        }
        if (s.probe.wantsLastSegment()) {
            return offerLastSegment(out, maxBytes);
        }
        final Scoreboard board = s.board;
        final int first = board.firstLost();
        if (first == board.rangeCount() || !s.recovery.hasLost()) {
            return false;
        }
        final int seq = board.start(first);
        final int end = s.bySegments ? asItWasSent(first) : board.lostEnd(first);
        final boolean finAlong = s.bySegments && takesFinAlong(seq, end);
        final int hole = Seq.distance(seq, end) - (finAlong ? 1 : 0);
        final int mss = s.segment.bytes();
        final int wanted = (int) Math.min(Math.min(hole, maxBytes), usableAgain(seq));
        long room = s.roomBytes();
        if (s.recovery.firstIsDue() && !s.bySegments) {
            room = Math.max(room, mss);
        }
        if (wanted <= 0 || room < Math.min(mss, wanted)) {
            s.pacer.clear();
            return false;
        }
        int length = (int) Math.min(wanted, room);
        if (length < hole && length > mss) {
            length = s.segment.whole(length);
        }
        length = s.paced(length, nowNs);
        if (length == 0) {
            return false;
        }
        if (finAlong && length == hole) {
            out.set(seq, length, true);
        } else {
            offer(out, seq, length);
        }
        return true;
    }

    /** As Linux, the first segment goes again though the window that it was sent into is gone (RFC 9293 3.8.6, MAY-7). */
    private long usableAgain(int seq) {
        final long usable = s.flow.usableFrom(seq);
        return usable == 0 && s.bySegments && seq == s.board.una() ? s.segment.bytes() : usable;
    }

    private boolean takesFinAlong(int seq, int end) {
        return end == s.board.nxt() && s.end.isFin(Seq.plus(end, -1)) && !s.end.isFin(seq);
    }

    /**
     * What of the lost range {@code first} goes as one post so that its segments are those of the first time: full ones and
     * the short one behind them, or a short one alone. To that small ones that follow are joined, if all together fit in one
     * (Linux tcp_retrans_try_collapse).
     */
    private int asItWasSent(int first) {
        final int seq = s.board.start(first);
        final int nxt = s.board.nxt();
        final int lostEnd = s.board.lostEnd(first);
        final int segmentEnd = withFin(s.edges.segmentEnd(seq, nxt));
        if (Seq.distance(seq, segmentEnd) >= s.segment.bytes()) {
            return Seq.min(lostEnd, s.edges.runEnd(seq, nxt));
        }
        return Seq.before(lostEnd, segmentEnd) ? lostEnd : joined(seq, segmentEnd);
    }

    private int joined(int seq, int segmentEnd) {
        final int nxt = s.board.nxt();
        final int most = Seq.plus(seq, Math.min(s.segment.bytes(), s.flow.usableFrom(seq)));
        int end = segmentEnd;
        while (end != nxt && s.edges.isSingle(end, nxt)) {
            final int next = s.edges.runEnd(end, nxt);
            final int dataEnd = s.end.isFin(Seq.plus(next, -1)) ? Seq.plus(next, -1) : next;
            if (Seq.after(dataEnd, most) || s.board.isAnySacked(end, next)) {
                break;
            }
            end = next;
        }
        if (end != segmentEnd) {
            s.edges.join(seq, end);
        }
        return end;
    }

    /** A FIN that left on a full segment goes on it again. */
    private int withFin(int segmentEnd) {
        return s.end.isFin(segmentEnd) && !s.edges.begins(segmentEnd) ? s.board.nxt() : segmentEnd;
    }

    /** The same for the probe: the last segment as it was sent. */
    private boolean offerLastAsItWasSent(Range out, int maxBytes) {
        final int nxt = s.board.nxt();
        final int last = Seq.plus(nxt, -1);
        final boolean finOnData = s.end.isFin(last) && !s.edges.begins(last) && last != s.board.una();
        final int start = s.edges.segmentStart(finOnData ? Seq.plus(last, -1) : last);
        final int seq = Seq.max(s.board.una(), start);
        final int length = Seq.distance(seq, finOnData ? last : nxt);
        if (length > Math.min(maxBytes, s.flow.usableFrom(seq))) {
            return false;
        }
        if (finOnData) {
            out.set(seq, length, true);
        } else {
            offer(out, seq, length);
        }
        return true;
    }

    private boolean offerLastSegment(Range out, int maxBytes) {
        if (s.bySegments) {
            return offerLastAsItWasSent(out, maxBytes);
        }
        final int nxt = s.board.nxt();
        final boolean fin = s.end.isFin(Seq.plus(nxt, -1));
        final int seq = fin ? Seq.plus(nxt, -1) : s.probe.lastSegmentStart(s.board.una(), nxt);
        final int length = (int) Math.min(Math.min(Seq.distance(seq, nxt), maxBytes), s.flow.usableFrom(seq));
        if (length <= 0) {
            return false;
        }
        offer(out, seq, length);
        return true;
    }

    private void offer(Range out, int seq, int length) {
        final boolean fin = s.end.isFin(seq);
        out.set(seq, fin ? 0 : s.end.dataBytes(seq, length), fin);
    }

    void onRetransmitted(int seq, int sequenceLength, long nowNs) {
        s.onPacedSent(sequenceLength, nowNs);
        if (!s.board.resent(seq, Seq.plus(seq, sequenceLength), nowNs)) {
            s.counters.increment(SenderCounter.SCOREBOARD_OVERFLOWS);
        }
        s.recovery.onRetransmitted();
        s.congestion.onResent(seq, sequenceLength, nowNs);
        s.liveness.onSent(nowNs);
        s.counters.add(SenderCounter.BYTES_RETRANSMITTED, sequenceLength);
        s.counters.add(SenderCounter.SEGMENTS_RETRANSMITTED, s.segment.segments(sequenceLength));
        final boolean probed = s.probe.onResent(s.board.nxt());
        if (probed || seq == s.board.una() && s.recovery.restartsTimer()) {
            s.timers.armRetransmit(nowNs);
        }
    }

    boolean finDue(long nowNs) {
        if (!s.end.finWaits() || s.recovery.hasLost()) {
            return false;
        }
        if (s.flow.usableFrom(s.board.nxt()) == 0) {
            if (s.board.inFlight() == 0) {
                s.timers.onBlocked(nowNs);
            }
            return false;
        }
        return s.roomBytes() > 0;
    }

    void onFinSent(long nowNs) {
        if (s.bySegments) {
            s.edges.onSent(s.board.nxt());
        }
        onFinSentOnData(nowNs);
    }

    void onFinSentOnData(long nowNs) {
        s.end.onFinSent(s.board.nxt());
        leave(1, nowNs);
        s.armProbe(nowNs);
    }
}
