// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel.mpegts;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PacketAlignerTest {

    private static final byte[] TEN = ten();

    private final PacketAligner aligner = new PacketAligner();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private static byte[] ten() {
        var packets = new Packets();
        for (int i = 0; i < 10; i++) {
            packets.payload(0x100, i);
        }
        return packets.bytes();
    }

    private void feed(byte[] media) {
        ByteBuffer piece = ByteBuffer.wrap(media);
        ByteBuffer completed = aligner.completeCarried(piece);
        if (completed != null) {
            take(completed);
        }
        while (piece.hasRemaining()) {
            take(aligner.next(piece));
        }
    }

    private void take(ByteBuffer packets) {
        assertEquals(0, packets.remaining() % TsPacket.SIZE);
        byte[] bytes = new byte[packets.remaining()];
        packets.get(bytes);
        out.writeBytes(bytes);
    }

    @Test
    void passesWholePacketsAsOneView() {
        ByteBuffer piece = ByteBuffer.wrap(TEN);
        assertNull(aligner.completeCarried(piece));
        ByteBuffer packets = aligner.next(piece);
        assertEquals(TEN.length, packets.remaining());
        assertTrue(packets.array() == TEN, "not copied");
        assertTrue(aligner.isClean());
    }

    @Test
    void incompletePacketWaitsForItsEnd() {
        feed(Arrays.copyOf(TEN, 300));
        assertEquals(188, out.size());
        assertFalse(aligner.isClean());
        feed(Arrays.copyOfRange(TEN, 300, TEN.length));
        assertArrayEquals(TEN, out.toByteArray());
        assertEquals(0, aligner.skippedBytes());
    }

    @Test
    void anyCutGivesTheSameStream() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        for (int i = 0; i < 200; i++) {
            out.reset();
            for (int at = 0; at < TEN.length;) {
                int next = Math.min(TEN.length, at + 1 + random.nextInt(400));
                feed(Arrays.copyOfRange(TEN, at, next));
                at = next;
            }
            assertArrayEquals(TEN, out.toByteArray(), "seed " + seed);
        }
    }

    @Test
    void skipsWhatIsNoPacketAndCountsIt() {
        feed(new Packets().garbage(100).payload(1, 0).payload(1, 1).garbage(7).payload(1, 2).bytes());
        assertEquals(3 * 188, out.size());
        assertEquals(107, aligner.skippedBytes());
    }

    @Test
    void carriedPieceWithoutItsEndIsDropped() {
        feed(new Packets().payload(1, 0).garbage(0).bytes());
        feed(Arrays.copyOf(TEN, 40));
        feed(TEN);
        assertEquals(TEN.length + 188, out.size());
        assertEquals(40, aligner.skippedBytes());
    }

    @Test
    void findsPacketsWithinMediaThatContainTheSyncByte() {
        byte[] junk = new byte[50];
        junk[10] = TsPacket.SYNC;
        byte[] all = ByteBuffer.allocate(50 + TEN.length).put(junk).put(TEN).array();
        feed(all);
        assertArrayEquals(TEN, out.toByteArray());
        assertEquals(50, aligner.skippedBytes());
    }
}
