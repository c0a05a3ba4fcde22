// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import io.tcpoffload.channel.StoredMedia;
import io.tcpoffload.kernel.Resumption;
import io.tcpoffload.kernel.SessionState;
import io.tcpoffload.kernel.SessionTable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;

/**
 * A start without starting: what an engine would do with a copy of another one's state. Changes nothing, needs no kernel and
 * no rights.
 */
public final class StateCheck {

    /**
     * What would become of a session.
     *
     * @param slot     of its record
     * @param id       as in {@link io.tcpoffload.api.SessionInfo#id()}; 0 when it has none
     * @param position of the next byte of its channel's stream; -1 when it would begin or be reset
     * @param refusal  why it would be reset; null if it would be served on
     */
    public record Verdict(int slot, long id, long position, String refusal) {
    }

    private StateCheck() {
    }

    /**
     * Of all sessions whose connections the engine owned.
     *
     * @param stores by channel id; null for one that there is not
     */
    public static List<Verdict> of(SessionTable table, Resumption journals, LongFunction<StoredMedia> stores) {
        SessionCheck check = new SessionCheck(table, stores);
        List<Verdict> verdicts = new ArrayList<>();
        for (int slot = 0; slot < table.capacity(); slot++) {
            if (table.state(slot) == SessionState.OWNED) {
                verdicts.add(verdict(check, table, slot, new Journal(journals.slot(slot))));
            }
        }
        return verdicts;
    }

    private static Verdict verdict(SessionCheck check, SessionTable table, int slot, Journal journal) {
        String refusal = check.refusal(slot, journal);
        long position = -1;
        if (refusal == null) {
            StreamMap stream = StreamMap.resumed(journal);
            stream.acknowledged(table.una(slot));
            position = stream.positionOf(SessionCheck.dataEnd(table.nxt(slot), journal));
        }
        return new Verdict(slot, journal.id(), position, refusal);
    }
}
