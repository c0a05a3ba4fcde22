// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import io.tcpoffload.kernel.HandBack;
import io.tcpoffload.kernel.KernelException;
import io.tcpoffload.kernel.KernelSide;
import io.tcpoffload.kernel.SessionTable;

/**
 * Sessions that the engine serves no longer because the kernel has them again: for somebody who goes on with the socket, or
 * for the kernel to end. Belongs to the session loop's thread.
 */
final class HandBacks {

    private final TurnClock clock;
    private final ServedSessions sessions;
    private final Departures departures;
    private final SessionTable table;
    private final Returns returns;
    private final WaitingSockets waitingSockets = new WaitingSockets();

    HandBacks(KernelSide kernel, OffloadCounters counters, TurnClock clock, ServedSessions sessions, Departures departures) {
        this.clock = clock;
        this.sessions = sessions;
        this.departures = departures;
        table = kernel.sessions();
        returns = new Returns(kernel, counters);
    }

    /**
     * Hands a session back to the kernel, at this very byte. Its source stays open, the caller's.
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
        sessions.forget(session);
        departures.add(session, clock.nowNs());
        if (withRest) {
            returns.writeRest(session, fd);
        }
        return fd;
    }

    /**
     * Hands an adopted session back, for its owner to fetch the socket.
     *
     * @throws KernelException as above
     */
    Adoptions.HandedBack handBack(ViewerSession session) throws KernelException {
        HandBack.Input input = HandBack.Input.of(table, session.slot());
        long discarded = session.adopted().unreadable(input);
        int fd = handBack(session, input, session.isPrivate(), false);
        waitingSockets.add(session.id(), fd, clock.nowNs());
        session.source().close();
        Adoptions.HandedBack socket = new Adoptions.HandedBack(fd, discarded);
        sessions.adopted().handedBack(session, socket);
        return socket;
    }

    /** Sockets that their owners have not fetched yet. */
    WaitingSockets waitingSockets() {
        return waitingSockets;
    }

    /**
     * Lets the kernel end a session: it delivers what is in flight, and the FIN.
     *
     * @throws KernelException with the reason why it can't; the session is as it was
     */
    void end(ViewerSession session) throws KernelException {
        returns.end(session);
        session.source().close();
        sessions.adopted().ended(session, Ending.HANDED_BACK);
        sessions.forget(session);
        departures.add(session, clock.nowNs());
    }
}
