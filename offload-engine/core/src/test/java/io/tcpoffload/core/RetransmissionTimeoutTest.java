// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.DisplayName;

@DisplayName("Retransmission timeout")
class RetransmissionTimeoutTest {

    @AtEveryWrap
    @DisplayName("RFC 6298 5: fires after RTO, doubles, gives up at the configured silence")
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
    void stopsWhenAllIsAcknowledged(int isn) {
        final Scenario s = Scenario.withSack(isn).send(5000).at(999);
        assertEquals(TimerAction.NONE, s.timer());
        s.ack(5000);
        assertEquals(999 + 30_000, s.timerMs());
    }

    @AtEveryWrap
    @DisplayName("RFC 6298 5.3: each acknowledgement of new data restarts it")
    void restartsOnProgress(int isn) {
        final Scenario s = Scenario.withoutSack(isn).send(5000).at(100).ack(1000);
        assertEquals(400, s.timerMs());
        s.at(200).event(1000);
        assertEquals(400, s.timerMs());
    }

    @AtEveryWrap
    @DisplayName("RFC 5681 3.1: window of one segment, half the flight as threshold, halved once for one loss")
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
    void duplicatesAfterTimeoutAreIgnored(int isn) {
        final Scenario s = Scenario.withoutSack(isn).send(10_000);
        s.fire();
        s.retransmit();
        s.after(10).event(0).event(0).event(0).event(0);
        assertEquals(0, s.count(SenderCounter.FAST_RECOVERIES));
    }

    @AtEveryWrap
    @DisplayName("A sender that takes over data in flight sends it again if nothing is heard")
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
    void aKnownRttShortensTheFirstTimeout(int isn) {
        final Scenario s = Scenario.withSack(isn);
        s.sender.seedRtt(0);
        assertEquals(1000 * Scenario.MS, s.sender.rtoNs());
        s.sender.seedRtt(20 * Scenario.MS);
        assertEquals(220 * Scenario.MS, s.sender.rtoNs());
    }
}
