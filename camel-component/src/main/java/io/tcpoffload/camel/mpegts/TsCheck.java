// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel.mpegts;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Checks whole packets for what spoils a picture and counts it. The counters may be read from any thread.
 */
public final class TsCheck {

    private static final byte UNSEEN = -1;
    private static final byte REPEATED = 0x10;
    private static final long NO_PCR = -1;
    private static final long MAX_PCR_DISTANCE = TsClock.ticks(100);

    private final TsPacket packet = new TsPacket();
    /** Last continuity counter of each PID, with {@link #REPEATED} when its packet came twice already. */
    private final byte[] continuity = new byte[TsPacket.PIDS];
    private final long[] pcr = new long[TsPacket.PIDS];
    private final AtomicLongArray counts = new AtomicLongArray(TsFault.values().length);
    private String first;

    public TsCheck() {
        expectNewSource();
    }

    /** What comes next need not continue what came before. */
    public void expectNewSource() {
        Arrays.fill(continuity, UNSEEN);
        Arrays.fill(pcr, NO_PCR);
    }

    /**
     * @param packets whole packets from position to limit, which stay
     * @param offset  of the first in its body, for messages
     * @return how many faults they have
     */
    public long check(ByteBuffer packets, long offset) {
        first = null;
        long faults = 0;
        for (int at = packets.position(); packets.limit() - at >= TsPacket.SIZE; at += TsPacket.SIZE) {
            packet.wrap(packets, at);
            faults += checkPacket(offset + at - packets.position());
        }
        return faults;
    }

    private int checkPacket(long offset) {
        if (!packet.inSync()) {
            return found(TsFault.SYNC_BYTE, offset, "no sync byte 0x47");
        } else if (packet.isDamaged()) {
            return found(TsFault.TRANSPORT, offset, "PID " + packet.pid() + " is marked as damaged");
        } else if (packet.pid() == TsPacket.NULL_PID) {
            return 0;
        }
        return checkContinuity(offset) + checkPcr(offset);
    }

    private int checkContinuity(long offset) {
        int pid = packet.pid();
        int counter = packet.continuityCounter();
        byte last = continuity[pid];
        if (last == UNSEEN || packet.isDiscontinuity()) {
            continuity[pid] = (byte) counter;
            return 0;
        }
        int previous = last & 0x0F;
        if (!packet.hasPayload()) {
            continuity[pid] = (byte) counter;
            return counter == previous ? 0 : wrongCounter(offset, pid, previous, counter);
        } else if (counter == previous && (last & REPEATED) == 0) {
            // A packet may be sent twice (2.4.3.3).
            continuity[pid] = (byte) (counter | REPEATED);
            return 0;
        }
        continuity[pid] = (byte) counter;
        int expected = previous + 1 & 0x0F;
        return counter == expected ? 0 : wrongCounter(offset, pid, expected, counter);
    }

    private int wrongCounter(long offset, int pid, int expected, int counter) {
        return found(TsFault.CONTINUITY_COUNT, offset, "PID " + pid + " has continuity counter " + counter
                + " instead of " + expected);
    }

    private int checkPcr(long offset) {
        if (!packet.hasPcr()) {
            return 0;
        }
        int pid = packet.pid();
        long now = packet.pcr();
        long last = pcr[pid];
        pcr[pid] = now;
        if (last == NO_PCR || packet.isDiscontinuity() || TsClock.since(last, now) <= MAX_PCR_DISTANCE) {
            return 0;
        }
        return found(TsFault.PCR_DISCONTINUITY, offset, "PID " + pid + " has a PCR " + distance(last, now)
                + " ms after the last one");
    }

    private static long distance(long last, long now) {
        long forward = TsClock.since(last, now);
        long signed = forward > TsClock.PCR_WRAP / 2 ? forward - TsClock.PCR_WRAP : forward;
        return signed / TsClock.ticks(1);
    }

    void count(TsFault fault, long more) {
        counts.addAndGet(fault.ordinal(), more);
    }

    private int found(TsFault fault, long offset, String what) {
        counts.incrementAndGet(fault.ordinal());
        if (first == null) {
            first = what + ", at byte " + offset;
        }
        return 1;
    }

    /** The first fault that the last {@link #check} found, or null. */
    public String first() {
        return first;
    }

    /** How often it was found since the feed began. */
    public long count(TsFault fault) {
        return counts.get(fault.ordinal());
    }
}
