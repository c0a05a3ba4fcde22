// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

/** What the pieces of one {@link Sender} share. */
final class SenderParts {

    final SenderConfig config;
    final SegmentSize segment;
    final boolean sack;
    final Counters counters = new Counters();
    final Scoreboard board;
    final RttEstimator rtt;
    final FlowControl flow;
    final LossRecovery recovery;
    final CongestionWindow congestion;
    final TailLossProbe probe;
    final ConnectionEnd end = new ConnectionEnd();
    final Liveness liveness;
    final SenderTimers timers;
    final Pacer pacer;
    final CongestionNotification notification;
    /** Whether segments are counted, and Linux is followed wherever an RFC leaves a choice. */
    final boolean bySegments;
    /** Null where they are not. */
    final SegmentEdges edges;
    final SendDeferral deferral;
    /** As of the last {@link #paced}: what leaves leaves right after it, and the sums are not cheap. */
    private long pacedBytesPerSecond = Long.MAX_VALUE;
    private int pacedBurstBytes;
    int timeoutsWithoutProgress;
    /** Whether new data was offered that did not go, and the viewer's window has room for it. */
    boolean newDataWaits;
    /** Bytes that {@link Sender#holdBack} told of. */
    long heldBackBytes;

    SenderParts(SenderConfig config, int una, int nxt, long windowBytes, boolean sack, long nowNs) {
        this.config = config;
        this.sack = sack;
        segment = new SegmentSize(config.mss());
        board = new Scoreboard(una, nxt, nowNs);
        rtt = new RttEstimator(config);
        flow = new FlowControl(segment, una, windowBytes);
        bySegments = config.bySegments();
        edges = bySegments ? new SegmentEdges(segment, una) : null;
        recovery = new LossRecovery(segment, sack, board, edges);
        congestion = new CongestionWindow(config, segment, nxt, nowNs);
        probe = new TailLossProbe(segment, nxt);
        liveness = new Liveness(nowNs);
        timers = new SenderTimers(config, rtt, liveness);
        notification = new CongestionNotification(config.ecn());
        deferral = new SendDeferral(this);
        pacedBurstBytes = config.maxBurstBytes();
        pacer = new Pacer(config.pacingQuantumNs(), (long) Pacer.INITIAL_SEGMENTS * segment.bytes());
    }

    boolean isClosed() {
        return end.state() == TcpConnectionState.CLOSED;
    }

    long roomBytes() {
        return congestion.roomBytes(recovery.pipeBytes());
    }

    /** {@link Long#MAX_VALUE} when there is nothing to pace by. */
    long pacingBytesPerSecond() {
        if (Pacing.isNear(recovery.rack().minRttNs())) {
            return config.maxPacingBytesPerSecond();
        }
        final long cwndBytes = congestion.bytes(recovery.pipeBytes());
        final long bytesPerSecond =
                Pacing.bytesPerSecond(cwndBytes, board.inFlight(), congestion.control().ssthreshBytes(), rtt.srttNs());
        return Math.min(Pacing.step(bytesPerSecond), config.maxPacingBytesPerSecond());
    }

    /** What may leave back to back, perhaps with a short segment at its end. */
    int burstBytes() {
        return burstBytes(pacingBytesPerSecond());
    }

    /** {@link #burstBytes()} as of the last {@link #paced}; without pacing the ceiling. */
    int pacedBurstBytes() {
        return pacedBurstBytes;
    }

    private int burstBytes(long bytesPerSecond) {
        return Pacing.burstBytes(bytesPerSecond, recovery.rack().minRttNs(), segment.bytes(), config.maxBurstBytes());
    }

    /** How many of {@code bytes} that may leave otherwise pacing lets go now: all, or whole segments. */
    int paced(int bytes, long nowNs) {
        if (!config.pacing()) {
            return bytes;
        }
        final long bytesPerSecond = pacingBytesPerSecond();
        final int burstBytes = burstBytes(bytesPerSecond);
        pacedBytesPerSecond = bytesPerSecond;
        pacedBurstBytes = burstBytes;
        // all that is offered fits in one: a short end goes with the rest
        final int burst = bytes <= burstBytes ? bytes : segment.whole(burstBytes);
        return pacer.admit(bytes, burst, config.maxBurstBytes(), bytesPerSecond, nowNs);
    }

    void onPacedSent(int bytes, long nowNs) {
        if (!config.pacing()) {
            return;
        }
        final long bytesPerSecond = pacedBytesPerSecond;
        // bursts closer together than the grid is fine would wait longer for it than for their time
        final boolean dense = pacedBurstBytes * 2e9 < (double) config.pacingQuantumNs() * bytesPerSecond;
        pacer.onSent(bytes, bytesPerSecond, dense, nowNs);
    }

    /** Loss was found, {@code networkBytes} having been in the network before. */
    void beginFastRecovery(long networkBytes, long nowNs) {
        counters.increment(SenderCounter.FAST_RECOVERIES);
        probe.stop();
        congestion.reduce(networkBytes, board.inFlight(), nowNs);
        recovery.beginFastRecovery();
        notification.onReduced(board.nxt());
    }

    /** Congestion was notified: nothing is lost, and nothing will prove that it was not there. */
    void reduceAsNotified(long nowNs) {
        if (board.inFlight() == 0) {
            congestion.reduceAtOnce(congestion.control().cwndBytes(), nowNs);
        } else {
            congestion.reduceForGood(recovery.pipeBytes(), board.inFlight(), nowNs);
            recovery.beginReduction();
        }
        notification.onReduced(board.nxt());
    }

    /**
     * After an acknowledgement.
     *
     * @param news whether it delivered anything, so that the timers of RFC 8985 start anew
     */
    void updateTimer(boolean advanced, boolean news, long nowNs) {
        if (isClosed()) {
            timers.clear();
        } else if (end.lingers()) {
            timers.startLinger(nowNs);
        } else if (board.inFlight() == 0) {
            timers.onNothingInFlight(bySegments, nowNs);
        } else {
            timers.onInFlight(advanced && recovery.restartsTimer(), flow.usableFrom(board.una()) > 0, nowNs);
            if (news) {
                armEarly(nowNs);
            }
        }
    }

    /** RFC 8985 8: one timer; reordering goes before the probe. */
    void armEarly(long nowNs) {
        final long reorderNs = recovery.rack().deadlineNs();
        if (reorderNs != Long.MAX_VALUE) {
            timers.armReorder(bySegments ? reorderNs + TailLossProbe.SLACK_NS : reorderNs); /* Linux tcp_rack_mark_lost */
        } else if (mayProbe()) {
            armProbe(nowNs);
        } else {
            timers.clearEarly();
        }
    }

    /** RFC 8985 7.2: the probe is due two round trips after the last transmission or acknowledgement. */
    void armProbe(long nowNs) {
        if (mayProbe()) {
            timers.armLossProbe(nowNs + probe.intervalNs(rtt.srttNs(), board.una(), board.nxt()));
        }
    }

    /**
     * RFC 8985 7.2 and 7.3. Without a round-trip time the probe's second would be the timeout's, and a probe then only
     * puts the timeout off.
     */
    private boolean mayProbe() {
        final boolean nothingSuspected = recovery.beginsFastRecovery() && board.sackedBytes() == 0
                && board.lostBytes() == 0 && recovery.rack().deadlineNs() == Long.MAX_VALUE;
        final boolean windowCoversAll = Seq.atOrAfter(flow.rightEdge(), board.nxt());
        return sack && rtt.srttNs() > 0 && !probe.isOutstanding() && nothingSuspected && windowCoversAll;
    }
}
