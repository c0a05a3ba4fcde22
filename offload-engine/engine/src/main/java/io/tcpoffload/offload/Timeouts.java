// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import io.tcpoffload.core.TcpConnectionState;
import io.tcpoffload.kernel.JobList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What follows from a sender's timers. Belongs to the session loop's thread. */
final class Timeouts {

    /**
     * A viewer that has closed its half and lets so many timeouts pass has closed the other half, too, and its reset was
     * lost.
     */
    private static final int TIMEOUTS_AFTER_FIN = 4;

    /** One is loss; two may be a viewer that is somewhere else now. */
    private static final int TIMEOUTS_BEFORE_A_LOOK = 2;

    private static final Logger LOG = LoggerFactory.getLogger(Timeouts.class);

    private final TurnClock clock;
    private final OffloadCounters counters;
    private final Poster poster;
    private final Paths paths;
    private final Endings endings;

    Timeouts(OffloadCounters counters, TurnClock clock, Poster poster, Paths paths, Endings endings) {
        this.counters = counters;
        this.clock = clock;
        this.poster = poster;
        this.paths = paths;
        this.endings = endings;
    }

    /** @return whether the session goes on */
    boolean onTimer(ViewerSession session) {
        switch (session.sender().onTimer(clock.nowNs())) {
            case PROBE -> poster.control(session, session.sender().probeSeq(), JobList.ACK);
            case GIVE_UP -> {
                if (session.isPrivate()) {
                    /* As Linux (tcp_write_err): who hears nothing is told nothing. */
                    counters.add(OffloadCounter.DEAD_VIEWERS, 1);
                    session.sender().onReset();
                    endings.depart(session, Ending.TIMED_OUT);
                    return false;
                }
                LOG.info("{} on {}: acknowledges nothing any more, removed", session.remote(), session.source().name());
                endings.reset(session, OffloadCounter.DEAD_VIEWERS);
                return false;
            }
            case CLOSED -> {
                endings.depart(session, Ending.CLOSED);
                return false;
            }
            case RETRANSMIT -> {
                if (session.sender().timeoutsInARow() >= TIMEOUTS_BEFORE_A_LOOK) {
                    paths.ask(session);
                }
                if (!session.isPrivate() && session.sender().state() == TcpConnectionState.CLOSE_WAIT
                        && session.sender().timeoutsInARow() >= TIMEOUTS_AFTER_FIN) {
                    endings.reset(session, OffloadCounter.HALF_CLOSED_GONE);
                    return false;
                }
            }
            case NONE -> { }
        }
        return true;
    }
}
