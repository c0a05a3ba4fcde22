// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel.mpegts;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Joins sources into one stream: after a switch continuity counters go on from packet to packet, and PCR, PTS and DTS are
 * moved so that time goes on, too. A switch is announced, or found by a PCR that goes back or jumps by more than
 * {@link #MAX_JUMP_MILLIS}. Faults within a source stay visible: its counters are moved, not counted anew.
 */
public final class SourceJoin {

    /** Well above the 100 ms that may lie between two PCRs (TR 101 290, 2.3), well below any real switch of source. */
    static final long MAX_JUMP_MILLIS = 1000;

    private static final long MAX_JUMP = TsClock.ticks(MAX_JUMP_MILLIS);
    /** Between the last PCR of one source and the first of the next, when the distance of the last two is not known. */
    private static final long USUAL_STEP = TsClock.ticks(40);
    private static final byte UNSEEN = -1;
    private static final long NONE = -1;

    private final TsPacket packet = new TsPacket();
    private final byte[] lastOut = new byte[TsPacket.PIDS];
    /** What is added to a PID's counters; {@link #UNSEEN} until its first packet after a switch. */
    private final byte[] shift = new byte[TsPacket.PIDS];
    private int clockPid = (int) NONE;
    private long lastPcrIn = NONE;
    private long lastPcrOut = NONE;
    private long step = USUAL_STEP;
    private long offset;
    private boolean offsetKnown = true;
    private volatile long switches;

    public SourceJoin() {
        Arrays.fill(lastOut, UNSEEN);
        Arrays.fill(shift, UNSEEN);
    }

    /** The next packet comes from another source. */
    public void switchSource() {
        if (lastPcrOut == NONE && switches == 0 && clockPid == NONE) {
            return;
        }
        switches++;
        Arrays.fill(shift, UNSEEN);
        clockPid = (int) NONE;
        lastPcrIn = NONE;
        offsetKnown = false;
    }

    /** How often the source was switched. Any thread may read it. */
    public long switches() {
        return switches;
    }

    /**
     * Rewrites packets in place.
     *
     * @param packets whole packets in sync, from position to limit, which stay
     */
    public void restamp(ByteBuffer packets) {
        for (int at = packets.position(); packets.limit() - at >= TsPacket.SIZE; at += TsPacket.SIZE) {
            packet.wrap(packets, at);
            if (packet.hasPcr()) {
                followClock(packet);
            }
            if (!offsetKnown) {
                findOffset(packets, at);
                packet.wrap(packets, at);
            }
            rewrite(packets);
        }
    }

    private void followClock(TsPacket here) {
        if (clockPid != NONE && clockPid != here.pid()) {
            return;
        }
        if (lastPcrIn != NONE && TsClock.since(lastPcrIn, here.pcr()) > MAX_JUMP) {
            switchSource();
        }
        clockPid = here.pid();
    }

    /** Looks ahead for the new source's first PCR, so that times in front of it are moved like those behind it. */
    private void findOffset(ByteBuffer packets, int from) {
        for (int at = from; packets.limit() - at >= TsPacket.SIZE; at += TsPacket.SIZE) {
            packet.wrap(packets, at);
            if (packet.hasPcr()) {
                offset = lastPcrOut == NONE ? 0 : lastPcrOut + step - packet.pcr();
                clockPid = packet.pid();
                offsetKnown = true;
                return;
            }
        }
    }

    private void rewrite(ByteBuffer packets) {
        int pid = packet.pid();
        if (pid == TsPacket.NULL_PID) {
            return;
        }
        rewriteCounter(pid);
        if (packet.hasPcr()) {
            long in = packet.pcr();
            long out = TsClock.move(in, offset);
            packet.pcr(out);
            if (pid == clockPid) {
                if (lastPcrIn != NONE) {
                    step = TsClock.since(lastPcrIn, in);
                }
                lastPcrIn = in;
                lastPcrOut = out;
            }
        }
        if (offset != 0 && packet.payloadUnitStart() && !packet.isScrambled()) {
            PesTimestamps.move(packets, packet.payloadOffset(), packet.end(), offset);
        }
    }

    private void rewriteCounter(int pid) {
        if (shift[pid] == UNSEEN) {
            int expected = lastOut[pid] + (packet.hasPayload() ? 1 : 0);
            shift[pid] = lastOut[pid] == UNSEEN ? 0 : (byte) (expected - packet.continuityCounter() & 0x0F);
        }
        packet.continuityCounter(packet.continuityCounter() + shift[pid]);
        lastOut[pid] = (byte) packet.continuityCounter();
    }
}
