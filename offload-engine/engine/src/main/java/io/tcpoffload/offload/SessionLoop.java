// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import io.tcpoffload.channel.Step;
import io.tcpoffload.kernel.Device;
import io.tcpoffload.kernel.JobList;
import io.tcpoffload.kernel.KernelSide;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Owns all sessions. One turn of the loop takes in what the receive hook saw, fires timers, sends again what was lost
 * and posts what is new. Other threads speak to it by {@link #execute} only; what its parts do, they do on its thread.
 */
final class SessionLoop {

    private static final Logger LOG = LoggerFactory.getLogger(SessionLoop.class);

    /** Spreads a sequence of numbers evenly. */
    private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;

    private final TurnClock clock = new TurnClock();
    private final Queue<Runnable> commands = new ConcurrentLinkedQueue<>();
    private final OffloadCounters counters;
    private final ServedSessions served;
    private final List<ViewerSession> sessions;
    private final EventIntake events;
    private final Paths paths;
    private final Timeouts timeouts;
    private final Repeats repeats;
    private final Poster poster;
    private final FanOut fanOut;
    private final Endings endings;
    private final HandBacks handBacks;
    private final Departures departures;
    private final KernelSide kernel;
    private long turns;
    private int remembered;

    SessionLoop(KernelSide kernel, OffloadCounters counters) {
        this.kernel = kernel;
        this.counters = counters;
        served = new ServedSessions(kernel.sessions().capacity());
        sessions = served.all();
        poster = new Poster(kernel, counters);
        fanOut = new FanOut(poster);
        departures = new Departures(kernel);
        paths = new Paths(kernel, counters);
        handBacks = new HandBacks(kernel, counters, clock, served, departures);
        endings = new Endings(kernel.sessions(), counters, clock, poster, served, departures, handBacks);
        events = new EventIntake(kernel, counters, clock, served, this::runCommands, paths, handBacks, endings);
        timeouts = new Timeouts(counters, clock, poster, paths, endings);
        repeats = new Repeats(clock, poster, endings);
    }

    /** Lets the loop's thread do something. Any thread. */
    void execute(Runnable command) {
        commands.add(command);
    }

    /**
     * Begins to serve a session whose record is complete, in state TAKING. From now on the hook takes what its peer sends, and
     * the loop hears of the session before it hears of that. Either of both threads may be first to need it owned. Any thread.
     */
    void begin(ViewerSession session) {
        execute(() -> {
            kernel.sessions().own(session.slot());
            served.add(session);
            counters.add(OffloadCounter.TAKEN_OVER, 1);
        });
        kernel.sessions().own(session.slot());
    }

    /** Goes on with a session of an engine that is no more. Loop thread. */
    void resume(ViewerSession session) {
        kernel.sessions().own(session.slot());
        served.add(session);
        counters.add(OffloadCounter.RESUMED, 1);
    }

    /** Resets the viewer of a session that nobody can go on with, who expects one of two sequence numbers. Loop thread. */
    void resetUnserved(int slot, int una, int nxt) {
        counters.add(OffloadCounter.RESETS_SENT, 1);
        counters.add(OffloadCounter.NOT_RESUMED, 1);
        poster.reset(slot, una);
        if (nxt != una) {
            poster.reset(slot, nxt);
        }
    }

    /**
     * Leaves everything as it is, for another engine to go on with; what no other engine can, the kernel ends. The last
     * thing that the loop does.
     */
    void suspend() {
        endings.endPrivate();
        sessions.forEach(ViewerSession::remember);
    }

    /** Loop thread. */
    Departures departures() {
        return departures;
    }

    /** Loop thread. */
    ServedSessions sessions() {
        return served;
    }

    /** Loop thread. */
    HandBacks handBacks() {
        return handBacks;
    }

    /** Loop thread. */
    Endings endings() {
        return endings;
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
        clock.turn(now);
        kernel.heartbeat(now);
        int done = runCommands();
        done += events.poll();
        done += paths.work(sessions, now);
        events.lookForOverruns();
        int count = sessions.size();
        turns += GOLDEN_RATIO;
        // another one is first in each turn: the last of a post of hundreds gets its frame half a millisecond later
        int at = count == 0 ? 0 : (int) ((turns >>> 33) % count);
        for (int i = 0; i < count; i++) {
            at = at == 0 ? count - 1 : at - 1;
            if (at < sessions.size()) { // some may have gone in this turn; who is left out now is not in the next
                done += serveOrReset(sessions.get(at));
            }
        }
        done += fanOut.post();
        departures.poll(now);
        remember();
        handBacks.waitingSockets().poll(now);
        return done > 0 ? 0 : Rest.of(sessions, now);
    }

    private int runCommands() {
        int done = 0;
        for (Runnable command = commands.poll(); command != null; command = commands.poll()) {
            command.run();
            done++;
        }
        return done;
    }

    /** One session a turn: estimates that are not the latest are good enough. */
    private void remember() {
        if (!sessions.isEmpty()) {
            remembered = (remembered + 1) % sessions.size();
            sessions.get(remembered).remember();
        }
    }

    /** Sends what may be sent now, as send(2) does, before anything else is done. Loop thread, in a command. */
    void serveNow(ViewerSession session) {
        serveOrReset(session);
        fanOut.post();
    }

    /** What should not be must not take the other viewers with it. */
    private int serveOrReset(ViewerSession session) {
        try {
            return serve(session);
        } catch (RuntimeException e) {
            LOG.error("{} on {}: reset after a failure", session.remote(), session.source().name(), e);
            endings.reset(session, OffloadCounter.FAILURES);
            return 1;
        }
    }

    private int serve(ViewerSession session) {
        long nowNs = clock.nowNs();
        if (session.isDisowned()) {
            endings.forget(session);
            return 1;
        }
        session.record().poll(nowNs);
        if (nowNs >= session.sender().nextTimerNs() && !timeouts.onTimer(session)) {
            return 1;
        }
        if (session.path().isMtuOld(nowNs)) {
            counters.add(OffloadCounter.PATH_MTU_RAISED, 1);
            paths.ask(session);
        }
        int done = repeats.send(session);
        if (done < 0) {
            return 1;
        }
        if (session.isClosing()) {
            acknowledge(session, done > 0);
            return done + endings.finish(session);
        }
        if (!endings.mayDrain(session)) {
            return 1;
        }
        Step step = session.path().isRefused(nowNs) ? Step.NONE : fanOut.offer(session, nowNs);
        acknowledge(session, done > 0 || step == Step.DATA);
        if (step == Step.CLOSE) {
            done += endings.closeByCursor(session);
        }
        // data is done when it is posted
        return session.isClosing() ? done + endings.finish(session) : done;
    }

    /** @param carried whether data has left or is about to, which acknowledges as well */
    private void acknowledge(ViewerSession session, boolean carried) {
        if (session.replies().takeAckDue() && !carried) {
            poster.control(session, session.sender().nxt(), JobList.ACK);
        }
    }
}
