// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import io.tcpoffload.channel.PrefixedSource;
import io.tcpoffload.channel.StoredMedia;
import io.tcpoffload.core.SenderConfig;
import io.tcpoffload.kernel.SessionTable;
import java.util.function.LongFunction;

/**
 * Whether another engine can go on with a session: whether its record and its journal say one thing. Pure, so that it can
 * be asked of a copy of the state, too.
 */
final class SessionCheck {

    /** RFC 7323 section 2.3: no window is larger, so no more can be in flight. */
    private static final int MOST_IN_FLIGHT = 1 << 30;
    private static final int LEAST_HEADER = 54;
    private static final int MOST_HEADER = 94;
    private static final int LEAST_LINK = 14;
    private static final int MOST_LINK = 22;

    private final SessionTable table;
    private final LongFunction<StoredMedia> stores;

    /** @param stores by channel id; null for one that there is not */
    SessionCheck(SessionTable table, LongFunction<StoredMedia> stores) {
        this.table = table;
        this.stores = stores;
    }

    /** Why nobody can go on with it; null if one can. */
    String refusal(int slot, Journal journal) {
        switch (journal.kind()) {
            case Journal.CHANNEL -> { }
            case Journal.PRIVATE -> {
                return "its stream was in the former engine's memory";
            }
            case Journal.NONE -> {
                return "the former engine ended while it took the connection over";
            }
            default -> {
                return "its journal is of kind " + journal.kind();
            }
        }
        StoredMedia store = stores.apply(journal.channel());
        if (store == null) {
            return "its channel is gone";
        }
        String damage = damage(slot, journal);
        return damage != null ? damage : outsideOf(store, slot, journal);
    }

    /** Whether frames can be made for it, be it only a reset. */
    boolean hasTemplate(int slot) {
        int header = table.headerLength(slot);
        int link = table.linkLength(slot);
        return header >= LEAST_HEADER && header <= MOST_HEADER && link >= LEAST_LINK && link <= MOST_LINK;
    }

    private String damage(int slot, Journal journal) {
        int inFlight = table.nxt(slot) - table.una(slot);
        int mss = table.mss(slot);
        if (!hasTemplate(slot) || mss < SenderConfig.MIN_MSS || mss > SenderConfig.MAX_MSS) {
            return "its template has a header of " + table.headerLength(slot) + " bytes and segments of " + mss;
        }
        if (inFlight < 0 || inFlight > MOST_IN_FLIGHT) {
            return "its record has " + inFlight + " bytes in flight";
        }
        int spans = journal.spans();
        if (spans > StreamMap.MAX_SPANS || spans == 0 && inFlight > 1) {
            return "its journal has " + spans + " spans";
        }
        for (int i = 0; i < spans; i++) {
            int after = i + 1 < spans ? journal.spanSeq(i + 1) : table.nxt(slot);
            if (after - journal.spanSeq(i) < 0) {
                return "the spans of its journal are not in order";
            }
        }
        return spans > 0 && table.una(slot) - journal.spanSeq(0) < 0 ? "its journal begins behind what is acknowledged" : null;
    }

    private String outsideOf(StoredMedia store, int slot, Journal journal) {
        StreamMap stream = StreamMap.resumed(journal);
        stream.acknowledged(table.una(slot));
        for (int seq : new int[] {table.una(slot), dataEnd(table.nxt(slot), journal)}) {
            long position = stream.positionOf(seq);
            if (position >= PrefixedSource.PREFIX) {
                return "the beginning of its stream was in the former engine's memory";
            }
            if (position > store.head() + (seq == table.nxt(slot) ? 0 : 1)) {
                return "it is at " + position + " of a stream of " + store.head() + " bytes";
            }
        }
        return null;
    }

    /** Sequence number after the last byte of data that may have left. */
    static int dataEnd(int nxt, Journal journal) {
        return journal.finLeft(nxt) ? nxt - 1 : nxt;
    }
}
