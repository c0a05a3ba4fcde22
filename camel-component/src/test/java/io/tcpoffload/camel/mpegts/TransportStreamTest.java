// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel.mpegts;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class TransportStreamTest {

    private final List<Boolean> keyframes = new ArrayList<>();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private void write(TransportStream stream, byte[] media, boolean keyframe) throws Exception {
        stream.write(ByteBuffer.wrap(media), keyframe, (packets, key) -> {
            byte[] bytes = new byte[packets.remaining()];
            packets.get(bytes);
            out.writeBytes(bytes);
            keyframes.add(key);
        });
    }

    @Test
    void soundBodyGoesOnInOnePieceWithoutACopy() throws Exception {
        byte[] media = new Packets().payload(1, 0).payload(1, 1).bytes();
        new TransportStream(Validate.COUNT, false).write(ByteBuffer.wrap(media), true, (packets, key) -> {
            assertTrue(packets.array() == media);
            assertTrue(key);
            keyframes.add(true);
        });
        assertEquals(1, keyframes.size());
    }

    @Test
    void completedPacketBelongsToTheBodyBefore() throws Exception {
        byte[] media = new Packets().payload(1, 0).payload(1, 1).payload(1, 2).payload(1, 3).bytes();
        var stream = new TransportStream(Validate.STRICT, false);
        write(stream, Arrays.copyOf(media, 200), true);
        write(stream, Arrays.copyOfRange(media, 200, media.length), true);
        assertArrayEquals(media, out.toByteArray());
        assertEquals(List.of(true, false, true), keyframes);
    }

    @Test
    void keyframeOfABodyShorterThanAPacketIsNotLost() throws Exception {
        byte[] media = new Packets().payload(1, 0).payload(1, 1).bytes();
        var stream = new TransportStream(Validate.NONE, false);
        write(stream, Arrays.copyOf(media, 20), true);
        write(stream, Arrays.copyOfRange(media, 20, media.length), false);
        assertEquals(List.of(true, false), keyframes);
    }

    @Test
    void strictRefusesTheWholeBodyAndGoesOnWithTheNext() throws Exception {
        var stream = new TransportStream(Validate.STRICT, false);
        write(stream, new Packets().payload(1, 0).bytes(), true);
        stream.beginBody();
        var e = assertThrows(FaultyStreamException.class,
                () -> write(stream, new Packets().payload(1, 1).payload(1, 5).bytes(), true));
        assertEquals("the transport stream is refused (validate=strict): 1 fault: PID 1 has continuity counter 5 instead "
                + "of 2, at byte 188", e.getMessage());
        assertEquals(0, e.getStackTrace().length);
        write(stream, new Packets().payload(1, 6).bytes(), true);
        assertEquals(2 * 188, out.size());
        assertEquals(1, stream.count(TsFault.CONTINUITY_COUNT));
    }

    @Test
    void strictRefusesWhatIsNoTransportStream() {
        var stream = new TransportStream(Validate.STRICT, false);
        var e = assertThrows(FaultyStreamException.class, () -> write(stream, new byte[500], true));
        assertEquals("the transport stream is refused (validate=strict): 1 fault: 500 bytes belong to no packet",
                e.getMessage());
    }

    @Test
    void countingLetsFaultsPass() throws Exception {
        var stream = new TransportStream(Validate.COUNT, false);
        byte[] media = new Packets().payload(1, 0).payload(1, 7).bytes();
        write(stream, media, true);
        assertArrayEquals(media, out.toByteArray());
        assertEquals(1, stream.count(TsFault.CONTINUITY_COUNT));
    }

    @Test
    void switchIsJoinedAndTheRoutesBodyStaysAsItWas() throws Exception {
        var stream = new TransportStream(Validate.STRICT, true);
        byte[] first = new Packets().pcr(1, 0, 1000).payload(1, 1).bytes();
        byte[] second = new Packets().pcr(1, 9, 50_000).payload(1, 10).bytes();
        byte[] before = second.clone();
        write(stream, first, true);
        stream.switchSource();
        write(stream, second, true);
        assertArrayEquals(before, second);
        assertEquals(0, new TsCheck().check(ByteBuffer.wrap(out.toByteArray()), 0));
        assertEquals(1, stream.switches());
    }

    @Test
    void largeBodiesAreRewrittenPieceByPiece() throws Exception {
        var packets = new Packets();
        for (int i = 0; i < 6000; i++) {
            packets.payload(1, i);
        }
        write(new TransportStream(Validate.NONE, true), packets.bytes(), true);
        assertArrayEquals(packets.bytes(), out.toByteArray());
        assertEquals(List.of(true, false), keyframes);
    }

    @Test
    void onlyWholePacketsThatNeedNoChangePassUnread() throws Exception {
        var stream = new TransportStream(Validate.NONE, false);
        assertTrue(stream.passesWhole(376, (byte) 0x47));
        assertFalse(stream.passesWhole(377, (byte) 0x47));
        assertFalse(stream.passesWhole(376, (byte) 0));
        write(stream, new Packets().payload(1, 0).bytes(), true);
        write(stream, Arrays.copyOf(new Packets().payload(1, 1).bytes(), 10), true);
        assertFalse(stream.passesWhole(376, (byte) 0x47));
        assertFalse(new TransportStream(Validate.NONE, true).passesWhole(376, (byte) 0x47));
    }
}
