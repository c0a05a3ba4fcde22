// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import io.tcpoffload.core.Sender;
import java.util.List;

/** How long the session loop may rest when it has nothing to do. */
final class Rest {

    /*
     * An append or a command ends each rest at once, and no timer of a session waits for its end. IN_FLIGHT:
     * acknowledgements only free the windows, and their arrival times are the hook's. IDLE: events. WAITING: viewers lag
     * and are held back by their windows, so acknowledgements are looked for soon: each look that is late is a longer
     * round trip. A small part of one, and no more than the pitch of pacing.
     * SHORTEST: what a thread needs to fall asleep and to wake up.
     */
    private static final long SHORTEST_NS = 50_000;
    private static final long WAITING_NS = 100_000;
    private static final long LONGEST_WAITING_NS = 1_000_000;
    private static final int WAITING_PARTS_OF_RTT = 16;
    private static final long IN_FLIGHT_NS = 2_000_000;
    private static final long IDLE_NS = 5_000_000;
    private static final long EMPTY_NS = 50_000_000;

    private Rest() {
    }

    /** In ns, after a turn in which there was nothing to do: a busy loop has no use for it. */
    static long of(List<ViewerSession> sessions, long nowNs) {
        if (sessions.isEmpty()) {
            return EMPTY_NS;
        }
        long restNs = IDLE_NS;
        for (int i = 0; i < sessions.size(); i++) {
            restNs = Math.min(restNs, of(sessions.get(i), nowNs));
        }
        return Math.max(SHORTEST_NS, restNs);
    }

    /** How long this session lets the loop rest: until its next timer, and not so long that news would be old. */
    private static long of(ViewerSession session, long nowNs) {
        Sender sender = session.sender();
        long timerNs = sender.nextTimerNs();
        long restNs = timerNs == Long.MAX_VALUE ? IDLE_NS : timerNs - nowNs;
        if (session.source().lag() > 0) {
            long lookNs = Math.max(WAITING_NS, sender.srttNs() / WAITING_PARTS_OF_RTT);
            return Math.min(restNs, Math.min(LONGEST_WAITING_NS, lookNs));
        }
        return sender.inFlight() > 0 ? Math.min(restNs, IN_FLIGHT_NS) : restNs;
    }
}
