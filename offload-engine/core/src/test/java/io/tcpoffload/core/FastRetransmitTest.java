// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.clauses.Hostile;
import io.tcpoffload.clauses.Layer;
import io.tcpoffload.clauses.Way;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Fast retransmit and fast recovery")
class FastRetransmitTest {

    @AtEveryWrap
    @DisplayName("RFC 8985 6.2: three SACKed segments above the first send it again, at half the flight")
    @Clause(rfc = "RFC 5681", section = "3.2",
            does = "the third segment above a hole sends it again at once, with half the flight as threshold")
    @Clause(rfc = "RFC 8985", section = "6.2 step 4",
            does = "until reordering has been seen, three SACKed segments above a hole make it lost without "
                + "waiting")
    void sendsTheFirstSegmentAgainAfterThreeSackedAbove(int isn) {
        final Scenario s = Scenario.withSack(isn).send(10_000).after(50);
        s.event(0, 1000, 2000);
        s.event(0, 1000, 3000);
        assertEquals("none", s.retransmit());
        s.event(0, 1000, 4000);
        assertEquals("0+1000", s.retransmit());
        assertEquals(5000, s.sender.ssthreshBytes());
        assertEquals(1, s.count(SenderCounter.FAST_RECOVERIES));
        assertEquals("none", s.retransmit());
    }

    @AtEveryWrap
    @DisplayName("RFC 8985 6.2: the count is of bytes, so one coalesced SACK of a large post is enough")
    @Clause(rfc = "RFC 6675", section = "4",
            does = "IsLost() counts bytes, not acknowledgements: one SACK for a large piece is enough")
    void oneEventThatReportsManySegmentsIsEnough(int isn) {
        final Scenario s = Scenario.withSack(isn).send(10_000).after(50);
        s.event(0, 2000, 10_000);
        assertEquals("0+2000", s.retransmit());
        assertEquals("none", s.retransmit());
    }

    @AtEveryWrap
    @DisplayName("RFC 8985 6.2: three separate ranges above make a hole lost, however small they are")
    @Clause(rfc = "RFC 6675", section = "4",
            does = "three discontiguous SACKed ranges make a hole lost, however small they are")
    void threeSmallRangesAreEnough(int isn) {
        final Scenario s = Scenario.withSack(isn).send(10_000).after(50);
        s.event(0, 5000, 5100);
        s.event(0, 6000, 6100, 5000, 5100);
        assertEquals("none", s.retransmit());
        s.event(0, 7000, 7100, 6000, 6100, 5000, 5100);
        // as much of the hole as pipe admits, the first segment in any case
        assertEquals("0+1000", s.retransmit());
        assertEquals(1, s.count(SenderCounter.FAST_RECOVERIES));
    }

    @AtEveryWrap
    @DisplayName("RFC 6675 5 step C: holes go in order, while pipe is below cwnd, before new data")
    @Clause(rfc = "RFC 6675", section = "5 step C",
            does = "holes go in order, before new data, while pipe is below the window")
    @Clause(rfc = "RFC 6675", section = "4", way = Way.LINUX,
            does = "NextSeg() rules 1 and 2 only: what is probably not lost is not sent again (no rescue "
                + "retransmission)")
    void fillsSeveralHolesInOrder(int isn) {
        final Scenario s = Scenario.withSack(isn).send(10_000).after(50);
        s.event(0, 1000, 2000);
        s.event(0, 3000, 4000, 1000, 2000);
        s.event(0, 5000, 9000, 3000, 4000, 1000, 2000);
        assertEquals("0+1000", s.retransmit());
        assertEquals(0, s.sendable(5000));
        assertEquals("2000+1000", s.retransmit());
        assertEquals("4000+1000", s.retransmit());
        assertEquals("none", s.retransmit());
        assertEquals(4000, s.sender.pipeBytes());
        assertEquals(1000, s.sendable(5000));
    }

    @AtEveryWrap
    @DisplayName("RFC 6675 5: recovery ends when all that was out at its start is acknowledged, and does not halve twice")
    @Clause(rfc = "RFC 6675", section = "5",
            does = "recovery ends when all that was out at its start is acknowledged; one reduction for all losses "
                + "of a flight")
    void halvesOncePerFlight(int isn) {
        final Scenario s = Scenario.withSack(isn).send(10_000).after(50);
        s.event(0, 1000, 4000);
        assertEquals("0+1000", s.retransmit());
        s.event(0, 5000, 10_000, 1000, 4000);
        assertEquals("4000+1000", s.retransmit());
        s.after(50).ack(4000);
        assertEquals(5000, s.cwnd());
        assertEquals("none", s.retransmit());
        s.ack(10_000);
        assertEquals(5000, s.cwnd());
        assertEquals(5000, s.sendable(9000));
        assertEquals(1, s.count(SenderCounter.FAST_RECOVERIES));
    }

    @AtEveryWrap
    @DisplayName("RFC 3042: each of the first two duplicates lets one new segment out")
    @Clause(rfc = "RFC 3042", section = "2",
            does = "each of the first two duplicates lets one new segment out, with SACK and without")
    void limitedTransmit(int isn) {
        for (final boolean sack : new boolean[] {true, false}) {
            final Scenario s = new Scenario(isn, sack, 1_000_000).send(10_000).after(50);
            assertEquals(0, s.sendable(5000));
            duplicate(s, sack, 1);
            assertEquals(1000, s.sendable(5000));
            s.send(1000);
            assertEquals(0, s.sendable(5000));
            duplicate(s, sack, 2);
            assertEquals(1000, s.sendable(5000));
        }
    }

    private static void duplicate(Scenario s, boolean sack, int n) {
        if (sack) {
            s.event(0, 1000, 1000 + 1000 * n);
        } else {
            s.event(0);
        }
    }

    @AtEveryWrap
    @DisplayName("RFC 6582 3.2: without SACK, three duplicates, one hole a round trip")
    @Clause(rfc = "RFC 6582", section = "3.2",
            does = "without SACK a partial acknowledgement sends the next hole; the full one ends at min(ssthresh, "
                + "flight + mss)")
    void newRenoRecoversHoleByHole(int isn) {
        final Scenario s = Scenario.withoutSack(isn).send(10_000).after(50);
        s.event(0).event(0);
        assertEquals("none", s.retransmit());
        s.event(0);
        assertEquals("0+1000", s.retransmit());
        assertEquals("none", s.retransmit());
        s.event(0).event(0).event(0).event(0);
        s.after(50).ack(4000);
        assertEquals("4000+1000", s.retransmit());
        assertEquals("none", s.retransmit());
        s.after(50).ack(10_000);
        assertEquals(1, s.count(SenderCounter.FAST_RECOVERIES));
        // step 3, full acknowledgement: min(ssthresh, max(flight, mss) + mss) keeps the exit from being a burst
        assertEquals(2000, s.cwnd());
        assertEquals(5000, s.sender.ssthreshBytes());
    }

    @AtEveryWrap
    @DisplayName("RFC 6582 4: duplicates of exactly the recovery point do not start another recovery")
    @Clause(rfc = "RFC 6582", section = "4",
            does = "duplicates of exactly the recovery point start no second fast retransmit")
    void duplicatesAfterFullAcknowledgementAreHeld(int isn) {
        final Scenario s = Scenario.withoutSack(isn).send(10_000).after(50);
        s.event(0).event(0).event(0);
        s.retransmit();
        for (int i = 0; i < 6; i++) {
            s.event(0);
            s.send(s.sendable(1000));
        }
        s.after(50).ack(10_000);
        s.send(s.sendable(4000));
        assertTrue(s.sender.inFlight() >= 4000, "enough for three duplicates: " + s.sender.inFlight());
        s.event(10_000).event(10_000).event(10_000);
        assertEquals("none", s.retransmit());
        assertEquals(1, s.count(SenderCounter.FAST_RECOVERIES));
    }

    @AtEveryWrap
    @DisplayName("RFC 6582 4, impatient: only the first partial acknowledgement restarts the timer")
    @Clause(rfc = "RFC 6582", section = "3.2 step 3",
            does = "the impatient variant: only the first partial acknowledgement restarts the timer")
    void onlyTheFirstPartialAckRestartsTheTimer(int isn) {
        final Scenario s = Scenario.withoutSack(isn).send(10_000).after(50);
        s.event(0).event(0).event(0);
        s.retransmit();
        s.after(50).ack(2000);
        s.retransmit();
        final long deadline = s.timerMs();
        s.after(50).ack(4000);
        s.retransmit();
        assertEquals(deadline, s.timerMs());
    }

    @AtEveryWrap
    @DisplayName("RFC 5681 3.2 step 4: a flood of duplicates never frees more than what was in flight")
    @Clause(rfc = "RFC 5681", section = "3.2 step 4",
            does = "a duplicate stands for one segment delivered, and all of them for no more than was in flight")
    @Hostile(value = "ACK for unsent data", layer = Layer.CORE, counter = "sender_duplicate_acks")
    void duplicateFloodIsBounded(int isn) {
        final Scenario s = Scenario.withoutSack(isn).send(10_000).after(50);
        for (int i = 0; i < 10_000; i++) {
            s.event(0);
        }
        assertTrue(s.sender.pipeBytes() >= 0);
        int sent = 0;
        while (s.sendable(1000) > 0 && sent < 1000) {
            s.send(1000);
            sent++;
        }
        s.retransmit();
        assertTrue(s.sender.inFlight() <= 10_000 + 5000 + 1000, "in flight " + s.sender.inFlight());
    }

    @AtEveryWrap
    @DisplayName("Reordering short of the threshold costs nothing")
    @Clause(rfc = "RFC 5681", section = "3.2",
            does = "reordering by less than three segments is no loss")
    void smallReorderingIsNoLoss(int isn) {
        final Scenario s = Scenario.withSack(isn).send(10_000).after(50);
        s.event(0, 1000, 3000);
        s.ack(3000);
        assertEquals("none", s.retransmit());
        assertEquals(0, s.count(SenderCounter.FAST_RECOVERIES));
        assertTrue(s.cwnd() >= 10_000);
    }

    @AtEveryWrap
    @DisplayName("An event older than the session record still tells what the viewer holds")
    @Clause(rfc = "RFC 2018", section = "4",
            does = "SACK blocks of an acknowledgement older than the latest still tell what arrived")
    void lateEventsAreUsed(int isn) {
        final Scenario s = Scenario.withSack(isn).send(10_000).after(50);
        s.ack(2000);
        s.event(1000, 3000, 10_000);
        assertEquals(2000, s.una());
        assertEquals("2000+1000", s.retransmit());
    }

    @AtEveryWrap
    @DisplayName("A post smaller than the range is taken, the rest is offered again; a failed post is offered again whole")
    void postsOfAnySize(int isn) {
        final Scenario s = Scenario.withSack(isn).send(10_000).after(50);
        s.event(0, 4000, 10_000);
        final Range range = new Range();
        assertTrue(s.sender.nextRetransmission(range, 65_535, s.now()));
        assertEquals(4000, range.length());
        assertEquals("0+1000", s.retransmit(1500));
        assertEquals("1000+3000", s.retransmit());
    }

    @AtEveryWrap
    @DisplayName("RFC 6582 3.2 step 3: after a partial acknowledgement the next hole goes at once, whatever the window says")
    @Clause(rfc = "RFC 6582", section = "3.2 step 3",
            does = "a partial acknowledgement sends the next hole at once, whatever the congestion window says")
    void thePartialAckSendsTheNextHoleAtOnce(int isn) {
        final Scenario s = new Scenario(isn, false, 1_000_000, SenderConfig.forMss(1000).initialCwndSegments(20)
                .congestionAlgorithm(CongestionAlgorithm.NEW_RENO).pacing(false).build()).send(20_000).after(50);
        s.event(0).event(0).event(0);
        assertEquals("0+1000", s.retransmit());
        s.after(50).ack(1000);
        assertTrue(s.sender.pipeBytes() > s.sender.ssthreshBytes(), "the window is full");
        assertEquals("1000+1000", s.retransmit());
        assertEquals("none", s.retransmit());
    }
}
