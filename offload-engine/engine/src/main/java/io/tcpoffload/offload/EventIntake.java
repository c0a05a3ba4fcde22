// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import io.tcpoffload.kernel.EventHandler;
import io.tcpoffload.kernel.KernelCounter;
import io.tcpoffload.kernel.KernelEvent;
import io.tcpoffload.kernel.KernelException;
import io.tcpoffload.kernel.KernelSide;
import io.tcpoffload.kernel.SessionTable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes in what the receive hook tells of sessions. Belongs to the session loop's thread. */
final class EventIntake implements EventHandler {

    /** More than any request or two: a viewer that sends more takes this for something that it is not. */
    static final int MOST_INPUT_BYTES = 64 << 10;

    /** Events of one turn: enough to keep up with any flood the ring can hold, few enough to keep sending. */
    private static final int EVENTS_A_TURN = 4096;

    /** {@code net.ipv4.tcp_invalid_ratelimit}: 500 ms. */
    private static final long CHALLENGE_INTERVAL_NS = 500_000_000L;

    /** Less than the smallest retransmission timeout. */
    private static final long OVERRUNS_EVERY_NS = 20_000_000L;

    private static final Logger LOG = LoggerFactory.getLogger(EventIntake.class);

    private final TurnClock clock;
    private final KernelSide kernel;
    private final SessionTable table;
    private final OffloadCounters counters;
    private final ServedSessions sessions;
    private final Runnable commands;
    private final Paths paths;
    private final HandBacks handBacks;
    private final Endings endings;
    private final int[] sackBlocks = new int[8];
    private long overrunsReadNs;
    private long eventsLost;

    /** @param commands runs those that wait; a session that is not known is perhaps one of them */
    EventIntake(KernelSide kernel, OffloadCounters counters, TurnClock clock, ServedSessions sessions, Runnable commands,
            Paths paths, HandBacks handBacks, Endings endings) {
        this.kernel = kernel;
        this.counters = counters;
        this.clock = clock;
        this.sessions = sessions;
        this.commands = commands;
        this.paths = paths;
        this.handBacks = handBacks;
        this.endings = endings;
        table = kernel.sessions();
    }

    /** @return how many events there were */
    int poll() {
        return kernel.events().poll(this, EVENTS_A_TURN);
    }

    @Override
    public void onEvent(KernelEvent event) {
        ViewerSession session = sessions.at(event.session());
        if (session == null) {
            commands.run();
            session = sessions.at(event.session());
        }
        if (session != null) {
            take(session, event);
        }
    }

    private void take(ViewerSession session, KernelEvent event) {
        if (event.is(KernelEvent.RST)) {
            counters.add(OffloadCounter.VIEWER_RESETS, 1);
            session.sender().onReset();
            endings.depart(session, Ending.RESET);
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
            session.path().onPathMtu(event.payload(), clock.nowNs());
            LOG.debug("{}: a link on the way takes packets of {} bytes", session.remote(), event.payload());
            return;
        }
        if (event.is(KernelEvent.UNREACHABLE)) {
            // soft (RFC 1122 section 4.2.3.9): the timers decide
            counters.add(OffloadCounter.UNREACHABLE, 1);
            return;
        }
        if (event.is(KernelEvent.PATH)) {
            paths.ask(session);
        }
        if (event.is(KernelEvent.DATA) && session.adopted() != null && session.adopted().receivesNoMore()) {
            endings.refuse(session, event.ack(), OffloadCounter.DATA_AFTER_CLOSE);
            return;
        }
        if (event.is(KernelEvent.DATA) && !takesInput(session)) {
            return;
        }
        if (event.is(KernelEvent.FIN)) {
            // the record tells it, too; acknowledged twice, it would draw a reset from a viewer that is done by the first
            return;
        }
        if (event.is(KernelEvent.DATA)) {
            session.replies().acknowledgeSoon();
        } else if (event.is(KernelEvent.SYN | KernelEvent.CHALLENGE | KernelEvent.STALE)) {
            session.replies().challenge(clock.nowNs(), CHALLENGE_INTERVAL_NS);
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
            endings.reset(session, OffloadCounter.UPLOADS_CUT);
            return false;
        }
        if (session.adopted().input() == InputPolicy.DISCARD) {
            return true;
        }
        if (session.adopted().input() == InputPolicy.GO_ON) {
            session.adopted().inputCame();
            return false;
        }
        try {
            handBacks.handBack(session);
        } catch (KernelException e) {
            if (session.isClosing() || !session.sender().state().maySendData()) {
                LOG.info("{}: reset, its peer has sent something, and {}", session.remote(), e.getMessage());
                endings.reset(session, OffloadCounter.INPUT_NOT_TAKEN);
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
        session.sender().onSack(event.ack(), session.record().windowBytes(event.window()), sackBlocks, count,
                event.arrivalNs(), clock.nowNs());
    }

    /** Now and then. */
    void lookForOverruns() {
        if (clock.nowNs() - overrunsReadNs >= OVERRUNS_EVERY_NS) {
            overrunsReadNs = clock.nowNs();
            readOverruns();
        }
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
        for (ViewerSession session : sessions.all()) {
            session.record().readLastAck(sackBlocks, clock.nowNs());
        }
    }
}
