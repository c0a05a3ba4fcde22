// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel.mpegts;

import java.nio.ByteBuffer;

/** The times of one body: its first presentation time, and how far its clock runs. */
final class StreamTimes {

    private static final long NONE = -1;

    private final TsPacket packet = new TsPacket();
    private long pts;
    private long clockPid;
    private long firstPcr;
    private long lastPcr;

    StreamTimes() {
        begin();
    }

    /** The next packets are another body's. */
    void begin() {
        pts = NONE;
        clockPid = NONE;
        firstPcr = NONE;
        lastPcr = NONE;
    }

    /** @param packets whole packets from position to limit, which stay */
    void see(ByteBuffer packets) {
        for (int at = packets.position(); packets.limit() - at >= TsPacket.SIZE; at += TsPacket.SIZE) {
            packet.wrap(packets, at);
            if (packet.hasPcr() && (clockPid == NONE || clockPid == packet.pid())) {
                clockPid = packet.pid();
                lastPcr = packet.pcr();
                firstPcr = firstPcr == NONE ? lastPcr : firstPcr;
            }
            if (pts == NONE && packet.payloadUnitStart() && !packet.isScrambled()) {
                pts = PesTimestamps.pts(packets, packet.payloadOffset(), packet.end());
            }
        }
    }

    /** In ticks of 90 kHz, -1 if there is none. */
    long pts() {
        return pts;
    }

    /** Milliseconds from the first PCR to the last, -1 if there is none. */
    long millis() {
        return firstPcr == NONE ? NONE : TsClock.since(firstPcr, lastPcr) / TsClock.ticks(1);
    }
}
