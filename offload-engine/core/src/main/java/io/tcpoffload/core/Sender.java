// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

/**
 * The sending half of one TCP connection whose packets are made elsewhere.
 *
 * <p>How to drive it, on one thread, again and again:
 * <ol>
 *   <li>{@link #onAck} with the session record's latest acknowledgement, {@link #onSack} for each duplicate-ACK or SACK
 *       event, {@link #onPeerFin} or {@link #onReset} when the hook saw one;</li>
 *   <li>when {@link #nextTimerNs()} has come: {@link #onTimer}, and do what it asks;</li>
 *   <li>while {@link #nextRetransmission} fills a range: post it, then {@link #onRetransmitted};</li>
 *   <li>{@link #sendable}: post up to so many bytes from {@link #nxt()}, then {@link #onSent}; when nothing is left
 *       and {@link #finDue}: post the FIN, then {@link #onFinSent}.</li>
 * </ol>
 * A post that failed is simply not reported; the sender offers it again when it is asked again.
 *
 * <p>Sequence numbers are {@code int}, see {@link Seq}. Times are nanoseconds of one monotonic clock and do not go back.
 * Not thread-safe.
 */
public final class Sender {

    private final SenderConfig config;
    private final boolean sack;
    private final Counters counters = new Counters();
    private final CongestionControl control;
    private final RttEstimator rtt;
    private final RttSampler sampler = new RttSampler();
    private final FlowControl flow;
    private final LossRecovery recovery;
    private final SackIntake blockIntake;
    private final CwndUsage usage;
    private final ConnectionEnd end = new ConnectionEnd();
    private final Liveness liveness;
    private final SenderTimers timers;
    private int una;
    private int nxt;
    private boolean heldByCwnd;
    private int timeoutsWithoutProgress;
    private long idleRestartOfNs = Long.MIN_VALUE;

    /**
     * Takes over a connection all of whose data has been acknowledged.
     *
     * @param sndNxt next sequence number to send, which is also the oldest unacknowledged one
     * @param windowBytes the viewer's receive window, scaled
     * @param sackPermitted whether both ends negotiated SACK; without it losses are found as in RFC 6582
     */
    public Sender(SenderConfig config, int sndNxt, long windowBytes, boolean sackPermitted, long nowNs) {
        this(config, sndNxt, sndNxt, windowBytes, sackPermitted, nowNs);
    }

    /**
     * Takes over a connection with data in flight, as after a restart of the process that sent it: what lies between
     * {@code una} and {@code nxt} counts as sent now, and is sent again by timeout if no acknowledgement comes.
     */
    public Sender(SenderConfig config, int una, int nxt, long windowBytes, boolean sackPermitted, long nowNs) {
        if (Seq.after(una, nxt) || windowBytes < 0) {
            throw new IllegalArgumentException("una = " + una + ", nxt = " + nxt + ", windowBytes = " + windowBytes
                    + ": una must not be after nxt, and the window not negative");
        }
        this.config = config;
        this.sack = sackPermitted;
        this.una = una;
        this.nxt = nxt;
        this.control = new NewReno(config);
        this.rtt = new RttEstimator(config);
        this.flow = new FlowControl(config.mss(), una, windowBytes);
        this.recovery = new LossRecovery(config.mss(), sackPermitted, una);
        this.blockIntake = new SackIntake(recovery.scoreboard(), counters);
        this.usage = new CwndUsage(nxt);
        this.liveness = new Liveness(nowNs);
        this.timers = new SenderTimers(config, rtt, liveness);
        updateTimer(false, nowNs);
    }

    /**
     * Gives the estimator a first sample, such as the kernel's {@code tcpi_rtt} at take-over. Once, before sending; without
     * it the first timeout is {@link SenderConfig#initialRtoNs()}. 0, unknown, is ignored.
     */
    public void seedRtt(long rttNs) {
        if (rttNs > 0) {
            rtt.onSample(rttNs);
        }
    }

    /**
     * The latest cumulative acknowledgement and window the hook recorded; those between may have been skipped. A cheap
     * no-op when nothing changed since the last call. An acknowledgement of unsent data, or one older than the latest,
     * changes nothing and is counted.
     *
     * @param windowBytes receive window, scaled, 0 to 2^30
     * @param arrivalNs when the hook saw it; tells a repeated acknowledgement (a sign of life) from an old record
     */
    public void onAck(int ack, long windowBytes, long arrivalNs, long nowNs) {
        if (ack == una && windowBytes == flow.windowBytes() && !liveness.isNews(arrivalNs) || !isAcceptable(ack)) {
            return;
        }
        if (Seq.before(ack, una)) {
            counters.increment(SenderCounter.OLD_ACKS);
            return;
        }
        final boolean advanced = accept(ack, windowBytes, true, arrivalNs, nowNs);
        afterAck(advanced, nowNs);
    }

    /**
     * A duplicate ACK or an ACK with SACK blocks; one call for each. An event without blocks must meet the definition
     * of RFC 5681 2: no data, no FIN, the same acknowledgement and the same window as the one before it. Only the hook,
     * which sees every ACK in order, can tell. Events may come late, after {@link #onAck} saw a newer record.
     *
     * @param blocks left, right, left, right ...; the caller's reused array
     * @param blockCount how many pairs of it are valid, 0 to 4
     */
    public void onSack(int ack, long windowBytes, int[] blocks, int blockCount, long arrivalNs, long nowNs) {
        if (!isAcceptable(ack)) {
            return;
        }
        boolean advanced = false;
        final boolean old = Seq.before(ack, una);
        if (old) {
            counters.increment(SenderCounter.OLD_ACKS);
        } else {
            advanced = accept(ack, windowBytes, false, arrivalNs, nowNs);
        }
        final boolean duplicate = sack ? blockIntake.take(ack, una, nxt, blocks, blockCount) : !old && una != nxt;
        if (duplicate && !advanced) {
            counters.increment(SenderCounter.DUPLICATE_ACKS);
            recovery.onDuplicate();
        }
        afterAck(advanced, nowNs);
    }

    /**
     * How many bytes of new data may leave now, given {@code available} bytes waiting; call it also with 0 when the last
     * has gone. Congestion window, receive window, silly-window avoidance (RFC 9293 3.8.6.2.1) and retransmissions
     * that go first are accounted for. Data that does not fill a segment is not held back (no Nagle: live media).
     * When the viewer's window is what blocks, this arms the persist timer.
     *
     * @return 0 to {@code available}; whole segments, unless it is all there is or the window is small
     */
    public int sendable(int available, long nowNs) {
        if (!end.state().maySendData()) {
            return 0;
        }
        if (available <= 0) {
            if (!end.finWaits()) {
                timers.onUnblocked(inFlight(), nowNs);
            }
            return 0;
        }
        restartAfterIdle(nowNs);
        if (recovery.hasLost()) {
            return 0;
        }
        final long usable = flow.usableFrom(nxt);
        final long room = control.cwndBytes() - pipeBytes();
        final int granted = flow.grant(available, usable, room);
        heldByCwnd = room < Math.min(available, usable);
        if (granted == 0) {
            if (una == nxt) {
                timers.onBlocked(nowNs);
            } else {
                usage.observe(una, nxt, heldByCwnd);
            }
        }
        return granted;
    }

    /** {@code bytes} of new data left, starting at {@link #nxt()}; not more than {@link #sendable} granted. */
    public void onSent(int bytes, long nowNs) {
        leave(bytes, nowNs);
        if (recovery.phase() == LossRecovery.Phase.OPEN) {
            sampler.onSent(nxt, nowNs);
        }
    }

    /**
     * The first range that must be sent again now, within what the congestion window and the viewer's window allow.
     *
     * @param maxBytes the largest post the caller can make
     * @return false, {@code out} untouched, when there is none
     */
    public boolean nextRetransmission(Range out, int maxBytes, long nowNs) {
        final int seq = recovery.nextLost();
        final int edge = recovery.lostEdge();
        if (!Seq.before(seq, edge) || end.state() == TcpConnectionState.CLOSED) {
            return false;
        }
        final int hole = Seq.distance(seq, recovery.scoreboard().holeEnd(seq, edge));
        final int mss = config.mss();
        final int wanted = (int) Math.min(Math.min(hole, maxBytes), flow.usableFrom(seq));
        long room = control.cwndBytes() - pipeBytes();
        if (recovery.firstIsDue()) {
            room = Math.max(room, mss);
        }
        if (wanted <= 0 || room < Math.min(mss, wanted)) {
            return false;
        }
        int length = (int) Math.min(wanted, room);
        if (length < hole && length > mss) {
            length -= length % mss;
        }
        final boolean fin = end.isFin(seq);
        out.set(seq, fin ? 0 : end.dataBytes(seq, length), fin);
        return true;
    }

    /**
     * A range from {@link #nextRetransmission}, or a shorter one at its start, left again.
     *
     * @param sequenceLength data bytes, or 1 for the FIN: {@link Range#sequenceLength()}
     */
    public void onRetransmitted(int seq, int sequenceLength, long nowNs) {
        recovery.onRetransmitted(Seq.plus(seq, sequenceLength));
        sampler.onRetransmitted(seq);
        liveness.onSent(nowNs);
        counters.add(SenderCounter.BYTES_RETRANSMITTED, sequenceLength);
        counters.add(SenderCounter.SEGMENTS_RETRANSMITTED, (sequenceLength + config.mss() - 1) / config.mss());
        if (seq == una && recovery.restartsTimer()) {
            timers.armRetransmit(nowNs);
        }
    }

    /** When {@link #onTimer} wants to be called; {@link Long#MAX_VALUE} when no timer is armed. */
    public long nextTimerNs() {
        return timers.deadlineNs();
    }

    /** Fires the timer if its time has come. */
    public TimerAction onTimer(long nowNs) {
        if (nowNs < timers.deadlineNs()) {
            return TimerAction.NONE;
        }
        return switch (timers.purpose()) {
            case NONE -> TimerAction.NONE;
            case RETRANSMIT -> onRetransmissionTimeout(nowNs);
            case PERSIST -> onPersistTimeout(nowNs);
            case KEEP_ALIVE -> count(timers.onKeepAlive(nowNs), SenderCounter.KEEP_ALIVE_PROBES);
            case LINGER -> {
                end.expire();
                timers.clear();
                yield TimerAction.CLOSED;
            }
        };
    }

    /** Sequence number of a probe: one before {@link #una()}, which makes the viewer answer with its window, as Linux does. */
    public int probeSeq() {
        return Seq.plus(una, -1);
    }

    /** Sequence number of a reset that the engine sends: {@link #nxt()}. */
    public int resetSeq() {
        return nxt;
    }

    /** No data will follow what has been sent and what {@link #sendable} is still asked for. */
    public void queueFin() {
        end.queueFin();
    }

    /** True when a queued FIN may leave now. Ask when no data waits any more. */
    public boolean finDue(long nowNs) {
        if (!end.finWaits() || recovery.hasLost()) {
            return false;
        }
        if (flow.usableFrom(nxt) == 0) {
            if (una == nxt) {
                timers.onBlocked(nowNs);
            }
            return false;
        }
        return control.cwndBytes() > pipeBytes();
    }

    /** The FIN left, at {@link #nxt()}. */
    public void onFinSent(long nowNs) {
        end.onFinSent(nxt);
        leave(1, nowNs);
    }

    /** The viewer's FIN arrived in order. */
    public void onPeerFin(long nowNs) {
        end.onPeerFin();
        if (end.state() == TcpConnectionState.TIME_WAIT) {
            timers.armLinger(nowNs);
        }
    }

    /** A reset was sent, or an exact one (RFC 5961 3.2) arrived: the connection is gone, all timers are off. */
    public void onReset() {
        end.onReset();
        timers.clear();
    }

    /** State of the connection. */
    public TcpConnectionState state() {
        return end.state();
    }

    /** True when nothing is left to do for this connection. */
    public boolean isClosed() {
        return end.state() == TcpConnectionState.CLOSED;
    }

    /** Oldest unacknowledged sequence number. */
    public int una() {
        return una;
    }

    /** Next sequence number to send. */
    public int nxt() {
        return nxt;
    }

    /** Bytes of sequence space sent and not yet cumulatively acknowledged. */
    public int inFlight() {
        return Seq.distance(una, nxt);
    }

    /** RFC 6675's estimate of the bytes that are really in the network. */
    public long pipeBytes() {
        return recovery.pipeBytes(una, nxt);
    }

    /** Bytes the viewer's window still admits. */
    public long usableWindowBytes() {
        return flow.usableFrom(nxt);
    }

    /** Congestion window. */
    public long cwndBytes() {
        return control.cwndBytes();
    }

    /** Slow start threshold; {@link Long#MAX_VALUE} before the first loss. */
    public long ssthreshBytes() {
        return control.ssthreshBytes();
    }

    /** Smoothed round-trip time, 0 before the first sample. */
    public long srttNs() {
        return rtt.srttNs();
    }

    /** Retransmission timeout, back-off included. */
    public long rtoNs() {
        return rtt.rtoNs();
    }

    /** Retransmission timeouts since the viewer last acknowledged something new. */
    public int timeoutsInARow() {
        return timeoutsWithoutProgress;
    }

    /** Value of a counter since construction. */
    public long count(SenderCounter counter) {
        return counters.get(counter);
    }

    /** {@link SenderCounter#SEGMENTS_RETRANSMITTED}. */
    public long retransmittedSegments() {
        return count(SenderCounter.SEGMENTS_RETRANSMITTED);
    }

    /** RFC 5961 5.2: neither for data that was never sent nor older than the largest window allows. */
    private boolean isAcceptable(int ack) {
        if (isClosed()) {
            return false;
        }
        if (Seq.after(ack, nxt)) {
            counters.increment(SenderCounter.ACKS_FOR_UNSENT_DATA);
            return false;
        }
        if (Seq.distance(ack, una) > flow.maxWindowBytes()) {
            counters.increment(SenderCounter.OLD_ACKS);
            return false;
        }
        return true;
    }

    private boolean accept(int ack, long windowBytes, boolean recorded, long arrivalNs, long nowNs) {
        liveness.onHeard(arrivalNs);
        final boolean advances = Seq.after(ack, una);
        final int edgeBefore = flow.rightEdge();
        if (flow.onWindow(ack, advances, windowBytes, arrivalNs, recorded)) {
            counters.increment(SenderCounter.WINDOW_SHRINKS);
        }
        if (advances || flow.rightEdge() != edgeBefore) {
            timers.onWindowChanged();
        }
        if (advances) {
            advance(ack, arrivalNs, nowNs);
        }
        return advances;
    }

    private void advance(int ack, long arrivalNs, long nowNs) {
        final int acked = Seq.distance(una, ack);
        final int fresh = acked - recovery.scoreboard().removeBelow(ack);
        final long sampleNs = sampler.onAck(ack, arrivalNs);
        if (sampleNs != RttSampler.NONE) {
            rtt.onSample(sampleNs);
        }
        una = ack;
        timeoutsWithoutProgress = 0;
        liveness.onProgress(nowNs);
        final LossRecovery.Phase before = recovery.phase();
        final boolean recovered = recovery.onAdvance(acked, una, nxt);
        if (recovered && !sack) {
            control.onRecoveredWithoutSack(inFlight());
        }
        if (before == LossRecovery.Phase.TIMEOUT || before == LossRecovery.Phase.OPEN && usage.mayGrow(control)) {
            control.onAcked(fresh, rtt.srttNs(), nowNs);
        }
        end.onAcked(una);
    }

    private void afterAck(boolean advanced, long nowNs) {
        if (recovery.detect(una, nxt)) {
            counters.increment(SenderCounter.FAST_RECOVERIES);
            control.onLoss(inFlight(), nowNs);
        }
        updateTimer(advanced, nowNs);
    }

    private void updateTimer(boolean advanced, long nowNs) {
        if (isClosed()) {
            timers.clear();
        } else if (end.lingers()) {
            timers.startLinger(nowNs);
        } else if (una == nxt) {
            timers.onNothingInFlight(nowNs);
        } else {
            timers.onInFlight(advanced && recovery.restartsTimer(), flow.usableFrom(una) > 0, nowNs);
        }
    }

    private void leave(int sequenceLength, long nowNs) {
        if (una == nxt) {
            liveness.onProgress(nowNs);
        }
        nxt = Seq.plus(nxt, sequenceLength);
        liveness.onSent(nowNs);
        flow.onSent();
        counters.add(SenderCounter.BYTES_SENT, sequenceLength);
        usage.observe(una, nxt, heldByCwnd);
        timers.onSent(nowNs);
    }

    /** RFC 5681 4.1: after a pause the window says nothing about the path any more. */
    private void restartAfterIdle(long nowNs) {
        final long sentNs = liveness.sentNs();
        if (una == nxt && idleRestartOfNs != sentNs && nowNs - sentNs > rtt.rtoNs()) {
            idleRestartOfNs = sentNs;
            control.onRestartAfterIdle(nowNs - sentNs, rtt.rtoNs());
        }
    }

    private TimerAction onRetransmissionTimeout(long nowNs) {
        if (timers.isHopeless(nowNs)) {
            return TimerAction.GIVE_UP;
        }
        counters.increment(SenderCounter.TIMEOUTS);
        control.onTimeout(inFlight(), timeoutsWithoutProgress == 0);
        timeoutsWithoutProgress++;
        if (recovery.onTimeout(una, nxt)) {
            counters.increment(SenderCounter.RENEGES);
        }
        sampler.onRetransmitted(una);
        rtt.backOff();
        if (flow.usableFrom(una) == 0) {
            return count(timers.onPersist(nowNs), SenderCounter.WINDOW_PROBES);
        }
        timers.armRetransmit(nowNs);
        return TimerAction.RETRANSMIT;
    }

    private TimerAction onPersistTimeout(long nowNs) {
        if (una == nxt && flow.usableFrom(nxt) > 0) {
            flow.overrideOnce();
            timers.onUnblocked(0, nowNs);
            return TimerAction.NONE;
        }
        return count(timers.onPersist(nowNs), SenderCounter.WINDOW_PROBES);
    }

    private TimerAction count(TimerAction action, SenderCounter probes) {
        if (action == TimerAction.PROBE) {
            counters.increment(probes);
        }
        return action;
    }
}
