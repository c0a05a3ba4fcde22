// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.clauses.Hostile;
import io.tcpoffload.clauses.Layer;
import io.tcpoffload.clauses.Way;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Path MTU: the size of segments changes while the connection lives")
class PathMtuTest {

    @AtEveryWrap
    @DisplayName("RFC 1191 6.4, RFC 8201 5.4: what is in flight and too large leaves again at once, at the new size")
    @Clause(rfc = "RFC 1191", section = "6.4",
            does = "what is in flight and too large leaves again at once, and the threshold stays: no congestion")
    @Clause(rfc = "RFC 8201", section = "5.4",
            does = "what is in flight and too large leaves again at once, and the threshold stays: no congestion")
    void tooLargeSegmentsLeaveAgain(int isn) {
        final Scenario s = Scenario.withSack(isn).send(10_000).at(10);
        s.sender.onPathMtu(600, s.now());
        assertEquals(600, s.sender.mss());
        assertEquals(1, s.count(SenderCounter.PATH_MTU_REDUCTIONS));
        assertEquals(Long.MAX_VALUE, s.sender.ssthreshBytes());
        assertEquals(0, s.sendable(5000));
        int again = 0;
        int at = 0;
        for (int round = 0; at < 10_000 && round < 20; round++) {
            for (String range = s.retransmit(); !range.equals("none"); range = s.retransmit()) {
                final int from = Integer.parseInt(range.substring(0, range.indexOf('+')));
                assertEquals(again, from, "in order, each once");
                again += Integer.parseInt(range.substring(range.indexOf('+') + 1));
            }
            at = again;
            s.after(20).ack(at);
        }
        assertEquals(10_000, s.una());
        assertEquals(0, s.count(SenderCounter.TIMEOUTS));
        assertEquals(0, s.count(SenderCounter.FAST_RECOVERIES));
        final int n = s.sendable(50_000);
        assertEquals(0, n % 600, "whole segments of the new size");
        assertTrue(n > 0);
    }

    @AtEveryWrap
    @DisplayName("RFC 8201 4: the congestion window keeps its number of segments, not its bytes, when they get smaller")
    @Clause(rfc = "RFC 8201", section = "4", way = Way.LINUX,
            does = "with smaller segments the congestion window has as many of them as before, as tcp_simple_retransmit")
    void theWindowKeepsItsSegments(int isn) {
        final Scenario s = Scenario.withSack(isn);
        s.sender.onPathMtu(500, s.now());
        assertEquals(5000, s.cwnd());
        assertEquals(5000, s.sendable(50_000));
        assertEquals(0, s.count(SenderCounter.PATH_MTU_REDUCTIONS), "nothing was in flight");
    }

    @AtEveryWrap
    @DisplayName("Segments that fit stay as they are: only what is too large goes again")
    void whatFitsStays(int isn) {
        final Scenario s = Scenario.withSack(isn).send(400).at(40).ack(400);
        s.send(400).after(10).send(1000).after(10).send(300).after(1);
        s.sender.onPathMtu(600, s.now());
        assertEquals("800+600", s.retransmit(600));
        assertEquals("1400+400", s.retransmit(600));
        assertEquals("none", s.retransmit());
        assertEquals(2, s.sender.retransmittedSegments());
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 1, 28, SenderConfig.MIN_MSS - 1})
    @DisplayName("RFC 5927 7: a message that names less than the floor gets the floor, and no more than that")
    @Clause(rfc = "RFC 5927", section = "7", way = Way.LINUX,
            does = "segments do not get smaller than 88 bytes, whatever an ICMP message says")
    @Hostile(value = "ICMP", layer = Layer.CORE, counter = "sender_path_mtu_reductions")
    @Hostile(value = "tiny MSS", layer = Layer.CORE, counter = "sender_path_mtu_reductions")
    void thereIsAFloor(int mss) {
        final Scenario s = Scenario.withSack(-3000).send(10_000).at(10);
        s.sender.onPathMtu(mss, s.now());
        assertEquals(SenderConfig.MIN_MSS, s.sender.mss());
        assertEquals(10L * SenderConfig.MIN_MSS, s.cwnd(), SenderConfig.MIN_MSS);
    }

    @Test
    @DisplayName("A message again and again changes nothing any more; one that names more has nothing leave again")
    @Hostile(value = "ICMP", layer = Layer.CORE)
    void repeatedAndLargerMessages() {
        final Scenario s = Scenario.withSack(-3000).send(10_000).at(10);
        s.sender.onPathMtu(600, s.now());
        final String first = s.retransmit(600);
        for (int i = 0; i < 100; i++) {
            s.sender.onPathMtu(600, s.now());
        }
        assertEquals("0+600", first);
        assertEquals(1, s.count(SenderCounter.PATH_MTU_REDUCTIONS));
        final long lost = s.sender.pipeBytes();
        s.sender.onPathMtu(1 << 20, s.now());
        assertEquals(SenderConfig.MAX_MSS, s.sender.mss());
        assertEquals(1, s.count(SenderCounter.PATH_MTU_REDUCTIONS));
        assertEquals(lost, s.sender.pipeBytes());
        assertTrue(s.cwnd() >= SenderConfig.MAX_MSS, "a segment fits");
    }

    @AtEveryWrap
    @DisplayName("RFC 8201 5.4: a reduction during recovery is no second one, and the stream goes on")
    @Clause(rfc = "RFC 5681", section = "3.2", does = "a path MTU that shrinks during recovery is no second reduction")
    void duringRecovery(int isn) {
        final Scenario s = Scenario.withSack(isn).send(10_000).at(50);
        s.event(0, 1000, 4000);
        assertEquals("0+1000", s.retransmit());
        final long threshold = s.sender.ssthreshBytes();
        s.sender.onPathMtu(500, s.now());
        assertTrue(s.sender.ssthreshBytes() <= threshold);
        int acked = 0;
        for (int round = 0; acked < 10_000 && round < 50; round++) {
            String range = s.retransmit(500);
            while (!range.equals("none")) {
                final int from = Integer.parseInt(range.substring(0, range.indexOf('+')));
                final int length = Integer.parseInt(range.substring(range.indexOf('+') + 1));
                assertTrue(from >= 4000 || from + length <= 1000, "SACKed data again: " + range);
                acked = Math.max(acked, from + length == 1000 ? 4000 : from + length);
                range = s.retransmit(500);
            }
            s.after(50).ack(acked);
        }
        assertEquals(10_000, s.una());
        assertEquals(0, s.count(SenderCounter.TIMEOUTS));
    }

    @Test
    @DisplayName("A whole transfer over a path that takes less and less, with loss")
    @Hostile(value = "ICMP", layer = Layer.CORE)
    void aPathThatTakesLess() {
        for (long seed = 1; seed <= 20; seed++) {
            final SimWorld.Settings settings = new SimWorld.Settings();
            settings.isn = -100_000;
            settings.totalBytes = 300_000;
            settings.bytesPerSecond = 1_000_000;
            settings.loss = 0.002 * (seed % 5);
            settings.timestamps = seed % 2 == 0;
            final SimWorld world = new SimWorld(seed, settings);
            world.clock.after(60 * SimClock.MS, () -> world.limitPath(1200));
            world.clock.after(120 * SimClock.MS, () -> world.limitPath(536));
            world.clock.after(200 * SimClock.MS, () -> world.limitPath(88));
            assertTrue(world.run(600_000 * SimClock.MS), "seed " + seed + ": " + world);
            assertEquals(88, world.sender.mss(), "seed " + seed + ": " + world);
            world.checkNothingIsLeft();
        }
    }

    @Test
    @DisplayName("RFC 4821: a path that swallows large packets without a word is not probed, as in Linux by default")
    @Clause(rfc = "RFC 4821", section = "7", way = Way.LINUX,
            does = "no probing of the path MTU (tcp_mtu_probing is off in Linux, too): behind a black hole the session ends")
    void aBlackHoleIsNotProbed() {
        final SimWorld world = new SimWorld(1, new SimWorld.Settings());
        world.clock.after(60 * SimClock.MS, () -> world.down.limit(1000, () -> { }));
        assertFalse(world.run(600_000 * SimClock.MS));
        assertTrue(world.host.gaveUp(), world::toString);
        assertEquals(1448, world.sender.mss());
        assertEquals(Long.MAX_VALUE, world.sender.nextTimerNs());
    }
}
