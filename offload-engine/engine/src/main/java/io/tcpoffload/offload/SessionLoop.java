// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import io.tcpoffload.channel.CloseReason;
import io.tcpoffload.channel.Extent;
import io.tcpoffload.channel.Step;
import io.tcpoffload.core.Range;
import io.tcpoffload.core.Sender;
import io.tcpoffload.core.TcpConnectionState;
import io.tcpoffload.kernel.Device;
import io.tcpoffload.kernel.DmaRing;
import io.tcpoffload.kernel.EventHandler;
import io.tcpoffload.kernel.HandBack;
import io.tcpoffload.kernel.JobList;
import io.tcpoffload.kernel.KernelCounter;
import io.tcpoffload.kernel.KernelEvent;
import io.tcpoffload.kernel.KernelException;
import io.tcpoffload.kernel.KernelSide;
import io.tcpoffload.kernel.SessionState;
import io.tcpoffload.kernel.SessionTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Owns all sessions. One turn of the loop takes in what the receive hook saw, fires timers, sends again what was lost
 * and posts what is new. Other threads speak to it by {@link #execute} only.
 */
final class SessionLoop {

    private static final Logger LOG = LoggerFactory.getLogger(SessionLoop.class);

    /** Events of one turn: enough to keep up with any flood the ring can hold, few enough to keep sending. */
    private static final int EVENTS_A_TURN = 4096;

    /** {@code net.ipv4.tcp_invalid_ratelimit}: 500 ms. */
    private static final long CHALLENGE_INTERVAL_NS = 500_000_000L;

    /**
     * A viewer that has closed its half and lets so many timeouts pass has closed the other half, too, and its reset was
     * lost.
     */
    private static final int TIMEOUTS_AFTER_FIN = 4;

    /** Less than the smallest retransmission timeout. */
    private static final long OVERRUNS_EVERY_NS = 20_000_000L;

    /** One is loss; two may be a viewer that is somewhere else now. */
    private static final int TIMEOUTS_BEFORE_A_LOOK = 2;

    /** A viewer that does not take the end of a stream within this time is reset, as by Linux' tcp_fin_timeout. */
    private static final long CLOSE_TIMEOUT_NS = 60_000_000_000L;

    /** More than any request or two: a viewer that sends more takes this for something that it is not. */
    static final int MOST_INPUT_BYTES = 64 << 10;

    /*
     * How long the loop rests when it has nothing to do; an append or a command ends each rest at once, and no timer
     * of a session waits for its end. IN_FLIGHT: acknowledgements only free the windows, and their arrival times are the
     * hook's. IDLE: events. WAITING: viewers lag and are held back by their windows, so acknowledgements are looked for
     * soon, which is a small part of a round trip. SHORTEST: what a thread needs to fall asleep and to wake up.
     */
    private static final long SHORTEST_NS = 50_000;
    private static final long WAITING_NS = 100_000;
    private static final int WAITING_PARTS_OF_RTT = 16;
    private static final long IN_FLIGHT_NS = 2_000_000;
    private static final long IDLE_NS = 5_000_000;
    private static final long EMPTY_NS = 50_000_000;

    /** Spreads a sequence of numbers evenly. */
    private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;

    private final KernelSide kernel;
    private final SessionTable table;
    private final OffloadCounters counters;
    private final Poster poster;
    private final FanOut fanOut;
    private final Departures departures;
    private final SenderTotals totals = new SenderTotals();
    private final Returns returns;
    private final Paths paths;
    private final Queue<Runnable> commands = new ConcurrentLinkedQueue<>();
    private final ViewerSession[] bySlot;
    private final List<ViewerSession> sessions = new ArrayList<>();
    private final AdoptedSessions adopted = new AdoptedSessions();
    private final WaitingSockets waitingSockets = new WaitingSockets();
    private final Range range = new Range();
    private final Extent extent = new Extent();
    private final int[] sackBlocks = new int[8];
    /** Made once: a method reference in the loop would be an object a turn. */
    private final EventHandler eventHandler = this::onEvent;
    private long nowNs;
    private long turns;
    private long overrunsReadNs;
    private long eventsLost;

    SessionLoop(KernelSide kernel, OffloadCounters counters) {
        this.kernel = kernel;
        this.counters = counters;
        table = kernel.sessions();
        poster = new Poster(kernel, counters);
        fanOut = new FanOut(poster);
        departures = new Departures(kernel);
        returns = new Returns(kernel, counters);
        paths = new Paths(kernel, counters);
        bySlot = new ViewerSession[table.capacity()];
    }

    /** Lets the loop's thread do something. Any thread. */
    void execute(Runnable command) {
        commands.add(command);
    }

    /** Begins to serve a session whose record is complete, in state TAKING. Loop thread. */
    void add(ViewerSession session) {
        bySlot[session.slot()] = session;
        sessions.add(session);
        adopted.add(session);
        table.state(session.slot(), SessionState.OWNED);
        counters.add(OffloadCounter.TAKEN_OVER, 1);
    }

    /** Loop thread. */
    List<ViewerSession> sessions() {
        return sessions;
    }

    /** The session with that id, or null. Loop thread. */
    ViewerSession find(long id) {
        for (ViewerSession session : sessions) {
            if (session.id() == id) {
                return session;
            }
        }
        return null;
    }

    /**
     * Hands a session back to the kernel, at this very byte. Its source stays open, the caller's. Loop thread.
     *
     * @param withRest    whether what the source has beyond that goes with it, into the socket
     * @param nonBlocking whether calls on the socket are to return at once
     * @return the connected socket's descriptor, the caller's to close
     * @throws KernelException with the reason why it can't be; the engine goes on serving it, unless it says that
     *                         it was reset
     */
    int handBack(ViewerSession session, boolean withRest, boolean nonBlocking) throws KernelException {
        return handBack(session, HandBack.Input.of(table, session.slot()), withRest, nonBlocking);
    }

    private int handBack(ViewerSession session, HandBack.Input input, boolean withRest, boolean nonBlocking)
            throws KernelException {
        int fd = returns.open(session, input, withRest, nonBlocking);
        forget(session);
        departures.add(session, nowNs);
        if (withRest) {
            returns.writeRest(session, fd);
        }
        return fd;
    }

    /**
     * Hands an adopted session back, for its owner to fetch the socket. Loop thread.
     *
     * @throws KernelException as above
     */
    Adoptions.HandedBack handBack(ViewerSession session) throws KernelException {
        HandBack.Input input = HandBack.Input.of(table, session.slot());
        long discarded = session.unreadable(input);
        int fd = handBack(session, input, session.isPrivate(), false);
        waitingSockets.add(session.id(), fd, nowNs);
        session.source().close();
        Adoptions.HandedBack socket = new Adoptions.HandedBack(fd, discarded);
        adopted.handedBack(session, socket);
        return socket;
    }

    WaitingSockets waitingSockets() {
        return waitingSockets;
    }

    /** Those that were other processes'. Loop thread. */
    AdoptedSessions adopted() {
        return adopted;
    }

    /** What people are told of an adopted session, as of now. Loop thread. */
    String report(long id) {
        adopted.find(id).ifPresent(session -> session.poll(table, System.nanoTime()));
        return adopted.report(id);
    }

    /**
     * Ends an adopted session's stream after its last byte. Loop thread.
     *
     * @param half whether its owner goes on listening
     */
    void end(ViewerSession session, boolean half) {
        if (session.adopted().source() == null) {
            session.closeOrderly(nowNs);
        } else {
            session.adopted().source().finish();
        }
        if (!half) {
            session.adopted().receiveNoMore();
            session.sender().halfClosed(false, nowNs);
        }
    }

    /** Resets a connection because its owner wants it so. Loop thread. */
    void abort(ViewerSession session) {
        reset(session, OffloadCounter.ABORTED);
    }

    /** What all senders have counted, by name. Loop thread. */
    Map<String, Long> senderCounters() {
        return totals.with(sessions);
    }

    /** Whether no session has anything left to do but to wait. Loop thread. */
    boolean isQuiet() {
        return sessions.stream().allMatch(session -> session.sender().state() == TcpConnectionState.TIME_WAIT);
    }

    /**
     * The network has changed. Loop thread.
     *
     * @param ifindex the device whose sessions may have other paths, {@link NetworkWatch#ALL} for every session
     */
    void pathsChanged(int ifindex) {
        if (ifindex == NetworkWatch.ALL) {
            paths.changed();
        } else {
            paths.changed(ifindex);
        }
    }

    /** Frames sent on a device. Any thread. */
    long frames(Device device) {
        return poster.frames(device);
    }

    /**
     * One turn.
     *
     * @return how long the loop may rest, in nanoseconds; 0 when there is more to do
     */
    long doWork(long now) {
        nowNs = now;
        int done = 0;
        for (Runnable command = commands.poll(); command != null; command = commands.poll()) {
            command.run();
            done++;
        }
        done += kernel.events().poll(eventHandler, EVENTS_A_TURN);
        done += paths.work(sessions, nowNs);
        if (nowNs - overrunsReadNs >= OVERRUNS_EVERY_NS) {
            overrunsReadNs = nowNs;
            readOverruns();
        }
        long restNs = sessions.isEmpty() ? EMPTY_NS : IDLE_NS;
        int count = sessions.size();
        turns += GOLDEN_RATIO;
        for (int i = count - 1; i >= 0; i--) {
            // another one is first in each turn: the last of a post of hundreds gets its frame half a millisecond later
            int at = (int) ((i + (turns >>> 33)) % count);
            if (at >= sessions.size()) {
                continue; // some have gone in this turn; who is left out now is not in the next
            }
            ViewerSession session = sessions.get(at);
            done += serveOrReset(session);
            restNs = Math.min(restNs, restOf(session));
        }
        done += fanOut.post();
        departures.poll(nowNs);
        waitingSockets.poll(nowNs);
        return done > 0 ? 0 : Math.max(SHORTEST_NS, restNs);
    }

    /** How long this session lets the loop rest: until its next timer, and not so long that news would be old. */
    private long restOf(ViewerSession session) {
        Sender sender = session.sender();
        long timerNs = sender.nextTimerNs();
        long restNs = timerNs == Long.MAX_VALUE ? IDLE_NS : timerNs - nowNs;
        if (session.source().lag() > 0) {
            return Math.min(restNs, Math.min(IN_FLIGHT_NS, Math.max(WAITING_NS, sender.srttNs() / WAITING_PARTS_OF_RTT)));
        }
        return sender.inFlight() > 0 ? Math.min(restNs, IN_FLIGHT_NS) : restNs;
    }

    /** What should not be must not take the other viewers with it. */
    private int serveOrReset(ViewerSession session) {
        try {
            return serve(session);
        } catch (RuntimeException e) {
            LOG.error("{} on {}: reset after a failure", session.remote(), session.source().name(), e);
            reset(session, OffloadCounter.FAILURES);
            return 1;
        }
    }

    private int serve(ViewerSession session) {
        session.poll(table, nowNs);
        if (nowNs >= session.sender().nextTimerNs() && !onTimer(session)) {
            return 1;
        }
        if (session.isPathMtuOld(nowNs)) {
            counters.add(OffloadCounter.PATH_MTU_RAISED, 1);
            paths.ask(session);
        }
        if (session.takeAckDue()) {
            poster.control(session, session.sender().nxt(), JobList.ACK);
        }
        int done = repeatLost(session);
        if (done < 0) {
            return 1;
        }
        if (session.isClosing()) {
            return done + finish(session);
        }
        if (!session.source().isOpen() && session.isDrainingLongerThan(CLOSE_TIMEOUT_NS, nowNs)) {
            reset(session, OffloadCounter.CLOSE_TIMEOUTS);
            return 1;
        }
        if (session.isRefused(nowNs)) {
            return done;
        }
        // data is done when it is posted
        return fanOut.offer(session, nowNs) == Step.CLOSE ? done + closeByCursor(session) : done;
    }

    /** The end of a stream is delivered; a viewer that is cut off has a full window, and no FIN would get through. */
    private int closeByCursor(ViewerSession session) {
        CloseReason reason = session.source().closeReason();
        if (reason == CloseReason.CHANNEL_CLOSED) {
            session.closeOrderly(nowNs);
        } else {
            LOG.info("{} on {}: reset, {}", session.remote(), session.source().name(), reason);
            reset(session, OffloadCounter.CUT_OFF);
        }
        return 1;
    }

    /** @return whether the session goes on */
    private boolean onTimer(ViewerSession session) {
        switch (session.sender().onTimer(nowNs)) {
            case PROBE -> poster.control(session, session.sender().probeSeq(), JobList.ACK);
            case GIVE_UP -> {
                if (session.isPrivate()) {
                    /* As Linux (tcp_write_err): who hears nothing is told nothing. */
                    counters.add(OffloadCounter.DEAD_VIEWERS, 1);
                    session.sender().onReset();
                    depart(session, Ending.TIMED_OUT);
                    return false;
                }
                LOG.info("{} on {}: acknowledges nothing any more, removed", session.remote(), session.source().name());
                reset(session, OffloadCounter.DEAD_VIEWERS);
                return false;
            }
            case CLOSED -> {
                depart(session, Ending.CLOSED);
                return false;
            }
            case RETRANSMIT -> {
                if (session.sender().timeoutsInARow() >= TIMEOUTS_BEFORE_A_LOOK) {
                    paths.ask(session);
                }
                if (!session.isPrivate() && session.sender().state() == TcpConnectionState.CLOSE_WAIT
                        && session.sender().timeoutsInARow() >= TIMEOUTS_AFTER_FIN) {
                    reset(session, OffloadCounter.HALF_CLOSED_GONE);
                    return false;
                }
            }
            case NONE -> { }
        }
        return true;
    }

    /** @return segments sent again, or -1 when the session is gone */
    private int repeatLost(ViewerSession session) {
        int done = 0;
        if (session.isRefused(nowNs)) {
            return 0;
        }
        while (session.sender().nextRetransmission(range, Math.min(session.sender().burstBytes(), DmaRing.MAX_PAYLOAD),
                nowNs)) {
            int length = range.length();
            boolean sent;
            if (range.fin()) {
                sent = poster.control(session, range.seq(), JobList.ACK | JobList.FIN);
            } else {
                long position = session.stream().positionOf(range.seq());
                if (position < 0 || !session.source().locate(position, extent)) {
                    LOG.info("{} on {}: {} is not in the store any more, reset", session.remote(),
                            session.source().name(), range);
                    reset(session, OffloadCounter.HISTORY_LOST);
                    return -1;
                }
                length = Math.min(session.stream().consecutive(range.seq(), length), extent.length());
                sent = poster.repeat(session, range.seq(), extent.memoryOffset(), length, position);
            }
            if (!sent) {
                return done;
            }
            session.sender().onRetransmitted(range.seq(), range.fin() ? 1 : length, nowNs);
            done++;
        }
        return done;
    }

    private int finish(ViewerSession session) {
        if (session.sender().state().maySendData()) {
            session.sender().sendable(0, nowNs);
        }
        if (session.sender().finDue(nowNs)) {
            int seq = session.sender().nxt();
            table.nxt(session.slot(), seq + 1);
            if (poster.control(session, seq, JobList.ACK | JobList.FIN)) {
                session.sender().onFinSent(nowNs);
                return 1;
            }
            table.nxt(session.slot(), seq);
        }
        if (session.sender().state() == TcpConnectionState.TIME_WAIT) {
            session.source().close();
        } else if (!session.isPrivate() && session.isClosingLongerThan(CLOSE_TIMEOUT_NS, nowNs)) {
            reset(session, OffloadCounter.CLOSE_TIMEOUTS);
            return 1;
        }
        if (session.sender().isClosed()) {
            depart(session, Ending.CLOSED);
            return 1;
        }
        return 0;
    }

    private void onEvent(KernelEvent event) {
        ViewerSession session = bySlot[event.session()];
        if (session == null) {
            return;
        }
        if (event.is(KernelEvent.RST)) {
            counters.add(OffloadCounter.VIEWER_RESETS, 1);
            session.sender().onReset();
            depart(session, Ending.RESET);
            return;
        }
        if (event.is(KernelEvent.SACK | KernelEvent.DUP_ACK)) {
            onLossSign(session, event);
        }
        if (event.is(KernelEvent.FIN)) {
            counters.add(OffloadCounter.VIEWER_FINS, 1);
        }
        if (event.is(KernelEvent.PMTU)) {
            counters.add(OffloadCounter.PATH_MTU_LOWERED, 1);
            session.onPathMtu(table, event.payload(), nowNs);
            LOG.debug("{}: a link on the way takes packets of {} bytes", session.remote(), event.payload());
            return;
        }
        if (event.is(KernelEvent.UNREACHABLE)) {
            counters.add(OffloadCounter.UNREACHABLE, 1);
            session.onUnreachable(event.payload());
            return;
        }
        if (event.is(KernelEvent.PATH)) {
            paths.ask(session);
        }
        if (event.is(KernelEvent.DATA) && session.adopted() != null && session.adopted().receivesNoMore()) {
            reset(session, OffloadCounter.DATA_AFTER_CLOSE);
            return;
        }
        if (event.is(KernelEvent.DATA) && !takesInput(session)) {
            return;
        }
        if (event.is(KernelEvent.FIN)) {
            /* The record tells it, too. Acknowledged twice, it would draw a reset from a viewer that is done by the first. */
            return;
        }
        if (event.is(KernelEvent.DATA)) {
            session.acknowledgeSoon();
        } else if (event.is(KernelEvent.SYN | KernelEvent.CHALLENGE | KernelEvent.STALE)) {
            session.challenge(nowNs, CHALLENGE_INTERVAL_NS);
        }
    }

    /**
     * What a viewer says after its request - one more request, pipelined, an upload - is acknowledged and thrown away, up to
     * a bound. The peer of an adopted connection may have something to say that matters.
     *
     * @return whether the session goes on and acknowledges
     */
    private boolean takesInput(ViewerSession session) {
        if (session.adopted() == null) {
            int received = table.rcvNxt(session.slot()) - session.taken().rcvNxt();
            if (received <= MOST_INPUT_BYTES) {
                return true;
            }
            LOG.info("{} on {}: reset, it has sent {} bytes after its request", session.remote(), session.source().name(),
                    received);
            reset(session, OffloadCounter.UPLOADS_CUT);
            return false;
        }
        if (session.adopted().input() == InputPolicy.DISCARD) {
            return true;
        }
        try {
            handBack(session);
        } catch (KernelException e) {
            if (session.isClosing() || !session.sender().state().maySendData()) {
                LOG.info("{}: reset, its peer has sent something, and {}", session.remote(), e.getMessage());
                reset(session, OffloadCounter.INPUT_NOT_TAKEN);
            } else {
                LOG.debug("{}: not yet, {}; its peer will repeat what it has sent", session.remote(), e.getMessage());
            }
        }
        return false;
    }

    private void onLossSign(ViewerSession session, KernelEvent event) {
        int count = event.sackCount();
        for (int i = 0; i < count; i++) {
            sackBlocks[2 * i] = event.sackStart(i);
            sackBlocks[2 * i + 1] = event.sackEnd(i);
        }
        session.sender().onSack(event.ack(), session.windowBytes(table, event.window()), sackBlocks, count,
                event.arrivalNs(), nowNs);
    }

    /**
     * Events were lost, as when this thread stood still while viewers had much to say. Of acknowledgements the record holds
     * the last one; what was data is repeated by the viewer, a FIN is in the record, and a viewer that has reset its
     * connection answers what comes with another reset.
     */
    private void readOverruns() {
        long lost = kernel.counters().get(KernelCounter.EVENTS_LOST);
        if (lost == eventsLost) {
            return;
        }
        eventsLost = lost;
        counters.add(OffloadCounter.EVENT_OVERRUNS, 1);
        for (ViewerSession session : sessions) {
            session.readLastAck(table, sackBlocks, nowNs);
        }
    }

    /** Ends live streams where they are, private ones after their last byte. Loop thread. */
    void closeViewers() {
        for (ViewerSession session : sessions) {
            if (session.isPrivate()) {
                session.adopted().source().finish();
            } else {
                session.closeOrderly(nowNs);
            }
        }
    }

    /** The device is gone: nothing can be sent by it, not even a reset. Loop thread. */
    void dropSessionsOf(Device device) {
        for (ViewerSession session : List.copyOf(sessions)) {
            if (session.device() == device) {
                reset(session, OffloadCounter.DEVICES_LOST);
            }
        }
    }

    /**
     * Lets the kernel end what is left: it delivers what is in flight, and the FIN. Gives all records back at once.
     * Loop thread; the last thing it does.
     */
    void stop() {
        for (ViewerSession session : List.copyOf(sessions)) {
            if (session.sender().state() == TcpConnectionState.TIME_WAIT) {
                depart(session, Ending.CLOSED);
            } else {
                endByKernel(session);
            }
        }
        departures.freeAll();
        waitingSockets.closeAll();
    }

    private void endByKernel(ViewerSession session) {
        try {
            returns.end(session);
            session.source().close();
            adopted.ended(session, Ending.HANDED_BACK);
            forget(session);
            departures.add(session, nowNs);
        } catch (KernelException e) {
            LOG.info("{} on {}: reset, {}", session.remote(), session.source().name(), e.getMessage());
            reset(session, OffloadCounter.CLOSE_TIMEOUTS);
        }
    }

    private void reset(ViewerSession session, OffloadCounter reason) {
        counters.add(OffloadCounter.RESETS_SENT, 1);
        counters.add(reason, 1);
        poster.control(session, session.sender().resetSeq(), JobList.ACK | JobList.RST);
        session.sender().onReset();
        depart(session, Ending.of(reason));
    }

    private void depart(ViewerSession session, Ending ending) {
        session.source().close();
        adopted.ended(session, ending);
        forget(session);
        table.state(session.slot(), SessionState.LINGER);
        departures.add(session, nowNs);
    }

    private void forget(ViewerSession session) {
        totals.add(session.sender());
        bySlot[session.slot()] = null;
        sessions.remove(session);
    }
}
