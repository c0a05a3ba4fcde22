// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.headend.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ClipIndexTest {

    private static final int VIDEO = 0x100;
    private static final int AUDIO = 0x101;

    private byte[] clip;

    @BeforeEach
    void readClip() throws IOException {
        clip = DemoClip.bytes();
    }

    @Test
    void cutsTheShippedClipIntoFiveEvenPiecesASecond() throws IOException {
        ClipIndex index = ClipIndex.of(ByteBuffer.wrap(clip));

        assertTrue(clip.length < 1_000_000, "small enough to ship: " + clip.length);
        assertEquals(8 * 90_000, index.durationTicks());
        assertEquals(8_000_000_000L, index.durationNs());
        assertEquals(40, index.spans().size());
        int offset = 0;
        for (int i = 0; i < 40; i++) {
            ClipIndex.Span span = index.spans().get(i);
            assertEquals(offset, span.offset());
            assertEquals(i * 200_000_000L, span.startNs());
            assertEquals(i % 5 == 0, span.keyframe());
            offset += span.length();
        }
        assertEquals(clip.length, offset);
    }

    @Test
    void namesThePacketThatIsCutOff() {
        clip = Arrays.copyOf(clip, 188 * 100 + 50);
        assertFault("packet 100", "not a whole number");
    }

    @Test
    void namesThePacketThatLostSync() {
        clip[188 * 77] = 0;
        assertFault("packet 77:", "sync byte");
    }

    @Test
    void namesThePacketBehindALostOne() {
        int lost = DemoClip.find(clip, 500, packet -> packet.pid() == VIDEO && !packet.payloadUnitStart());
        remove(lost, 1);
        int next = lost;
        while (DemoClip.packet(clip, next).pid() != VIDEO) {
            next++;
        }
        assertFault("packet " + next + ":", "continuity counter of PID 256");
    }

    @Test
    void refusesAClipThatDoesNotBeginWithItsTables() {
        remove(0, 1);
        assertFault("packet 0:", "not the PAT");
    }

    @Test
    void refusesAClipWithoutVideo() {
        clip = Arrays.copyOf(clip, 188 * 2);
        assertFault("no keyframe in 2 packets");
    }

    @Test
    void namesTheKeyframeWithoutTables() {
        int keyframe = DemoClip.find(clip, 3, packet -> packet.pid() == VIDEO && packet.randomAccess());
        byte[] sdt = Arrays.copyOfRange(clip, 188 * keyframe - 188 * 3, 188 * keyframe - 188 * 2);
        assertEquals(0x11, sdt[2], "the packet before the tables is an SDT");
        System.arraycopy(clip, 188 * (keyframe - 2), clip, 188 * (keyframe - 3), 2 * 188);
        System.arraycopy(sdt, 0, clip, 188 * (keyframe - 1), 188);
        assertFault("packet " + keyframe + ":", "without PAT and PMT");
    }

    @Test
    void namesTheKeyframeWithoutParameterSets() {
        int keyframe = DemoClip.find(clip, 3, packet -> packet.pid() == VIDEO && packet.randomAccess());
        for (int at = 188 * keyframe; at < 188 * (keyframe + 1); at++) {
            boolean sps = clip[at] == 0 && clip[at + 1] == 0 && clip[at + 2] == 1 && (clip[at + 3] & 0x1F) == 7;
            clip[at + 2] += (byte) (sps ? 1 : 0);
        }
        assertFault("packet " + keyframe + ":", "SPS, PPS and IDR");
    }

    @Test
    void namesThePacketWithAnUnevenTimestamp() {
        int packet = DemoClip.find(clip, 100, p -> p.pid() == AUDIO && p.payloadUnitStart());
        PesHeader pes = new PesHeader();
        TsPacket ts = DemoClip.packet(clip, packet);
        pes.wrap(ByteBuffer.wrap(clip), ts.payloadOffset(), ts.end());
        pes.pts(pes.pts() + 1);
        assertFault("packet " + packet + ":", "1921 after the one before, not 1920");
    }

    @Test
    void namesThePacketWithAPcrThatComesTooLate() {
        int packet = DemoClip.find(clip, 60, TsPacket::hasPcr);
        TsPacket ts = DemoClip.packet(clip, packet);
        ts.pcr(ts.pcr() + 1);
        assertFault("packet " + packet + ":", "PCR step of 1080001");
    }

    @Test
    void refusesStreamsOfDifferentLength() {
        int lastAudio = DemoClip.find(clip, 374, p -> p.pid() == AUDIO && p.payloadUnitStart());
        clip = Arrays.copyOf(clip, 188 * lastAudio);
        assertFault("PID 257 lasts 718080", "the video 720000");
    }

    private void assertFault(String... parts) {
        IOException e = assertThrows(IOException.class, () -> ClipIndex.of(ByteBuffer.wrap(clip)));
        for (String part : parts) {
            assertTrue(e.getMessage().contains(part), e.getMessage());
        }
    }

    private void remove(int packet, int count) {
        byte[] shorter = new byte[clip.length - 188 * count];
        System.arraycopy(clip, 0, shorter, 0, 188 * packet);
        System.arraycopy(clip, 188 * (packet + count), shorter, 188 * packet, shorter.length - 188 * packet);
        clip = shorter;
    }
}
