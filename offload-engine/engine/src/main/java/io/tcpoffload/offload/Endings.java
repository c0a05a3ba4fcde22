// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import io.tcpoffload.channel.CloseReason;
import io.tcpoffload.channel.PrefixedSource;
import io.tcpoffload.core.TcpConnectionState;
import io.tcpoffload.kernel.Device;
import io.tcpoffload.kernel.JobList;
import io.tcpoffload.kernel.KernelException;
import io.tcpoffload.kernel.SessionState;
import io.tcpoffload.kernel.SessionTable;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How sessions end: after their last byte, by a reset, with their device, or all together when the engine stops. Belongs to
 * the session loop's thread.
 */
final class Endings {

    /** A viewer that does not take the end of a stream within this time is reset, as by Linux' tcp_fin_timeout. */
    private static final long CLOSE_TIMEOUT_NS = 60_000_000_000L;

    private static final Logger LOG = LoggerFactory.getLogger(Endings.class);

    private final TurnClock clock;
    private final SessionTable table;
    private final OffloadCounters counters;
    private final Poster poster;
    private final ServedSessions sessions;
    private final Departures departures;
    private final HandBacks handBacks;

    Endings(SessionTable table, OffloadCounters counters, TurnClock clock, Poster poster, ServedSessions sessions,
            Departures departures, HandBacks handBacks) {
        this.table = table;
        this.counters = counters;
        this.clock = clock;
        this.poster = poster;
        this.sessions = sessions;
        this.departures = departures;
        this.handBacks = handBacks;
    }

    /** The end of a stream is delivered; a viewer that is cut off has a full window, and no FIN would get through. */
    int closeByCursor(ViewerSession session) {
        CloseReason reason = session.source().closeReason();
        if (reason == CloseReason.CHANNEL_CLOSED) {
            session.closeOrderly(clock.nowNs());
        } else {
            LOG.info("{} on {}: reset, {}", session.remote(), session.source().name(), reason);
            reset(session, OffloadCounter.CUT_OFF);
        }
        return 1;
    }

    /** Sends the FIN when all before it has left, and looks what became of it. */
    int finish(ViewerSession session) {
        if (session.sender().state().maySendData()) {
            session.sender().sendable(0, clock.nowNs());
        }
        if (session.sender().finDue(clock.nowNs())) {
            int seq = session.sender().nxt();
            session.journal().fin(seq);
            table.nxt(session.slot(), seq + 1);
            if (poster.control(session, seq, JobList.ACK | JobList.FIN)) {
                session.sender().onFinSent(clock.nowNs());
                return 1;
            }
            table.nxt(session.slot(), seq);
        }
        if (session.sender().state() == TcpConnectionState.TIME_WAIT) {
            session.source().close();
        } else if (!session.isPrivate() && session.isClosingLongerThan(CLOSE_TIMEOUT_NS, clock.nowNs())) {
            reset(session, OffloadCounter.CLOSE_TIMEOUTS);
            return 1;
        }
        if (session.sender().isClosed()) {
            depart(session, Ending.CLOSED);
            return 1;
        }
        return 0;
    }

    /**
     * Resets a viewer that has had too long to take what is left of a channel that has ended.
     *
     * @return whether the session goes on
     */
    boolean mayDrain(ViewerSession session) {
        if (!session.source().isOpen() && session.isDrainingLongerThan(CLOSE_TIMEOUT_NS, clock.nowNs())) {
            reset(session, OffloadCounter.CLOSE_TIMEOUTS);
            return false;
        }
        return true;
    }

    /**
     * Ends an adopted session's stream after its last byte.
     *
     * @param half whether its owner goes on listening
     */
    void end(ViewerSession session, boolean half) {
        if (session.adopted().source() == null) {
            session.closeOrderly(clock.nowNs());
        } else {
            session.adopted().source().finish();
        }
        if (!half) {
            session.adopted().receiveNoMore();
            session.sender().halfClosed(false, clock.nowNs());
        }
    }

    /** Resets a connection because its owner wants it so. */
    void abort(ViewerSession session) {
        reset(session, OffloadCounter.ABORTED);
    }

    /** Says so to the viewer, and forgets the session. */
    void reset(ViewerSession session, OffloadCounter reason) {
        reset(session, reason, session.sender().resetSeq(), JobList.ACK | JobList.RST);
    }

    /**
     * Answers a segment with a reset as a host does that has no such connection any more (RFC 9293 section 3.10.7.1): of the
     * number that it acknowledges, without ACK.
     */
    void refuse(ViewerSession session, int acknowledged, OffloadCounter reason) {
        reset(session, reason, acknowledged, JobList.RST);
    }

    private void reset(ViewerSession session, OffloadCounter reason, int seq, int flags) {
        counters.add(OffloadCounter.RESETS_SENT, 1);
        counters.add(reason, 1);
        poster.control(session, seq, flags);
        session.sender().onReset();
        depart(session, Ending.of(reason));
    }

    /** Forgets a session that the kernel's programs have reset. */
    void forget(ViewerSession session) {
        LOG.info("{} on {}: was reset while this process stood still", session.remote(), session.source().name());
        counters.add(OffloadCounter.ORPHANED, 1);
        session.sender().onReset();
        depart(session, Ending.ABORTED);
    }

    /** Forgets a session whose viewer knows. */
    void depart(ViewerSession session, Ending ending) {
        if (ending.failure() != null) {
            session.source().failed(ending.failure());
        }
        session.source().close();
        sessions.adopted().ended(session, ending);
        sessions.forget(session);
        table.state(session.slot(), SessionState.LINGER);
        departures.add(session, clock.nowNs());
    }

    /** Ends live streams where they are, private ones after their last byte. */
    void closeViewers() {
        for (ViewerSession session : sessions.all()) {
            if (session.isPrivate()) {
                session.adopted().source().finish();
            } else {
                session.closeOrderly(clock.nowNs());
            }
        }
    }

    /** The device is gone: nothing can be sent by it, not even a reset. */
    void dropSessionsOf(Device device) {
        for (ViewerSession session : List.copyOf(sessions.all())) {
            if (session.path().device() == device) {
                reset(session, OffloadCounter.DEVICES_LOST);
            }
        }
    }

    /**
     * Lets the kernel end what is left: it delivers what is in flight, and the FIN. Gives all records back at once.
     * The last thing that the loop does.
     */
    void stop() {
        for (ViewerSession session : List.copyOf(sessions.all())) {
            if (session.sender().state() == TcpConnectionState.TIME_WAIT) {
                depart(session, Ending.CLOSED);
            } else {
                endByKernel(session);
            }
        }
        departures.freeAll();
        handBacks.waitingSockets().closeAll();
    }

    /** Lets the kernel end what no other engine can go on with. */
    void endPrivate() {
        for (ViewerSession session : List.copyOf(sessions.all())) {
            if (session.isPrivate() || session.source() instanceof PrefixedSource prefixed && prefixed.inPrefix()) {
                endByKernel(session);
            }
        }
        handBacks.waitingSockets().closeAll();
    }

    private void endByKernel(ViewerSession session) {
        try {
            handBacks.end(session);
        } catch (KernelException e) {
            LOG.info("{} on {}: reset, {}", session.remote(), session.source().name(), e.getMessage());
            reset(session, OffloadCounter.CLOSE_TIMEOUTS);
        }
    }
}
