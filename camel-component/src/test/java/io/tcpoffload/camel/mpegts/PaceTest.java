// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel.mpegts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PaceTest {

    private static final long MS = 1_000_000;

    private record Leaving(int bytes, long millis) {
    }

    /** Pieces of a body, taken in time. */
    private static List<Leaving> run(Pace pace, ByteBuffer media, long now) {
        List<Leaving> pieces = new ArrayList<>();
        while (media.hasRemaining()) {
            int n = pace.next(media, now);
            now = Math.max(now, pace.due());
            pieces.add(new Leaving(n, pace.due() / MS));
            media.position(media.position() + n);
        }
        return pieces;
    }

    private static ByteBuffer clocked(long from, int packets, int packetMillis) {
        var media = new Packets();
        for (int i = 0; i < packets; i++) {
            media.pcr(0x100, i, from + (long) i * packetMillis).payload(0x101, i);
        }
        return media.buffer();
    }

    @Test
    void bitrateSpreadsBytesEvenly() {
        // 1504 kbit/s are 20 packets in 20 ms.
        var pieces = run(new BitratePace(1_504_000), ByteBuffer.allocate(188 * 100), 5 * MS);
        assertEquals(List.of(new Leaving(3760, 5), new Leaving(3760, 25), new Leaving(3760, 45), new Leaving(3760, 65),
                new Leaving(3760, 85)), pieces);
    }

    @Test
    void bitrateGoesOnFromBodyToBodyAndBeginsAnewAfterASilence() {
        var pace = new BitratePace(1_504_000);
        run(pace, ByteBuffer.allocate(3760), 0);
        assertEquals(20, run(pace, ByteBuffer.allocate(3760), 5 * MS).get(0).millis());
        assertEquals(9000, run(pace, ByteBuffer.allocate(3760), 9000 * MS).get(0).millis());
    }

    @Test
    void aPieceIsDueWhenItsClockSays() {
        var pieces = run(new PcrPace(), clocked(70_000, 7, 10), 3 * MS);
        assertEquals(List.of(new Leaving(752, 3), new Leaving(752, 23), new Leaving(752, 43), new Leaving(376, 63)),
                pieces);
    }

    @Test
    void clockGoesOnFromBodyToBody() {
        var pace = new PcrPace();
        run(pace, clocked(70_000, 4, 20), 0);
        assertEquals(80, run(pace, clocked(70_080, 1, 20), 0).get(0).millis());
    }

    @Test
    void jumpOfTheClockMakesNobodyWait() {
        var pace = new PcrPace();
        run(pace, clocked(70_000, 4, 20), 0);
        var pieces = run(pace, clocked(900_000, 2, 20), 70 * MS);
        assertEquals(List.of(60L, 80L), pieces.stream().map(Leaving::millis).toList());
    }

    @Test
    void clockBeginsAnewAfterASilence() {
        var pace = new PcrPace();
        run(pace, clocked(0, 4, 20), 0);
        assertEquals(List.of(5000L, 5020L), run(pace, clocked(80, 2, 20), 5000 * MS).stream().map(Leaving::millis).toList());
    }

    @Test
    void otherClocksThanTheFirstAreNotFollowed() {
        var media = new Packets().pcr(1, 0, 0).pcr(2, 0, 999_000).pcr(1, 1, 20).buffer();
        assertEquals(List.of(new Leaving(376, 0), new Leaving(188, 20)), run(new PcrPace(), media, 0));
    }

    @Test
    void streamWithoutClockLeavesAtOnce() {
        var pieces = run(new PcrPace(), new Packets().payload(1, 0).payload(1, 1).buffer(), 4 * MS);
        assertEquals(List.of(new Leaving(376, 4)), pieces);
    }

    @Test
    void everyPieceMovesOn() {
        ByteBuffer odd = ByteBuffer.allocate(100);
        assertEquals(100, new PcrPace().next(odd, 0));
        assertTrue(new BitratePace(1).next(odd, 0) > 0);
    }
}
