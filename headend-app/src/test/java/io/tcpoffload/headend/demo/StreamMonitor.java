// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.headend.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/** A receiver that fails at the first jump of a continuity counter, PCR, PTS or DTS. */
final class StreamMonitor {

    private final TsPacket packet = new TsPacket();
    private final PesHeader pes = new PesHeader();
    private final Map<Integer, Integer> continuity = new HashMap<>();
    private final Map<Integer, Long> lastDts = new HashMap<>();
    private final Map<Integer, Integer> frames = new HashMap<>();
    private final Map<Integer, Long> stepTicks;
    private final long pcrStep;
    private long lastPcr = -1;
    private long packets;
    private int wraps;

    /** @param stepTicks the exact frame step for each PID, 90 kHz; pcrStep in 27 MHz */
    StreamMonitor(Map<Integer, Long> stepTicks, long pcrStep) {
        this.stepTicks = stepTicks;
        this.pcrStep = pcrStep;
    }

    void accept(ByteBuffer media) {
        assertEquals(0, media.remaining() % TsPacket.SIZE, "whole packets");
        for (int at = media.position(); at < media.limit(); at += TsPacket.SIZE) {
            assertNull(packet.wrap(media, at).fault());
            acceptPacket(media);
            packets++;
        }
    }

    private void acceptPacket(ByteBuffer media) {
        int pid = packet.pid();
        Integer last = continuity.put(pid, packet.continuityCounter());
        if (last != null) {
            int expected = packet.hasPayload() ? last + 1 & 0x0F : last;
            assertEquals(expected, packet.continuityCounter(), "continuity of PID " + pid + " in packet " + packets);
        }
        if (packet.hasPcr()) {
            if (lastPcr >= 0) {
                assertEquals((lastPcr + pcrStep) % StreamTime.PCR_WRAP, packet.pcr(), "PCR in packet " + packets);
                wraps += packet.pcr() < lastPcr ? 1 : 0;
            }
            lastPcr = packet.pcr();
        }
        if (packet.payloadUnitStart() && pes.wrap(media, packet.payloadOffset(), packet.end())) {
            Long before = lastDts.put(pid, pes.dts());
            if (before != null) {
                long expected = (before + stepTicks.get(pid)) % (1L << 33);
                assertEquals(expected, pes.dts(), "DTS of PID " + pid + " in packet " + packets);
                wraps += pes.dts() < before ? 1 : 0;
            }
            frames.merge(pid, 1, Integer::sum);
            assertEquals(pes.dts(), pes.pts(), "the clip has no reordering");
        }
    }

    int frames(int pid) {
        return frames.getOrDefault(pid, 0);
    }

    /** How often a clock went through its highest value, all clocks together. */
    int wraps() {
        return wraps;
    }
}
