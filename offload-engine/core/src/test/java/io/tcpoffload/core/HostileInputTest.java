// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.clauses.Hostile;
import io.tcpoffload.clauses.Layer;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Hostile and odd input")
class HostileInputTest {

    @AtEveryWrap
    @DisplayName("RFC 9293 3.10.7.4, RFC 5961 5.2: an acknowledgement of unsent data changes nothing")
    @Clause(rfc = "RFC 5961", section = "5.2",
            does = "an acknowledgement of unsent data changes nothing and is counted")
    @Hostile(value = "ACK for unsent data", layer = Layer.CORE, counter = "sender_acks_for_unsent_data")
    void ignoresAckForUnsentData(int isn) {
        final Scenario s = Scenario.withSack(isn).send(5000).after(10);
        s.window(77).ack(5001);
        s.event(6000, 1000, 2000);
        assertEquals(0, s.una());
        assertEquals(0, s.sender.srttNs());
        assertEquals(995_000, s.sender.usableWindowBytes());
        assertEquals(2, s.count(SenderCounter.ACKS_FOR_UNSENT_DATA));
        assertEquals(5000, s.sender.pipeBytes());
    }

    @AtEveryWrap
    @DisplayName("RFC 5681 3.1: a viewer that acknowledges what cannot have arrived yet gets no more than the highest rate")
    @Hostile(value = "ACK for unsent data", layer = Layer.CORE)
    void optimisticAcknowledgementsAreHeldToTheHighestRate(int isn) {
        final long rate = 1_000_000;
        final Scenario s = new Scenario(isn, true, 1 << 30, SenderConfig.forMss(Scenario.MSS).maxPacingBytesPerSecond(rate)
                .maxBurstBytes(10_000).build());
        for (int ms = 1; ms <= 5000; ms++) {
            s.at(ms);
            for (int granted = s.sendable(100_000); granted > 0; granted = s.sendable(100_000)) {
                s.send(granted).ack(s.nxt());
            }
        }
        assertTrue(s.nxt() > 3 * rate, "less than it may have: " + s.nxt());
        // in five seconds, and the first window at once
        assertTrue(s.nxt() < 5 * rate + 20_000, "more than the rate: " + s.nxt());
    }

    @AtEveryWrap
    @Clause(rfc = "RFC 5961", section = "5.2",
            does = "an acknowledgement older than the latest changes nothing; one older than the largest window is "
                + "refused")
    @Hostile(value = "blind segment", layer = Layer.CORE, counter = "sender_old_acks")
    void ignoresOldAcks(int isn) {
        final Scenario s = Scenario.withSack(isn).send(5000).after(10).ack(4000);
        s.window(77).ack(3000);
        assertEquals(4000, s.una());
        assertEquals(999_000, s.sender.usableWindowBytes());
        assertEquals(1, s.count(SenderCounter.OLD_ACKS));
    }

    @AtEveryWrap
    @Clause(rfc = "RFC 2018", section = "4",
            does = "SACK blocks reversed, empty or outside the flight are ignored one by one and counted")
    @Hostile(value = "SACK outside", layer = Layer.CORE, counter = "sender_sack_blocks_ignored")
    void ignoresSackBlocksOutsideTheFlight(int isn) {
        final Scenario s = Scenario.withSack(isn).send(5000).after(10).ack(1000);
        s.event(1000, 4000, 6000);
        s.event(1000, 3000, 2000);
        s.event(1000, 3000, 3000);
        s.event(1000, 500, 1500);
        s.event(1000, 1000, 1500);
        s.event(1000, -2_000_000_000, 2_000_000_000);
        assertEquals(4000, s.sender.pipeBytes());
        assertEquals(0, s.count(SenderCounter.DUPLICATE_ACKS));
        assertEquals(6, s.count(SenderCounter.SACK_BLOCKS_IGNORED));
    }

    @AtEveryWrap
    @DisplayName("RFC 2883: a block at or below the acknowledgement reports a duplicate and is no SACK")
    @Clause(rfc = "RFC 2883", section = "4",
            does = "a first block at or below the acknowledgement, or inside the second, reports a duplicate and "
                + "is no SACK")
    @Hostile(value = "SACK outside", layer = Layer.CORE, counter = "sender_dsack_blocks")
    void countsDsacks(int isn) {
        final Scenario s = Scenario.withSack(isn).send(5000).after(10).ack(3000);
        s.event(3000, 1000, 2000);
        assertEquals(1, s.count(SenderCounter.DSACK_BLOCKS));
        assertEquals(0, s.count(SenderCounter.DUPLICATE_ACKS));
        assertEquals(2000, s.sender.pipeBytes());
    }

    @AtEveryWrap
    @Hostile(value = "SACK outside", layer = Layer.CORE)
    void overlappingBlocksCountOnce(int isn) {
        final Scenario s = Scenario.withSack(isn).send(9000).after(10);
        s.event(0, 1000, 3000, 2000, 4000, 1500, 2500);
        assertEquals(6000 - 1000, s.sender.pipeBytes());
    }

    @AtEveryWrap
    @DisplayName("Thousands of one-byte blocks: the scoreboard is bounded, all data still arrives")
    @Hostile(value = "SACK outside", layer = Layer.CORE, counter = "sender_scoreboard_overflows")
    void scoreboardOverflowIsSafe(int isn) {
        final Scenario s = Scenario.withSack(isn).send(10_000).after(10);
        for (int i = 1; i < 9_990; i += 2) {
            s.event(0, i, i + 1);
        }
        assertTrue(s.count(SenderCounter.SCOREBOARD_OVERFLOWS) > 4995 - Scoreboard.MAX_RANGES_BY_SACK / 2);
        assertEquals("0+1", s.retransmit());
        for (int acked = 100; acked < 10_000; acked += 100) {
            s.after(1).ack(acked);
            s.retransmit();
        }
        s.after(10).ack(10_000);
        assertEquals(10_000, s.una());
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    @DisplayName("Random input never breaks the sender's own bounds")
    @Hostile(value = "ACK for unsent data", layer = Layer.CORE)
    void randomInputKeepsTheBounds(long seed) {
        final Random random = new Random(seed);
        final int isn = random.nextInt();
        final Scenario s = new Scenario(isn, random.nextBoolean(), 100_000);
        final int[] blocks = new int[8];
        long probes = 0;
        for (int i = 0; i < 200_000 && !s.sender.isClosed(); i++) {
            s.after(random.nextInt(3));
            final int near = s.una() + random.nextInt(30_000) - 10_000;
            switch (random.nextInt(5)) {
                case 0 -> s.window(random.nextInt(4) == 0 ? random.nextInt(2) : random.nextInt(200_000)).ack(near);
                case 1 -> {
                    for (int b = 0; b < 8; b++) {
                        blocks[b] = isn + near + random.nextInt(20_000) - 5000;
                    }
                    s.sender.onSack(isn + near - 5000, random.nextInt(100_000), blocks, random.nextInt(5), s.now(), s.now());
                }
                case 2 -> {
                    final int n = s.sendable(random.nextInt(70_000));
                    assertTrue(n <= s.sender.usableWindowBytes(), () -> "seed " + seed);
                    // RFC 8985 7.3: a loss probe of one segment asks no congestion window
                    final boolean probe = s.count(SenderCounter.LOSS_PROBES) > probes && n <= Scenario.MSS;
                    assertTrue(n == 0 || probe || s.sender.pipeBytes() + n <= s.cwnd(), () -> "seed " + seed);
                    if (n > 0) {
                        s.sender.onSent(n, s.now());
                        probes = s.count(SenderCounter.LOSS_PROBES);
                    }
                }
                case 3 -> s.retransmit(1 + random.nextInt(65_535));
                default -> {
                    if (s.timer() == TimerAction.GIVE_UP) {
                        s.sender.onReset();
                    }
                }
            }
            assertTrue(s.sender.inFlight() >= 0 && s.sender.pipeBytes() >= 0, () -> "seed " + seed);
            assertTrue(s.cwnd() >= Scenario.MSS, () -> "seed " + seed);
            assertTrue(s.sender.isClosed() || s.sender.nextTimerNs() != Long.MAX_VALUE, () -> "seed " + seed);
        }
    }

    @AtEveryWrap
    @DisplayName("RFC 5961 5.2: an acknowledgement older than the largest window ever offered tells nothing, its blocks neither")
    @Clause(rfc = "RFC 5961", section = "5.2",
            does = "an acknowledgement older than the latest changes nothing; one older than the largest window is refused")
    @Hostile(value = "blind segment", layer = Layer.CORE, counter = "sender_old_acks")
    void ignoresBlocksOfFarTooOldAcks(int isn) {
        final Scenario s = Scenario.withSack(isn).send(5000).at(10).ack(1000);
        s.event(1000 - 1_000_001, 2000, 5000);
        assertEquals(1, s.count(SenderCounter.OLD_ACKS));
        assertEquals(0, s.count(SenderCounter.DUPLICATE_ACKS));
        assertEquals(4000, s.sender.pipeBytes());
        // at the very edge of what may still be on its way
        s.event(1000 - 1_000_000, 2000, 5000);
        assertEquals(1, s.count(SenderCounter.DUPLICATE_ACKS));
        assertEquals(0, s.sender.pipeBytes());
    }

    @AtEveryWrap
    @DisplayName("RFC 5681 3.2: duplicates without end stand for what is in flight less the first segment, and for no more")
    @Hostile(value = "ACK for unsent data", layer = Layer.CORE, counter = "sender_duplicate_acks")
    void duplicatesStandForNoMoreThanTheFlight(int isn) {
        final Scenario s = Scenario.withoutSack(isn).send(10_000).at(10);
        for (int i = 0; i < 1000; i++) {
            s.event(0);
        }
        s.retransmit();
        assertEquals(1000, s.sender.pipeBytes());
    }
}
