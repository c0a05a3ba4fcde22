// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import java.nio.ByteBuffer;
import java.util.BitSet;

/**
 * Where a new publisher's transport stream follows on a former one's: a route or an engine was restarted. If it does not
 * go on by itself - continuity counters and PCR as if nothing had been - the joint is flagged: before the first body that
 * has packets of a PID, a packet with discontinuity_indicator for it (ISO/IEC 13818-1 section 2.4.3.5). Its continuity
 * counter is the one from which the new packets count on, so that a demultiplexer finds no packet missing. Nothing is said
 * of PIDs that the former stream did not have. A packet that the former publisher left unfinished is made whole.
 *
 * <p>Bodies are taken for whole packets, as good publishers make them: where one begins within a packet, no more is flagged.
 * All of it belongs to the former segment, and none is a place to join. Used by whoever holds the store's order.
 */
final class TsJoint {

    /** How much of the new stream is looked at for PIDs not flagged yet: some seconds, in which each has had a packet. */
    static final long LOOK_AHEAD_BYTES = 4 << 20;
    /** Of one body; each packet looked at costs a cache miss. */
    static final int LOOK_AHEAD_IN_BODY = 1 << 20;
    /** A programme that stood still while its engine was restarted goes on by so much at the most. */
    private static final long MAX_PCR_STEP = 120L * 27_000_000;
    private static final int CONVINCING_PACKETS = 8;

    private final SegmentStore store;
    private final ChannelCounters counters;
    private final BitSet seen = new BitSet(TsPacket.PIDS);
    private TsTail former;
    private long lookedAt;
    private boolean over;

    TsJoint(SegmentStore store, ChannelCounters counters) {
        this.store = store;
        this.counters = counters;
    }

    /** Whether nothing has to be done any more. */
    boolean isOver() {
        return over;
    }

    /**
     * Appends what has to come before a body.
     *
     * @param body its first bytes, at the buffer's position; not changed
     */
    void before(ByteBuffer body) {
        ByteBuffer packets = body.slice();
        if (over || packets.remaining() == 0) {
            return;
        }
        boolean first = former == null;
        if (first) {
            former = TsTail.of(store);
        }
        if (!isTransportStream(packets) || first && !former.isTransportStream()) {
            over = true;
            return;
        }
        if (first) {
            completePacket(store, former, counters);
            over = goesOn(packets);
        }
        if (!over) {
            flag(packets);
        }
    }

    private static boolean isTransportStream(ByteBuffer packets) {
        int looked = Math.min(CONVINCING_PACKETS * TsPacket.SIZE, packets.limit());
        for (int at = 0; at < looked; at += TsPacket.SIZE) {
            if (!TsPacket.isSync(packets, at)) {
                return false;
            }
        }
        return looked >= TsPacket.HEADER;
    }

    /** Ends a packet that its publisher did not end. */
    static void completePacket(SegmentStore store, TsTail tail, ChannelCounters counters) {
        if (tail.unfinished() > 0) {
            store.append(tail.completion(), false);
            counters.add(ChannelCounter.PACKETS_COMPLETED, 1);
        }
    }

    private boolean goesOn(ByteBuffer packets) {
        var met = new BitSet(TsPacket.PIDS);
        boolean clockMet = false;
        for (int at = 0; at + TsPacket.HEADER <= packets.limit(); at += TsPacket.SIZE) {
            int pid = TsPacket.pid(packets, at);
            if (isKnown(pid) && !met.get(pid)) {
                met.set(pid);
                if (TsPacket.continuityCounter(packets, at) != expected(packets, at, pid)) {
                    return false;
                }
            }
            if (pid == former.pcrPid() && !clockMet && TsPacket.pcr(packets, at) >= 0) {
                clockMet = true;
                if (Math.floorMod(TsPacket.pcr(packets, at) - former.pcr(), TsPacket.PCR_WRAP) > MAX_PCR_STEP) {
                    return false;
                }
            }
        }
        return true;
    }

    private boolean isKnown(int pid) {
        return pid != TsPacket.NULL_PID && former.continuity(pid) >= 0;
    }

    /** The counter goes up with each packet that has payload, and stays with one that has none (2.4.3.3). */
    private int expected(ByteBuffer packets, int at, int pid) {
        return former.continuity(pid) + (TsPacket.hasPayload(packets, at) ? 1 : 0) & 0x0F;
    }

    private void flag(ByteBuffer packets) {
        boolean flagged = false;
        for (int at = 0; at + TsPacket.HEADER <= packets.limit() && TsPacket.isSync(packets, at); at += TsPacket.SIZE) {
            int pid = TsPacket.pid(packets, at);
            if (!seen.get(pid)) {
                seen.set(pid);
                if (isKnown(pid) && !TsPacket.isDiscontinuity(packets, at)) {
                    flagged = true;
                    int before = TsPacket.continuityCounter(packets, at) - (TsPacket.hasPayload(packets, at) ? 1 : 0);
                    store.append(ByteBuffer.wrap(TsPacket.ofDiscontinuity(pid, before)), false);
                }
            }
        }
        counters.add(ChannelCounter.DISCONTINUITIES, flagged && lookedAt == 0 ? 1 : 0);
        lookedAt += packets.limit();
        over = lookedAt >= LOOK_AHEAD_BYTES;
    }
}
