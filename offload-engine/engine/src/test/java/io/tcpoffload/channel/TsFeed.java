// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** A small transport stream: PAT, PMT, video with a PCR in each picture's first packet, audio. */
final class TsFeed {

    static final int PAT = 0;
    static final int PMT = 0x1000;
    static final int VIDEO = 0x100;
    static final int AUDIO = 0x101;
    /** 27 MHz. */
    static final long SECOND = 27_000_000;
    private static final long PICTURE = SECOND / 25;

    private final int[] continuity = new int[TsPacket.PIDS];
    private long pcr;

    /** @param continuity what its first packets count from, each PID another number */
    TsFeed(int continuity, long pcr) {
        for (int pid = 0; pid < TsPacket.PIDS; pid++) {
            this.continuity[pid] = continuity + pid & 0x0F;
        }
        this.pcr = pcr;
    }

    /** Tables, a picture of some packets, and audio if wanted. */
    ByteBuffer picture(int packets, boolean audio) {
        ByteBuffer body = ByteBuffer.allocate((packets + 2 + (audio ? 1 : 0)) * TsPacket.SIZE);
        body.put(packet(PAT, false)).put(packet(PMT, false));
        for (int i = 0; i < packets; i++) {
            body.put(packet(VIDEO, i == 0));
        }
        if (audio) {
            body.put(packet(AUDIO, false));
        }
        pcr = (pcr + PICTURE) % TsPacket.PCR_WRAP;
        return body.flip();
    }

    /** Time goes by without a picture. */
    void rest(long ticks) {
        pcr = (pcr + ticks) % TsPacket.PCR_WRAP;
    }

    private byte[] packet(int pid, boolean withPcr) {
        byte[] packet = new byte[TsPacket.SIZE];
        Arrays.fill(packet, (byte) 0x47);
        packet[1] = (byte) (pid >> 8);
        packet[2] = (byte) pid;
        packet[3] = (byte) ((withPcr ? 0x30 : 0x10) | continuity[pid]++ & 0x0F);
        if (withPcr) {
            long base = pcr / 300;
            packet[4] = 7;
            packet[5] = 0x10;
            ByteBuffer.wrap(packet).putInt(6, (int) (base >> 1));
            packet[10] = (byte) ((base & 1) << 7 | 0x7E | pcr % 300 >> 8);
            packet[11] = (byte) (pcr % 300);
        }
        return packet;
    }
}
