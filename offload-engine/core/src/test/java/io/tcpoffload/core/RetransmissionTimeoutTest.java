// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.clauses.Hostile;
import io.tcpoffload.clauses.Layer;
import io.tcpoffload.clauses.Way;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Retransmission timeout")
class RetransmissionTimeoutTest {

    @AtEveryWrap
    @DisplayName("RFC 6298 5: fires after RTO, doubles, gives up at the configured silence")
    @Clause(rfc = "RFC 6298", section = "5.5",
            does = "each timeout doubles the next")
    @Clause(rfc = "RFC 9293", section = "3.8.3", way = Way.LINUX,
            does = "a viewer that acknowledges nothing for 60 s (R2, a setting) is reset")
    void backsOffAndGivesUp(int isn) {
        final Scenario s = Scenario.withSack(isn).send(5000);
        long expected = 1000;
        long at = 0;
        while (at + expected < 60_000) {
            at += expected;
            assertEquals(at, s.timerMs());
            assertEquals(TimerAction.RETRANSMIT, s.fire());
            assertEquals("0+1000", s.retransmit());
            assertEquals("none", s.retransmit());
            expected *= 2;
        }
        assertEquals(60_000, s.timerMs());
        assertEquals(TimerAction.GIVE_UP, s.fire());
        assertEquals(TimerAction.GIVE_UP, s.after(1).timer());
        s.sender.onReset();
        assertEquals(-1, s.timerMs());
    }

    @AtEveryWrap
    @DisplayName("RFC 6298 5: does nothing early, and stops when all is acknowledged")
    @Clause(rfc = "RFC 6298", section = "5.2",
            does = "the timer stops when all data is acknowledged")
    void stopsWhenAllIsAcknowledged(int isn) {
        final Scenario s = Scenario.withSack(isn).send(5000).at(999);
        assertEquals(TimerAction.NONE, s.timer());
        s.ack(5000);
        assertEquals(999 + 30_000, s.timerMs());
    }

    @AtEveryWrap
    @DisplayName("RFC 6298 5.3: each acknowledgement of new data restarts it")
    @Clause(rfc = "RFC 6298", section = "5.3",
            does = "an acknowledgement of new data restarts the timer, a duplicate does not")
    void restartsOnProgress(int isn) {
        final Scenario s = Scenario.withoutSack(isn).send(5000).at(100).ack(1000);
        assertEquals(400, s.timerMs());
        s.at(200).event(1000);
        assertEquals(400, s.timerMs());
    }

    @AtEveryWrap
    @DisplayName("RFC 5681 3.1: window of one segment, half the flight as threshold, halved once for one loss")
    @Clause(rfc = "RFC 5681", section = "3.1",
            does = "a timeout sets the window to one segment and the threshold to half the flight, once for one "
                + "loss")
    void collapsesTheWindow(int isn) {
        final Scenario s = Scenario.withSack(isn).send(10_000);
        s.fire();
        assertEquals(1000, s.cwnd());
        assertEquals(5000, s.sender.ssthreshBytes());
        s.retransmit();
        s.fire();
        assertEquals(5000, s.sender.ssthreshBytes());
    }

    @AtEveryWrap
    @DisplayName("RFC 5681 3.1: after the timeout slow start sends the rest of the flight again")
    @Clause(rfc = "RFC 5681", section = "3.1",
            does = "after a timeout slow start sends the rest of the flight again, before new data")
    void slowStartRebuildsTheFlight(int isn) {
        final Scenario s = Scenario.withoutSack(isn).send(8000);
        s.fire();
        assertEquals("0+1000", s.retransmit());
        s.after(10).ack(1000);
        assertEquals("1000+2000", s.retransmit());
        assertEquals("none", s.retransmit());
        s.after(10).ack(3000);
        assertEquals("3000+4000", s.retransmit());
        assertEquals(0, s.sendable(1000));
        s.after(10).ack(8000);
        assertEquals("none", s.retransmit());
        assertTrue(s.sendable(10_000) > 0);
    }

    @AtEveryWrap
    @DisplayName("RFC 6675 5.1: what the viewer SACKed is not sent again after a timeout")
    @Clause(rfc = "RFC 6675", section = "5.1", way = Way.LINUX,
            does = "a timeout keeps the SACK information, and what is SACKed is not sent again")
    void keepsSackedDataOverATimeout(int isn) {
        final Scenario s = Scenario.withSack(isn).send(10_000);
        s.at(50).event(0, 4000, 5000);
        s.fireUntil(SenderCounter.TIMEOUTS);
        assertEquals("0+1000", s.retransmit());
        s.after(50).ack(1000);
        assertEquals("1000+2000", s.retransmit());
        s.after(50).ack(3000);
        assertEquals("3000+1000", s.retransmit());
        assertEquals("5000+3000", s.retransmit());
    }

    @AtEveryWrap
    @DisplayName("RFC 2018 8: a viewer that threw SACKed data away gets it again")
    @Clause(rfc = "RFC 2018", section = "8", way = Way.LINUX,
            does = "a timeout at which the first byte is SACKed shows that the viewer reneged: all SACKs are "
                + "forgotten, as tcp_check_sack_reneging does")
    @Hostile(value = "SACK outside", layer = Layer.CORE, counter = "sender_reneges")
    void reneging(int isn) {
        final Scenario s = Scenario.withSack(isn).send(10_000);
        s.at(50).event(0, 1000, 10_000);
        assertEquals("0+1000", s.retransmit());
        s.at(100).ack(1000);
        assertEquals("none", s.retransmit());
        assertEquals(TimerAction.RETRANSMIT, s.fire());
        assertEquals(1, s.count(SenderCounter.RENEGES));
        assertEquals("1000+1000", s.retransmit());
        s.after(10).ack(2000);
        assertEquals("2000+2000", s.retransmit());
    }

    @AtEveryWrap
    @DisplayName("RFC 6298 3, Karn: no sample from what was sent again; back-off stays until a sample comes")
    @Clause(rfc = "RFC 6298", section = "3",
            does = "Karn: no sample from data sent again")
    @Clause(rfc = "RFC 6298", section = "5",
            does = "back-off stays until a valid sample comes")
    void karn(int isn) {
        final Scenario s = Scenario.withSack(isn).send(1000);
        s.fire();
        s.retransmit();
        s.after(10).ack(1000);
        assertEquals(0, s.sender.srttNs());
        assertEquals(2000 * Scenario.MS, s.sender.rtoNs());
        s.send(1000).after(20).ack(2000);
        assertEquals(20 * Scenario.MS, s.sender.srttNs());
        assertEquals(220 * Scenario.MS, s.sender.rtoNs());
    }

    @AtEveryWrap
    @DisplayName("RFC 6582 4: without SACK a timeout's own duplicates start no fast retransmit")
    @Clause(rfc = "RFC 6582", section = "4",
            does = "without SACK the duplicates that a timeout itself causes start no fast retransmit")
    void duplicatesAfterTimeoutAreIgnored(int isn) {
        final Scenario s = Scenario.withoutSack(isn).send(10_000);
        s.fire();
        s.retransmit();
        s.after(10).event(0).event(0).event(0).event(0);
        assertEquals(0, s.count(SenderCounter.FAST_RECOVERIES));
    }

    @AtEveryWrap
    @DisplayName("A sender that takes over data in flight sends it again if nothing is heard")
    @Clause(rfc = "RFC 6298", section = "5.1",
            does = "data in flight that was taken over has the timer running, and gives no sample")
    void resumesWithDataInFlight(int isn) {
        final SenderConfig config = SenderConfig.forMss(1000).build();
        final Sender sender = new Sender(config, isn, isn + 3000, 100_000, true, 0);
        assertEquals(3000, sender.inFlight());
        assertEquals(TimerAction.RETRANSMIT, sender.onTimer(config.initialRtoNs()));
        final Range range = new Range();
        assertTrue(sender.nextRetransmission(range, 65_535, config.initialRtoNs()));
        assertEquals(isn, range.seq());
        sender.onAck(isn + 3000, 100_000, 1, config.initialRtoNs());
        assertEquals(0, sender.inFlight());
    }

    @AtEveryWrap
    @Clause(rfc = "RFC 6298", section = "2.2",
            does = "the kernel's round-trip time at take-over is the first sample")
    void aKnownRttShortensTheFirstTimeout(int isn) {
        final Scenario s = Scenario.withSack(isn);
        s.sender.seedRtt(0);
        assertEquals(1000 * Scenario.MS, s.sender.rtoNs());
        s.sender.seedRtt(20 * Scenario.MS);
        assertEquals(220 * Scenario.MS, s.sender.rtoNs());
    }
}
