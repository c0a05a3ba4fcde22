// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.headend.demo;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Makes repeated packets one stream: continuity counters go on from packet to packet, and PCR, PTS and DTS are moved.
 * Works in place and allocates nothing. Not thread-safe.
 */
final class Restamper {

    private static final byte NONE = -1;

    private final TsPacket packet = new TsPacket();
    private final PesHeader pes = new PesHeader();
    private final byte[] continuity = new byte[TsPacket.PIDS];

    Restamper() {
        Arrays.fill(continuity, NONE);
    }

    /**
     * Restamps whole packets that {@link ClipIndex} found sound.
     *
     * @param offset     the first packet's place in the buffer
     * @param length     a multiple of {@link TsPacket#SIZE}
     * @param shiftTicks added to every timestamp, 90 kHz, 0 to {@link StreamTime#WRAP_TICKS} exclusive
     */
    void restamp(ByteBuffer buffer, int offset, int length, long shiftTicks) {
        for (int at = offset; at < offset + length; at += TsPacket.SIZE) {
            packet.wrap(buffer, at);
            if (packet.pid() != TsPacket.NULL_PID) {
                continueCounter();
                shiftTimestamps(buffer, shiftTicks);
            }
        }
    }

    /** The counter goes up with each packet that has payload, and stays with one that has none (13818-1, 2.4.3.3). */
    private void continueCounter() {
        int pid = packet.pid();
        if (continuity[pid] == NONE) {
            continuity[pid] = (byte) packet.continuityCounter();
            return;
        }
        if (packet.hasPayload()) {
            continuity[pid] = (byte) (continuity[pid] + 1 & 0x0F);
        }
        packet.continuityCounter(continuity[pid]);
    }

    private void shiftTimestamps(ByteBuffer buffer, long ticks) {
        if (packet.hasPcr()) {
            packet.pcr(StreamTime.shiftPcr(packet.pcr(), ticks));
        }
        if (packet.payloadUnitStart() && pes.wrap(buffer, packet.payloadOffset(), packet.end()) && pes.hasPts()) {
            if (pes.hasDts()) {
                pes.dts(StreamTime.shift(pes.dts(), ticks));
            }
            pes.pts(StreamTime.shift(pes.pts(), ticks));
        }
    }
}
