// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.clauses.Way;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("RACK: loss found by time")
class RackTest {

    private static final long MS = Scenario.MS;

    @AtEveryWrap
    @DisplayName("RFC 8985 6.2 step 4: fewer than three SACKed above wait a quarter of the round-trip time, by timer")
    @Clause(rfc = "RFC 8985", section = "6.2 step 4",
            does = "while no reordering was seen and fewer than three segments are SACKed above, a hole waits a "
                + "quarter of the least round-trip time")
    void waitsForTheReorderingWindow(int isn) {
        final Scenario s = Scenario.withSack(isn).send(10_000).at(40);
        s.event(0, 1000, 2000);
        assertEquals("none", s.retransmit());
        assertEquals(50, s.timerMs());
        assertEquals(TimerAction.RETRANSMIT, s.fire());
        assertEquals("0+1000", s.retransmit());
        assertEquals(1, s.count(SenderCounter.FAST_RECOVERIES));
        assertEquals(0, s.count(SenderCounter.TIMEOUTS));
    }

    @AtEveryWrap
    @DisplayName("RFC 8985 6.2: of several that may be late one timer waits for the last")
    @Clause(rfc = "RFC 8985", section = "6.2 step 5", does = "one timer waits for the last of several holes that may only be late")
    void oneTimerForAllHoles(int isn) {
        final Scenario s = Scenario.withSack(isn).send(1000).at(40).ack(1000);
        s.send(2000).at(45).send(2000);
        s.at(85).event(1000, 2000, 3000, 4000, 5000);
        assertEquals("none", s.retransmit());
        assertEquals(95, s.timerMs());
        s.fire();
        assertEquals("1000+1000", s.retransmit(1000));
        s.at(100).ack(3000);
        assertEquals("3000+1000", s.retransmit());
    }

    @AtEveryWrap
    @DisplayName("RFC 8985 6.2 step 3: on a path that reorders, three SACKed above are no loss before the window is over")
    @Clause(rfc = "RFC 8985", section = "6.2 step 3",
            does = "data sent once that arrives below what arrived before shows reordering; from then on three "
                + "SACKed above are no loss by themselves")
    void learnsThatThePathReorders(int isn) {
        final Scenario s = Scenario.withSack(isn).send(10_000).at(40);
        s.event(0, 1000, 2000);
        s.at(42).ack(2000);
        assertEquals(1, s.count(SenderCounter.REORDERING_SEEN));
        s.at(45).event(2000, 3000, 7000);
        assertEquals("none", s.retransmit());
        assertEquals(55, s.timerMs());
        s.at(50).ack(7000);
        assertEquals("none", s.retransmit());
        assertEquals(0, s.count(SenderCounter.FAST_RECOVERIES));
        s.at(51).event(7000, 8000, 10_000);
        assertEquals(TimerAction.RETRANSMIT, s.fire());
        assertEquals("7000+1000", s.retransmit());
    }

    @AtEveryWrap
    @DisplayName("RFC 8985 6.2 step 5: a lost retransmission is found without a timeout, and is no second reduction")
    @Clause(rfc = "RFC 8985", section = "6.2 step 5",
            does = "a retransmission that left before something that has arrived is lost in its turn, without a "
                + "timeout and without another reduction")
    void findsLostRetransmissions(int isn) {
        final Scenario s = Scenario.withSack(isn).send(10_000).at(50);
        s.event(0, 1000, 4000);
        assertEquals("0+1000", s.retransmit());
        s.at(60).event(0, 1000, 10_000);
        s.send(2000);
        assertEquals("none", s.retransmit());
        s.at(110).event(0, 1000, 12_000);
        assertEquals("0+1000", s.retransmit());
        assertEquals(1, s.count(SenderCounter.FAST_RECOVERIES));
        assertEquals(0, s.count(SenderCounter.TIMEOUTS));
        assertEquals(5000, s.sender.ssthreshBytes());
    }

    @AtEveryWrap
    @DisplayName("RFC 5681 3.2: what is lost of a later flight is a recovery and a reduction of its own")
    @Clause(rfc = "RFC 5681", section = "3.2",
            does = "one reduction a window of data: loss beyond the recovery point begins a recovery of its own")
    void lossAfterTheRecoveryPointBeginsAnotherRecovery(int isn) {
        final Scenario s = Scenario.withSack(isn).send(10_000).at(50);
        s.event(0, 1000, 10_000);
        assertEquals("0+1000", s.retransmit());
        s.send(4000);
        s.at(100).event(0, 1000, 11_000, 12_000, 14_000);
        s.ack(11_000);
        assertEquals("11000+1000", s.retransmit());
        assertEquals(2, s.count(SenderCounter.FAST_RECOVERIES));
        assertEquals(2000, s.sender.ssthreshBytes());
    }

    @AtEveryWrap
    @DisplayName("RFC 8985 6.2: judged as of the arrival, so that what waits in the caller's queue is heard first")
    @Clause(rfc = "RFC 8985", section = "6.2",
            does = "loss is judged as of the arrival of the acknowledgement, not of its reading, so that a busy "
                + "host finds no false loss")
    void aBusyCallerFindsNoFalseLoss(int isn) {
        final Scenario s = Scenario.withSack(isn).send(10_000).at(500);
        s.sender.onSack(isn, 1_000_000, new int[] {isn + 1000, isn + 2000}, 1, 40 * MS, s.now());
        assertEquals("none", s.retransmit());
        s.sender.onSack(isn + 2000, 1_000_000, new int[0], 0, 42 * MS, s.now());
        assertEquals("none", s.retransmit());
        assertEquals(0, s.count(SenderCounter.FAST_RECOVERIES));
    }

    @AtEveryWrap
    @DisplayName("RFC 8985 6.3: a timeout loses the first segment and what is overdue, not what has just left")
    @Clause(rfc = "RFC 8985", section = "6.3",
            does = "a timeout marks lost the first segment and what is overdue; what has just left stays in flight")
    void aTimeoutKeepsWhatHasJustLeft(int isn) {
        final Scenario s = Scenario.withSack(isn).send(1000).at(20).ack(1000).send(3000);
        s.fireUntil(SenderCounter.LOSS_PROBES);
        s.retransmit();
        final long timeout = s.timerMs();
        s.at(timeout - 5).send(2000);
        s.at(timeout);
        assertEquals(TimerAction.RETRANSMIT, s.timer());
        assertEquals("1000+1000", s.retransmit());
        assertEquals(3000, s.sender.pipeBytes());
    }

    @Test
    @DisplayName("RFC 8985 6.2 step 4: DSACKs widen the window once a round, to a round trip at most, for 16 recoveries")
    @Clause(rfc = "RFC 8985", section = "6.2 step 4",
            does = "each round with a DSACK widens the reordering window by a quarter of the least round-trip "
                + "time, to one smoothed round trip at most, for 16 recoveries")
    void dsacksWidenTheWindow() {
        final Rack rack = new Rack(0);
        rack.onRtt(40 * MS, 0);
        assertEquals(0, rack.reorderingWindowNs(true, false, 100 * MS));
        assertEquals(0, rack.reorderingWindowNs(false, true, 100 * MS));
        assertEquals(10 * MS, rack.reorderingWindowNs(false, false, 100 * MS));
        rack.onDsack(0, 1000);
        rack.onDsack(500, 2000);
        assertEquals(20 * MS, rack.reorderingWindowNs(false, false, 100 * MS));
        rack.onDsack(1000, 2000);
        assertEquals(30 * MS, rack.reorderingWindowNs(false, false, 100 * MS));
        assertEquals(25 * MS, rack.reorderingWindowNs(false, false, 25 * MS));
        for (int i = 0; i < 15; i++) {
            rack.onRecovered();
        }
        assertEquals(30 * MS, rack.reorderingWindowNs(false, false, 100 * MS));
        rack.onRecovered();
        assertEquals(10 * MS, rack.reorderingWindowNs(false, false, 100 * MS));
    }

    @Test
    @DisplayName("RFC 8985 6.2 step 2: what comes back faster than any round trip answers the first transmission")
    @Clause(rfc = "RFC 8985", section = "6.2 step 2",
            does = "what comes back faster than the least round-trip time answers the first transmission, and "
                + "moves RACK not at all")
    void ignoresAnswersToTheFirstTransmission() {
        final Delivery delivery = new Delivery();
        delivery.begin(100 * MS, 40 * MS, 0);
        delivery.add(0, 1000, 70 * MS, true);
        assertEquals(false, delivery.latestKnown());
        delivery.begin(110 * MS, 40 * MS, 0);
        delivery.add(0, 1000, 70 * MS, true);
        assertEquals(true, delivery.latestKnown());
        assertEquals(Delivery.NONE, delivery.rttNs());
    }

    @Test
    @DisplayName("Linux tcp_min_rtt: a minimum is forgotten after five minutes, not before two and a half")
    @Clause(rfc = "RFC 8985", section = "6.2 step 1", way = Way.LINUX,
            does = "the least round-trip time is that of the last five minutes, as in tcp_min_rtt")
    void theLeastRoundTripTimeAges() {
        final MinRtt least = new MinRtt();
        assertEquals(0, least.ns());
        final long half = MinRtt.HALF_WINDOW_NS;
        least.onSample(10, half);
        least.onSample(30, half + 1);
        assertEquals(10, least.ns());
        least.onSample(20, 2 * half);
        assertEquals(10, least.ns());
        least.onSample(30, 3 * half);
        assertEquals(20, least.ns());
    }
}
