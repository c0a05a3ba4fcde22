// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel.mpegts;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/** Writes transport streams by hand: packets with counters, clocks and PES heads as a test wants them. */
public final class Packets {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    public Packets payload(int pid, int counter) {
        byte[] packet = packet(pid, counter, 0x10);
        return add(packet);
    }

    public Packets empty(int pid, int counter) {
        byte[] packet = packet(pid, counter, 0x20);
        packet[4] = (byte) 183;
        packet[5] = 0;
        return add(packet);
    }

    public Packets pcr(int pid, int counter, long millis) {
        return pcr(pid, counter, millis, false);
    }

    public Packets pcr(int pid, int counter, long millis, boolean discontinuity) {
        byte[] packet = packet(pid, counter, 0x30);
        packet[4] = 7;
        packet[5] = (byte) (discontinuity ? 0x90 : 0x10);
        new TsPacket().wrap(ByteBuffer.wrap(packet), 0).pcr(Math.floorMod(TsClock.ticks(millis), TsClock.PCR_WRAP));
        return add(packet);
    }

    /** A packet in which a PES packet with PTS and DTS begins. */
    public Packets pes(int pid, int counter, long pts, long dts) {
        byte[] packet = packet(pid, counter, 0x10);
        packet[1] |= 0x40;
        ByteBuffer buffer = ByteBuffer.wrap(packet);
        buffer.put(4, new byte[] {0, 0, 1, (byte) 0xE0, 0, 0, (byte) 0x80, (byte) 0xC0, 10});
        buffer.put(13, (byte) 0x31).put(18, (byte) 0x11);
        PesTimestamps.write(buffer, 13, pts);
        PesTimestamps.write(buffer, 18, dts);
        return add(packet);
    }

    public Packets garbage(int bytes) {
        return add(new byte[bytes]);
    }

    public Packets damaged(int pid, int counter) {
        byte[] packet = packet(pid, counter, 0x10);
        packet[1] |= (byte) 0x80;
        return add(packet);
    }

    private static byte[] packet(int pid, int counter, int control) {
        byte[] packet = new byte[TsPacket.SIZE];
        packet[0] = TsPacket.SYNC;
        packet[1] = (byte) (pid >> 8);
        packet[2] = (byte) pid;
        packet[3] = (byte) (control | counter & 0x0F);
        return packet;
    }

    private Packets add(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    public byte[] bytes() {
        return out.toByteArray();
    }

    public ByteBuffer buffer() {
        return ByteBuffer.wrap(bytes());
    }

    static TsPacket at(ByteBuffer buffer, int index) {
        return new TsPacket().wrap(buffer, index * TsPacket.SIZE);
    }
}
