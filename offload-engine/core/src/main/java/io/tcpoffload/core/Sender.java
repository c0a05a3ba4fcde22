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

    /** In place of the time of an echo: the acknowledgement had no timestamp. */
    public static final long NO_ECHO = Long.MIN_VALUE;

    private final SenderParts parts;
    private final AckIntake intake;
    private final Transmission transmission;
    private final Timeouts timeouts;

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
        parts = new SenderParts(config, una, nxt, windowBytes, sackPermitted, nowNs);
        intake = new AckIntake(parts, nowNs);
        transmission = new Transmission(parts);
        timeouts = new Timeouts(parts);
        parts.updateTimer(false, true, nowNs);
    }

    /**
     * Gives the estimator a first sample, such as the kernel's {@code tcpi_rtt} at take-over. Once, before sending; without
     * it the first timeout is {@link SenderConfig#initialRtoNs()}. 0, unknown, is ignored.
     */
    public void seedRtt(long rttNs) {
        if (rttNs > 0) {
            parts.rtt.onSample(rttNs);
        }
    }

    /**
     * Goes on as another sender of this connection would have: with its round-trip time, congestion window and
     * threshold. Once, before sending, instead of {@link #seedRtt}.
     *
     * @param rttNs         smoothed; 0 when there was no sample
     * @param rttvarNs      its mean deviation
     * @param ssthreshBytes {@link Long#MAX_VALUE} before the first loss
     */
    public void seed(long rttNs, long rttvarNs, long cwndBytes, long ssthreshBytes, long nowNs) {
        if (rttNs > 0) {
            parts.rtt.seed(rttNs, rttvarNs);
        }
        parts.congestion.control().seed(cwndBytes, ssthreshBytes);
        if (inFlight() > 0) {
            parts.updateTimer(true, true, nowNs);
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
        onAck(ack, windowBytes, NO_ECHO, arrivalNs, nowNs);
    }

    /**
     * {@link #onAck(int, long, long, long)} with timestamps (RFC 7323).
     *
     * @param echoNs when the segment whose timestamp the acknowledgement echoes was sent, rounded down to milliseconds;
     *        {@link #NO_ECHO} without timestamps
     */
    public void onAck(int ack, long windowBytes, long echoNs, long arrivalNs, long nowNs) {
        final boolean same = ack == una() && windowBytes == parts.flow.windowBytes();
        if (same && !parts.liveness.isNews(arrivalNs) || !intake.isAcceptable(ack)) {
            return;
        }
        if (Seq.before(ack, una())) {
            parts.counters.increment(SenderCounter.OLD_ACKS);
            return;
        }
        intake.take(ack, windowBytes, null, 0, echoNs, arrivalNs, nowNs);
    }

    /**
     * A duplicate ACK or an ACK with SACK blocks; one call for each. An event without blocks must meet the definition
     * of RFC 5681 2: no data, no FIN, the same acknowledgement and the same window as the one before it. Only the hook,
     * which sees every ACK in order, can tell. Events may come late, after {@link #onAck} saw a newer record; it is better
     * to hand them in first.
     *
     * @param blocks left, right, left, right ...; the caller's reused array
     * @param blockCount how many pairs of it are valid, 0 to 4
     */
    public void onSack(int ack, long windowBytes, int[] blocks, int blockCount, long arrivalNs, long nowNs) {
        onSack(ack, windowBytes, blocks, blockCount, NO_ECHO, arrivalNs, nowNs);
    }

    /**
     * {@link #onSack(int, long, int[], int, long, long)} with timestamps (RFC 7323).
     *
     * @param echoNs as in {@link #onAck(int, long, long, long, long)}
     */
    public void onSack(int ack, long windowBytes, int[] blocks, int blockCount, long echoNs, long arrivalNs, long nowNs) {
        if (intake.isAcceptable(ack)) {
            intake.take(ack, windowBytes, blocks, blockCount, echoNs, arrivalNs, nowNs);
        }
    }

    /**
     * The viewer echoes congestion (RFC 3168 6.1.2, ECE): reduces the window once a round trip, unless a loss has just done so.
     * Call it, after {@link #onAck}, whenever ECE was seen since the last call; without {@link SenderConfig#ecn()} it is ignored.
     */
    public void onEce(long nowNs) {
        if (!parts.notification.isNegotiated()) {
            parts.counters.increment(SenderCounter.ECN_ECHOES_IGNORED);
        } else if (!isClosed() && parts.notification.isNews(count(SenderCounter.BYTES_SENT) > 0) && parts.recovery.phase() == LossRecovery.Phase.OPEN) {
            parts.counters.increment(SenderCounter.ECN_REDUCTIONS);
            parts.reduceAsNotified(nowNs);
        } else {
            parts.congestion.keepReduction();
        }
    }

    /**
     * True when new data carries ECT(0) (RFC 3168 6.1.2): what {@link #sendable} grants, but neither retransmissions (6.1.5) nor
     * probes (6.1.6) nor segments without data (6.1.4).
     */
    public boolean isEct() {
        return parts.notification.isNegotiated();
    }

    /**
     * The path takes segments of {@code mss} bytes now (RFC 1191, RFC 8201), be they smaller or larger than before; the caller
     * has checked the message (RFC 5927 7.2) and subtracted headers and options. What is in flight and too large leaves
     * again, without a reduction of the window. Below {@link SenderConfig#MIN_MSS} and above {@link SenderConfig#MAX_MSS}
     * those hold.
     */
    public void onPathMtu(int mss, long nowNs) {
        final int before = mss();
        parts.segment.set(Math.max(SenderConfig.MIN_MSS, Math.min(mss, SenderConfig.MAX_MSS)));
        if (mss() == before) {
            return;
        }
        parts.congestion.onSegmentSize(before);
        if (mss() < before && parts.recovery.onSmallerSegments()) {
            parts.counters.increment(SenderCounter.PATH_MTU_REDUCTIONS);
            parts.probe.stop();
            parts.timers.clearEarly();
        }
    }

    /**
     * True once after a reduction of the window for whatever reason, on connections that negotiated ECN: the next new data, and
     * no retransmission, carries CWR (RFC 3168 6.1.2).
     */
    public boolean takeCwrDue() {
        return parts.notification.takeCwrDue();
    }

    /**
     * How many bytes of new data may leave now, given {@code available} bytes waiting; call it also with 0 when the last
     * has gone. Congestion window, receive window, silly-window avoidance (RFC 9293 3.8.6.2.1), pacing and
     * retransmissions that go first are accounted for. Data that does not fill a segment is not held back (no Nagle: live media).
     * When the viewer's window is what blocks, this arms the persist timer.
     *
     * @return 0 to {@code available}; whole segments, unless it is all there is or the window is small
     */
    public int sendable(int available, long nowNs) {
        return transmission.sendable(available, nowNs);
    }

    /**
     * So many bytes wait that the caller does not ask for yet, since they do not fill a segment (Nagle). A tail loss probe
     * takes them, as in Linux: see {@link #probesWithNewData}.
     */
    public void holdBack(long bytes) {
        parts.heldBackBytes = bytes;
    }

    /**
     * Whether more than a full segment may fill the viewer's window, with a short segment at the end, as in Linux
     * (tcp_mss_split_point); otherwise, and unless told so, only full ones go.
     */
    public void fillWindow(boolean on) {
        parts.flow.fill(on);
    }

    /** Whether a tail loss probe is due and wants new data: a segment of it goes now, held back or not. */
    public boolean probesWithNewData() {
        return parts.probe.wantsNewData();
    }

    /** Whether what leaves next is less than a viewer should get, after waiting: as much as a small window takes. */
    public boolean probesTheWindow() {
        return parts.flow.isOverridden();
    }

    /** {@code bytes} of new data left, starting at {@link #nxt()}; not more than {@link #sendable} granted. */
    public void onSent(int bytes, long nowNs) {
        transmission.onSent(bytes, nowNs);
    }

    /** False when {@link #nextRetransmission} has nothing, whatever it is asked: cheap, and nearly always so. */
    public boolean hasRetransmission() {
        return transmission.hasRetransmission();
    }

    /**
     * The first range that must be sent again now, within what the congestion window and the viewer's window allow.
     *
     * @param maxBytes the largest post the caller can make
     * @return false, {@code out} untouched, when there is none
     */
    public boolean nextRetransmission(Range out, int maxBytes, long nowNs) {
        return transmission.nextRetransmission(out, maxBytes, nowNs);
    }

    /**
     * A range from {@link #nextRetransmission}, or a shorter one at its start, left again.
     *
     * @param sequenceLength data bytes, or 1 for the FIN: {@link Range#sequenceLength()}
     */
    public void onRetransmitted(int seq, int sequenceLength, long nowNs) {
        transmission.onRetransmitted(seq, sequenceLength, nowNs);
    }

    /**
     * When {@link #onTimer} wants to be called; {@link Long#MAX_VALUE} when no timer is armed. Pacing counts as a timer while it
     * holds back something that {@link #sendable} or {@link #nextRetransmission} was asked for.
     */
    public long nextTimerNs() {
        return isClosed() ? Long.MAX_VALUE : Math.min(parts.timers.deadlineNs(), parts.pacer.releaseNs());
    }

    /** Fires the timer if its time has come. */
    public TimerAction onTimer(long nowNs) {
        parts.pacer.onTimer(nowNs);
        return timeouts.onTimer(nowNs);
    }

    /** Sequence number of a probe: one before {@link #una()}, which makes the viewer answer with its window, as Linux does. */
    public int probeSeq() {
        return Seq.plus(una(), -1);
    }

    /** Sequence number of a reset that the engine sends: {@link #nxt()}. */
    public int resetSeq() {
        return nxt();
    }

    /** No data will follow what has been sent and what {@link #sendable} is still asked for. */
    public void queueFin() {
        parts.end.queueFin();
    }

    /**
     * Whether somebody still waits for what the viewer may send after our FIN (RFC 9293 3.6, half-close): then FIN-WAIT-2
     * has no end of its own. Otherwise, and unless told so, it lasts {@link SenderConfig#lingerNs()}, as in Linux after a
     * close.
     */
    public void halfClosed(boolean on, long nowNs) {
        parts.end.halfClosed(on);
        parts.updateTimer(false, false, nowNs);
    }

    /** True when a queued FIN may leave now. Ask when no data waits any more. */
    public boolean finDue(long nowNs) {
        return transmission.finDue(nowNs);
    }

    /** The FIN left in a segment of its own, at {@link #nxt()}. */
    public void onFinSent(long nowNs) {
        transmission.onFinSent(nowNs);
    }

    /** The FIN left on the data that was reported last, behind it. */
    public void onFinSentOnData(long nowNs) {
        transmission.onFinSentOnData(nowNs);
    }

    /** The viewer's FIN arrived in order. */
    public void onPeerFin(long nowNs) {
        parts.end.onPeerFin();
        if (parts.end.state() == TcpConnectionState.TIME_WAIT) {
            parts.timers.armLinger(nowNs);
        }
    }

    /** A reset was sent, or an exact one (RFC 5961 3.2) arrived: the connection is gone, all timers are off. */
    public void onReset() {
        parts.end.onReset();
        parts.timers.clear();
    }

    /** State of the connection. */
    public TcpConnectionState state() {
        return parts.end.state();
    }

    /** True when nothing is left to do for this connection. */
    public boolean isClosed() {
        return parts.end.state() == TcpConnectionState.CLOSED;
    }

    /** Oldest unacknowledged sequence number. */
    public int una() {
        return parts.board.una();
    }

    /** Next sequence number to send. */
    public int nxt() {
        return parts.board.nxt();
    }

    /** Bytes of sequence space sent and not yet cumulatively acknowledged. */
    public int inFlight() {
        return parts.board.inFlight();
    }

    /** Estimate (RFC 6675 4, RFC 8985) of the bytes that are really in the network. */
    public long pipeBytes() {
        return parts.recovery.pipeBytes();
    }

    /**
     * What {@link #sendable} allowed last is left for a larger piece later. If it was the congestion window that made it
     * small, the window is in use (Linux tcp_tso_should_defer, is_cwnd_limited).
     */
    public void onDeferred() {
        transmission.onDeferred();
    }

    /** Whether loss or congestion is being dealt with, so that each acknowledgement lets out what it says and no less. */
    public boolean isRecovering() {
        return parts.recovery.phase() != LossRecovery.Phase.OPEN;
    }

    /** Bytes the viewer's window still admits. */
    public long usableWindowBytes() {
        return parts.flow.usableFrom(nxt());
    }

    /** Congestion window; during fast recovery, as in Linux, what is in the network and what may join it (RFC 6937). */
    public long cwndBytes() {
        return parts.congestion.bytes(pipeBytes());
    }

    /** Slow start threshold; {@link Long#MAX_VALUE} before the first loss. */
    public long ssthreshBytes() {
        return parts.congestion.control().ssthreshBytes();
    }

    /**
     * The rate at which data leaves when it waits, so that the window goes out over a round trip, as Linux paces;
     * {@link Long#MAX_VALUE}, not paced, before the first round-trip time. {@link SenderConfig#pacing()} tells whether
     * {@link #sendable} and {@link #nextRetransmission} keep to it.
     */
    public long pacingBytesPerSecond() {
        return parts.pacingBytesPerSecond();
    }

    /**
     * How much leaves back to back, in whole segments, as Linux sizes its own: about a millisecond's worth at the pacing
     * rate, up to {@link SenderConfig#maxBurstBytes()} on a near path. Viewers in step with equal bursts share posts.
     */
    public int burstBytes() {
        return parts.segment.whole(parts.burstBytes());
    }

    /** The same for new data where segments are counted: no more than half the window (Linux tcp_cwnd_test). */
    public int newBurstBytes() {
        return Math.min(burstBytes(), Math.max(mss(), parts.segment.whole((int) Math.min(cwndBytes() / 2, Integer.MAX_VALUE))));
    }

    /** {@link #burstBytes()} as of the last {@link #sendable} that granted something, at no cost. */
    public int grantedBurstBytes() {
        return parts.segment.whole(parts.pacedBurstBytes());
    }

    /** Payload bytes of a full segment now. */
    public int mss() {
        return parts.segment.bytes();
    }

    /** Smoothed round-trip time, 0 before the first sample. */
    public long srttNs() {
        return parts.rtt.srttNs();
    }

    /** Its mean deviation. */
    public long rttvarNs() {
        return parts.rtt.rttvarNs();
    }

    /** The viewer's receive window as it was last offered, in bytes from {@link #una()} then. */
    public long windowBytes() {
        return parts.flow.windowBytes();
    }

    /** Whether new data is held to a rate ({@link SenderConfig#pacing()}). */
    public boolean isPaced() {
        return parts.config.pacing();
    }

    /** Least round-trip time of the last minutes, 0 before the first sample. */
    public long minRttNs() {
        return parts.recovery.rack().minRttNs();
    }

    /** Retransmission timeout, back-off included. */
    public long rtoNs() {
        return parts.rtt.rtoNs();
    }

    /** Retransmission timeouts since the viewer last acknowledged something new. */
    public int timeoutsInARow() {
        return parts.timeoutsWithoutProgress;
    }

    /** Value of a counter since construction. */
    public long count(SenderCounter counter) {
        return parts.counters.get(counter);
    }

    /** {@link SenderCounter#SEGMENTS_RETRANSMITTED}. */
    public long retransmittedSegments() {
        return count(SenderCounter.SEGMENTS_RETRANSMITTED);
    }
}
