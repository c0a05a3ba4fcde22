// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.headend.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.tcpoffload.headend.demo.DemoProgramme.Piece;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DemoProgrammeTest {

    private static final int VIDEO = 0x100;
    private static final int AUDIO = 0x101;
    /** 25 pictures a second; AAC frames of 1024 samples at 48 kHz. */
    private static final Map<Integer, Long> STEP_TICKS = Map.of(VIDEO, 3600L, AUDIO, 1920L);
    private static final long PCR_STEP = 27_000_000 / 25;
    private static final long PIECE_NS = 200_000_000;
    private static final int PIECES_A_ROUND = 40;
    /** System.nanoTime may be anywhere, below zero too. */
    private static final long ZERO_NS = -5_000_000_123L;

    private final StreamMonitor monitor = new StreamMonitor(STEP_TICKS, PCR_STEP);

    @Test
    void repeatsWithoutAnyJumpOverFiftySeams() throws IOException {
        play(DemoProgramme.open(), 51 * PIECES_A_ROUND);

        assertEquals(51 * 200, monitor.frames(VIDEO));
        assertEquals(51 * 375, monitor.frames(AUDIO));
        assertEquals(0, monitor.wraps());
    }

    @Test
    void goesThroughTheWrapOfAllClocksWithoutAJump() throws IOException {
        byte[] clip = DemoClip.bytes();
        long wholeRounds = StreamTime.WRAP_TICKS / 720_000;
        new Restamper().restamp(ByteBuffer.wrap(clip), 0, clip.length, wholeRounds * 720_000 - 720_000);

        play(DemoProgramme.of(clip), 4 * PIECES_A_ROUND);

        assertEquals(3, monitor.wraps(), "PCR, video and audio, each once");
    }

    @Test
    void beginsEachSecondWithPatPmtAndIdr() throws IOException {
        DemoProgramme programme = DemoProgramme.open();
        for (int i = 0; i < 3 * PIECES_A_ROUND; i++) {
            Piece piece = programme.next(ZERO_NS + i * PIECE_NS);
            ByteBuffer media = piece.media();
            assertEquals(i % 5 == 0, piece.keyframe());
            if (piece.keyframe()) {
                assertEquals(0, new TsPacket().wrap(media, 0).pid());
                assertEquals(0x1000, new TsPacket().wrap(media, 188).pid());
                TsPacket first = new TsPacket().wrap(media, 376);
                assertEquals(VIDEO, first.pid());
                assertTrue(first.payloadUnitStart() && first.randomAccess() && first.hasPcr());
                assertTrue(AvcAccessUnit.isJoinable(media, first.payloadOffset(), first.end()));
            }
        }
    }

    @Test
    void handsOutAPieceWhenItIsDueAndNotBefore() throws IOException {
        DemoProgramme programme = DemoProgramme.open();
        assertNotNull(programme.next(ZERO_NS));
        for (int i = 1; i < 3 * PIECES_A_ROUND; i++) {
            assertNull(programme.next(ZERO_NS + i * PIECE_NS - 1));
            assertNotNull(programme.next(ZERO_NS + i * PIECE_NS));
        }
    }

    @Test
    void catchesUpAfterAPauseWithoutALoss() throws IOException {
        DemoProgramme programme = DemoProgramme.open();
        monitor.accept(programme.next(ZERO_NS).media());

        assertEquals(19, drain(programme, ZERO_NS + 19 * PIECE_NS));
        assertEquals(0, drain(programme, ZERO_NS + 20 * PIECE_NS - 1));
        assertEquals(1, drain(programme, ZERO_NS + 20 * PIECE_NS));
    }

    @Test
    void goesOnWhereItWasAfterALongPause() throws IOException {
        DemoProgramme programme = DemoProgramme.open();
        monitor.accept(programme.next(ZERO_NS).media());
        long resumedNs = ZERO_NS + 3_600_000_000_000L;

        assertEquals(1, drain(programme, resumedNs));
        assertEquals(0, drain(programme, resumedNs + PIECE_NS - 1));
        assertEquals(1, drain(programme, resumedNs + PIECE_NS));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 39, 40, 55, 15 * 40, 16 * 40, 17 * 40 + 39, 40 * 40 + 8})
    void anotherGoesOnAtThePositionThatOneCameTo(long position) throws IOException {
        DemoProgramme one = DemoProgramme.open();
        long nowNs = take(one, ZERO_NS, (int) position);
        assertEquals(position, one.position());

        DemoProgramme other = DemoProgramme.open(position);
        assertEquals(position, other.position());
        for (int i = 0; i <= PIECES_A_ROUND; i++) {
            Piece expected = one.next(nowNs + i * PIECE_NS);
            Piece piece = other.next(i * PIECE_NS);
            assertEquals(expected.media(), piece.media(), "piece " + i);
            assertEquals(expected.keyframe(), piece.keyframe());
            assertNull(other.next((i + 1) * PIECE_NS - 1));
        }
    }

    @Test
    void goesOnAfterAnyNumberOfYears() throws IOException {
        long position = Long.MAX_VALUE / 1_000_000 / PIECES_A_ROUND * PIECES_A_ROUND - 1;
        DemoProgramme programme = DemoProgramme.open(position);
        monitor.accept(programme.next(ZERO_NS).media());
        monitor.accept(programme.next(ZERO_NS + PIECE_NS).media());
    }

    @Test
    void handsOutAWholeBufferAgainThoughTheLastOneWasRead() throws IOException {
        DemoProgramme programme = DemoProgramme.open();
        ByteBuffer first = programme.next(ZERO_NS).media();
        int size = first.remaining();
        first.position(first.limit());
        for (int i = 1; i < PIECES_A_ROUND; i++) {
            programme.next(ZERO_NS + i * PIECE_NS);
        }

        assertEquals(size, programme.next(ZERO_NS + PIECES_A_ROUND * PIECE_NS).media().remaining());
        assertTrue(first.isReadOnly() && first.isDirect());
    }

    @Test
    void allocatesNothingAPiece() throws IOException {
        DemoProgramme programme = DemoProgramme.open();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long nowNs = take(programme, ZERO_NS, 100 * PIECES_A_ROUND);

        long before = threads.getCurrentThreadAllocatedBytes();
        take(programme, nowNs, 100 * PIECES_A_ROUND);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;

        assertTrue(allocated < 4000, allocated + " bytes for 4000 pieces");
    }

    private static long take(DemoProgramme programme, long nowNs, int pieces) {
        for (int i = 0; i < pieces; i++) {
            if (programme.next(nowNs) == null) {
                throw new AssertionError("piece " + i + " is late");
            }
            nowNs += PIECE_NS;
        }
        return nowNs;
    }

    private void play(DemoProgramme programme, int pieces) {
        for (int i = 0; i < pieces; i++) {
            monitor.accept(programme.next(ZERO_NS + i * PIECE_NS).media());
            assertNull(programme.next(ZERO_NS + i * PIECE_NS));
        }
        assertFalse(monitor.frames(VIDEO) == 0);
    }

    /** Takes what is due, as the route does, and checks that it continues; how many pieces it was. */
    private int drain(DemoProgramme programme, long nowNs) {
        int pieces = 0;
        for (Piece piece = programme.next(nowNs); piece != null; piece = programme.next(nowNs)) {
            monitor.accept(piece.media());
            pieces++;
        }
        return pieces;
    }
}
