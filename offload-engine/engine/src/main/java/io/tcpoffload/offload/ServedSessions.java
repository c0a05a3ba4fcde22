// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import io.tcpoffload.core.TcpConnectionState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The sessions that the engine serves, by slot, in a row and by number. Belongs to the session loop's thread. */
final class ServedSessions {

    private final SenderTotals totals = new SenderTotals();
    private final ViewerSession[] bySlot;
    private final List<ViewerSession> all = new ArrayList<>();
    private final AdoptedSessions adopted = new AdoptedSessions();

    /** @param capacity slots */
    ServedSessions(int capacity) {
        bySlot = new ViewerSession[capacity];
    }

    /** Begins to serve a session, in state OWNED. */
    void add(ViewerSession session) {
        bySlot[session.slot()] = session;
        all.add(session);
        adopted.add(session);
    }

    void forget(ViewerSession session) {
        totals.add(session.sender());
        bySlot[session.slot()] = null;
        all.remove(session);
    }

    /** In the order in which they came; not a copy. */
    List<ViewerSession> all() {
        return all;
    }

    /** The session of that record, or null. */
    ViewerSession at(int slot) {
        return bySlot[slot];
    }

    /** The session with that id, or null. */
    ViewerSession find(long id) {
        for (ViewerSession session : all) {
            if (session.id() == id) {
                return session;
            }
        }
        return null;
    }

    /** Those that were other processes'. */
    AdoptedSessions adopted() {
        return adopted;
    }

    /** What people are told of an adopted session, as of now. */
    String report(long id) {
        adopted.find(id).ifPresent(session -> session.record().poll(System.nanoTime()));
        return adopted.report(id);
    }

    /** What all senders have counted, by name. */
    Map<String, Long> senderCounters() {
        return totals.with(all);
    }

    /** Whether no session has anything left to do but to wait. */
    boolean isQuiet() {
        return all.stream().allMatch(session -> session.sender().state() == TcpConnectionState.TIME_WAIT);
    }
}
