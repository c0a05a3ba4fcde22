// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.clauses.Way;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Explicit congestion notification")
class EcnTest {

    private static Scenario scenario(int isn) {
        return new Scenario(isn, true, 1_000_000, SenderConfig.forMss(Scenario.MSS)
                .congestionAlgorithm(CongestionAlgorithm.NEW_RENO).pacing(false).ecn(true).build());
    }

    @AtEveryWrap
    @DisplayName("RFC 3168 6.1.2: an echo reduces once a round trip, nothing is sent again, CWR goes out once")
    @Clause(rfc = "RFC 3168", section = "6.1.2",
            does = "ECE reduces once a round trip, nothing is sent again, and CWR goes out once")
    void reducesOnceARoundTrip(int isn) {
        final Scenario s = scenario(isn).send(10_000).at(50);
        for (int acked = 1000; acked <= 5000; acked += 1000) {
            s.ack(acked);
            s.sender.onEce(s.now());
        }
        assertEquals(1, s.count(SenderCounter.ECN_REDUCTIONS));
        assertEquals("none", s.retransmit());
        assertTrue(s.sender.takeCwrDue());
        assertFalse(s.sender.takeCwrDue());
        s.at(60).ack(10_000);
        final long threshold = s.sender.ssthreshBytes();
        assertTrue(threshold <= 5000, "ssthresh " + threshold);
        assertEquals(threshold, s.cwnd());
        s.send(4000).at(110).ack(12_000);
        s.sender.onEce(s.now());
        assertEquals(2, s.count(SenderCounter.ECN_REDUCTIONS));
    }

    @AtEveryWrap
    @DisplayName("RFC 3168 6.1.2: loss in the same round trip is no second reason")
    @Clause(rfc = "RFC 3168", section = "6.1.2",
            does = "loss in the same round trip is no second reason")
    void lossInTheSameRoundTripReducesNoMore(int isn) {
        final Scenario s = scenario(isn).send(10_000).at(50).ack(1000);
        s.sender.onEce(s.now());
        final long threshold = s.sender.ssthreshBytes();
        s.event(1000, 2000, 6000);
        assertEquals("1000+1000", s.retransmit());
        assertEquals(threshold, s.sender.ssthreshBytes());
        assertEquals(1, s.count(SenderCounter.FAST_RECOVERIES));
    }

    @AtEveryWrap
    @DisplayName("RFC 3168 6.1.2: with nothing in flight an echo says nothing")
    @Clause(rfc = "RFC 3168", section = "6.1.2",
            does = "an echo with nothing in flight says nothing")
    void ignoresAnEchoOfNothing(int isn) {
        final Scenario s = scenario(isn);
        s.sender.onEce(s.now());
        assertEquals(0, s.count(SenderCounter.ECN_REDUCTIONS));
    }

    @AtEveryWrap
    @Clause(rfc = "RFC 3168", section = "6.1.2", way = Way.LINUX,
            does = "an echo by the last acknowledgement of a flight reduces; one that comes before anything above it is "
                + "acknowledged is the same congestion, as CWR cannot have arrived")
    void waitsForCwrToArrive(int isn) {
        final Scenario s = scenario(isn).send(10_000).at(50).ack(10_000);
        final long before = s.cwnd();
        s.sender.onEce(s.now());
        assertEquals(1, s.count(SenderCounter.ECN_REDUCTIONS));
        assertEquals(before / 2, s.cwnd());
        s.at(60).ack(10_000);
        s.sender.onEce(s.now());
        assertEquals(1, s.count(SenderCounter.ECN_REDUCTIONS));
        s.send(2000).at(110).ack(11_000);
        s.sender.onEce(s.now());
        assertEquals(2, s.count(SenderCounter.ECN_REDUCTIONS));
    }

    @AtEveryWrap
    @Clause(rfc = "RFC 3168", section = "6.1.2", does = "an echo in the round trip of a loss is no second reason; CWR tells of the first")
    void echoInTheRoundTripOfALossReducesNoMore(int isn) {
        final Scenario s = scenario(isn).send(10_000).at(50);
        s.event(0, 1000, 5000);
        assertEquals("0+1000", s.retransmit());
        final long threshold = s.sender.ssthreshBytes();
        s.sender.onEce(s.now());
        s.at(100).ack(10_000);
        s.sender.onEce(s.now());
        assertEquals(0, s.count(SenderCounter.ECN_REDUCTIONS));
        assertEquals(threshold, s.sender.ssthreshBytes());
        assertTrue(s.sender.takeCwrDue());
        s.send(2000).at(150).ack(12_000);
        s.sender.onEce(s.now());
        assertEquals(1, s.count(SenderCounter.ECN_REDUCTIONS));
    }

    @AtEveryWrap
    @Clause(rfc = "RFC 3168", section = "6.1.2", way = Way.LINUX,
            does = "CWR tells of every reduction, a timeout's too, and not of one undone, as tcp_ecn_withdraw_cwr")
    void cwrTellsOfEveryReduction(int isn) {
        final Scenario s = scenario(isn).send(10_000);
        s.fireUntil(SenderCounter.TIMEOUTS);
        assertTrue(s.sender.takeCwrDue());
        final Scenario undone = scenario(isn).send(10_000).at(50);
        undone.event(0, 1000, 5000);
        undone.retransmit();
        undone.at(60).ack(10_000, 0);
        assertEquals(1, undone.count(SenderCounter.REDUCTIONS_UNDONE));
        assertFalse(undone.sender.takeCwrDue());
    }

    @AtEveryWrap
    @Clause(rfc = "RFC 3168", section = "6.1.2", does = "what congestion was notified of is not undone by duplicate reports or echoes")
    void aNotifiedReductionStands(int isn) {
        final Scenario s = scenario(isn).send(10_000).at(50).ack(1000, 0);
        s.sender.onEce(s.now());
        final long threshold = s.sender.ssthreshBytes();
        s.event(1000, 2000, 6000);
        assertEquals("1000+1000", s.retransmit());
        s.at(60).event(10_000, 1000, 2000);
        s.at(60).ack(10_000, 0);
        assertEquals(0, s.count(SenderCounter.REDUCTIONS_UNDONE));
        assertEquals(threshold, s.sender.ssthreshBytes());
    }

    @AtEveryWrap
    @Clause(rfc = "RFC 3168", section = "6.1.1", does = "without negotiation ECE is ignored and counted, nothing is ECT, no CWR is due")
    void notNegotiated(int isn) {
        final Scenario s = Scenario.withSack(isn).send(10_000).at(50).ack(1000);
        s.sender.onEce(s.now());
        s.event(1000, 2000, 6000);
        assertEquals(1, s.count(SenderCounter.ECN_ECHOES_IGNORED));
        assertEquals(0, s.count(SenderCounter.ECN_REDUCTIONS));
        assertFalse(s.sender.isEct());
        assertFalse(s.sender.takeCwrDue());
        assertTrue(scenario(isn).sender.isEct());
    }

    @AtEveryWrap
    @Clause(rfc = "RFC 9438", section = "4.6", way = Way.LINUX, does = "CUBIC answers ECE with the factor of a loss, 0.7, as Linux does")
    void cubicReducesByItsBeta(int isn) {
        final Scenario s = new Scenario(isn, true, 1_000_000,
                SenderConfig.forMss(Scenario.MSS).pacing(false).ecn(true).build()).send(10_000).at(50).ack(0);
        final long before = s.cwnd();
        s.sender.onEce(s.now());
        assertEquals(before * 0.7, s.sender.ssthreshBytes(), 1);
    }

    @AtEveryWrap
    @Clause(rfc = "RFC 3168", section = "6.1.2", does = "echoes count after any number of bytes without one")
    void longAfterTheLastReduction(int isn) {
        final CongestionNotification notification = new CongestionNotification(true);
        notification.onReduced(isn);
        assertFalse(notification.isNews(true));
        notification.onAdvance(isn);
        assertFalse(notification.isNews(true));
        notification.onAdvance(isn + 1);
        assertTrue(notification.isNews(true));
        notification.onAdvance(isn + Integer.MIN_VALUE + 10);
        assertTrue(notification.isNews(true));
    }

    @AtEveryWrap
    @Clause(rfc = "RFC 3168", section = "6.1.2", way = Way.LINUX,
            does = "an echo during a recovery keeps what was reduced from being undone")
    void anEchoDuringARecoveryKeepsTheReduction(int isn) {
        final Scenario s = scenario(isn).send(10_000).at(50);
        s.event(0, 1000, 5000);
        s.retransmit();
        s.sender.onEce(s.now());
        s.at(60).ack(10_000, 0);
        assertEquals(0, s.count(SenderCounter.REDUCTIONS_UNDONE));
        assertEquals(5000, s.cwnd());
    }

    @AtEveryWrap
    @Clause(rfc = "RFC 3168", section = "6.1.2", does = "a probe that was for nothing says nothing about a notified reduction")
    void aProbeForNothingUndoesNoNotifiedReduction(int isn) {
        final Scenario s = scenario(isn).send(10_000).at(50).ack(1000);
        s.sender.onEce(s.now());
        s.at(60).ack(10_000).send(2000);
        final long threshold = s.sender.ssthreshBytes();
        s.fireUntil(SenderCounter.LOSS_PROBES);
        assertEquals("11000+1000", s.retransmit());
        s.after(10).event(12_000, 11_000, 12_000);
        assertEquals(1, s.count(SenderCounter.DSACK_BLOCKS));
        assertEquals(0, s.count(SenderCounter.REDUCTIONS_UNDONE));
        assertEquals(threshold, s.sender.ssthreshBytes());
    }
}
