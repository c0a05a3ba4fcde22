// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.headend.demo;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** One pass over a clip: checks every packet and finds where the pieces begin. Used once, by {@link ClipIndex#of}. */
final class ClipScan {

    /** Pieces of 200 ms: five timer ticks a second cost nothing, and a viewer is at most that far behind. */
    private static final long PIECE_PCR_TICKS = 200 * 27_000L;
    /** DVB's limit (ETSI TR 101 290, 2.3a) is stricter than the 100 ms of 13818-1, 2.7.2. */
    private static final long MAX_PCR_STEP = 40 * 27_000L;
    private static final int NONE = -1;

    private final ByteBuffer clip;
    private final TsPacket packet = new TsPacket();
    private final PesHeader pes = new PesHeader();
    private final ProgramTables tables = new ProgramTables();
    private final byte[] continuity = new byte[TsPacket.PIDS];
    private final Map<Integer, EvenTimestamps> streams = new TreeMap<>();
    private final List<ClipIndex.Span> spans = new ArrayList<>();

    private long firstPcr = NONE;
    private long lastPcr = NONE;
    private int lastPcrPacket;
    private int spanOffset;
    private long spanPcr;
    private boolean spanKeyframe;

    ClipScan(ByteBuffer clip) {
        this.clip = clip;
        Arrays.fill(continuity, (byte) NONE);
    }

    ClipIndex scan() throws IOException {
        int size = clip.limit();
        if (size == 0 || size % TsPacket.SIZE != 0) {
            throw new IOException("demo clip: " + size + " bytes are not a whole number of "
                    + TsPacket.SIZE + "-byte packets; the last is packet " + size / TsPacket.SIZE);
        }
        for (int at = 0; at < size; at += TsPacket.SIZE) {
            check(at, packet.wrap(clip, at).fault());
            if (packet.pid() != TsPacket.NULL_PID) {
                scanPacket(at);
            }
        }
        if (firstPcr == NONE) {
            throw new IOException("demo clip: no keyframe in " + size / TsPacket.SIZE + " packets");
        }
        endSpan(size);
        long durationTicks = commonDuration();
        checkPcrStep(lastPcrPacket, firstPcr + durationTicks * StreamTime.PCR_TICKS_PER_TICK - lastPcr);
        return new ClipIndex(durationTicks, List.copyOf(spans));
    }

    private void scanPacket(int at) throws IOException {
        scanContinuity(at);
        int pid = packet.pid();
        if (at == 0) {
            check(at, pid == TsPacket.PAT_PID ? tables.readAssociation(clip, packet) : "the first packet is not the PAT");
        } else if (at == TsPacket.SIZE) {
            check(at, pid == tables.pmtPid() ? tables.readMap(clip, packet) : "the second packet is not the PMT");
        }
        boolean startsPes = packet.payloadUnitStart() && pes.wrap(clip, packet.payloadOffset(), packet.end());
        if (startsPes && pes.hasPts()) {
            check(at, streams.computeIfAbsent(pid, ignored -> new EvenTimestamps()).add(pes.dts()));
        }
        boolean keyframe = startsPes && pid == tables.videoPid() && packet.randomAccess();
        if (keyframe) {
            checkKeyframe(at);
        }
        if (pid == tables.pcrPid() && packet.hasPcr()) {
            scanPcr(at, keyframe, startsPes);
        }
    }

    private void scanContinuity(int at) throws IOException {
        int pid = packet.pid();
        int expected = continuity[pid] + (packet.hasPayload() ? 1 : 0) & 0x0F;
        if (continuity[pid] != NONE && packet.continuityCounter() != expected) {
            check(at, "continuity counter of PID " + pid + " is " + packet.continuityCounter() + ", not " + expected);
        }
        continuity[pid] = (byte) packet.continuityCounter();
    }

    private void checkKeyframe(int at) throws IOException {
        if (at < 2 * TsPacket.SIZE || pidAt(at - 2 * TsPacket.SIZE) != TsPacket.PAT_PID
                || pidAt(at - TsPacket.SIZE) != tables.pmtPid()) {
            check(at, "a keyframe without PAT and PMT right before it");
        }
        if (!packet.hasPcr() || !pes.hasPts()) {
            check(at, "a keyframe without PCR or PTS");
        }
        if (!AvcAccessUnit.isJoinable(clip, pes.dataOffset(), packet.end())) {
            check(at, "a keyframe that does not begin with SPS, PPS and IDR slice");
        }
    }

    /** Pieces begin with the PAT and PMT of a keyframe, or 200 ms on at the start of another picture. */
    private void scanPcr(int at, boolean keyframe, boolean startsPes) throws IOException {
        long pcr = packet.pcr();
        if (firstPcr == NONE) {
            check(at, keyframe && at == 2 * TsPacket.SIZE ? null : "the first PCR is not that of a keyframe in packet 2");
            firstPcr = pcr;
            beginSpan(0, pcr, true);
        } else {
            checkPcrStep(at / TsPacket.SIZE, pcr - lastPcr);
            if (keyframe) {
                endSpan(at - 2 * TsPacket.SIZE);
                beginSpan(at - 2 * TsPacket.SIZE, pcr, true);
            } else if (startsPes && pcr - spanPcr >= PIECE_PCR_TICKS) {
                endSpan(at);
                beginSpan(at, pcr, false);
            }
        }
        lastPcr = pcr;
        lastPcrPacket = at / TsPacket.SIZE;
    }

    private void beginSpan(int offset, long pcr, boolean keyframe) {
        spanOffset = offset;
        spanPcr = pcr;
        spanKeyframe = keyframe;
    }

    private void endSpan(int end) {
        long startNs = StreamTime.pcrToNanos(spanPcr - firstPcr);
        spans.add(new ClipIndex.Span(spanOffset, end - spanOffset, startNs, spanKeyframe));
    }

    /** Streams of different length would drift apart by the difference in every round. */
    private long commonDuration() throws IOException {
        long video = streams.get(tables.videoPid()).durationTicks();
        for (Map.Entry<Integer, EvenTimestamps> stream : streams.entrySet()) {
            long ticks = stream.getValue().durationTicks();
            if (ticks == 0 || ticks != video) {
                throw new IOException("demo clip: PID " + stream.getKey() + " lasts " + ticks
                        + " ticks of 90 kHz, the video " + video + "; all must be the same, of at least two frames");
            }
        }
        return video;
    }

    private void checkPcrStep(int packetNumber, long step) throws IOException {
        if (step <= 0 || step > MAX_PCR_STEP) {
            check(packetNumber * TsPacket.SIZE,
                    "a PCR step of " + step + " ticks of 27 MHz; 1 to " + MAX_PCR_STEP + " are right");
        }
    }

    private int pidAt(int at) {
        return clip.getShort(at + 1) & 0x1FFF;
    }

    private static void check(int at, String fault) throws IOException {
        if (fault != null) {
            throw new IOException("demo clip, packet " + at / TsPacket.SIZE + ": " + fault);
        }
    }
}
