// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.clauses.Way;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Tail loss probe")
class TailLossProbeTest {

    /** One segment acknowledged after 50 ms, so that the round-trip time is known. */
    private static Scenario measured(int isn) {
        return Scenario.withSack(isn).send(1000).at(50).ack(1000);
    }

    @AtEveryWrap
    @DisplayName("RFC 8985 7.2, 7.3: after two round trips of silence the last segment goes again, and the window stays")
    @Clause(rfc = "RFC 8985", section = "7.2",
            does = "a flight without answer is probed after two round trips and 2 ms")
    @Clause(rfc = "RFC 8985", section = "7.3",
            does = "the probe is the last segment again, changes no window and is not repeated")
    void sendsTheLastSegmentAgain(int isn) {
        final Scenario s = measured(isn).send(5000);
        assertEquals(50 + 102, s.timerMs());
        assertEquals(TimerAction.RETRANSMIT, s.fire());
        assertEquals("5000+1000", s.retransmit());
        assertEquals("none", s.retransmit());
        assertEquals(10_000, s.cwnd());
        assertEquals(1, s.count(SenderCounter.LOSS_PROBES));
        // the retransmission timer starts anew, and no second probe follows
        assertEquals(152 + 250, s.timerMs());
        s.fire();
        assertEquals(1, s.count(SenderCounter.TIMEOUTS));
        assertEquals("1000+1000", s.retransmit());
    }

    @AtEveryWrap
    @DisplayName("RFC 8985 7.3: of a post that does not fill its last segment, the bytes of that go again")
    @Clause(rfc = "RFC 8985", section = "7.3",
            does = "of a post that does not fill its last segment the bytes of that are the probe")
    void sendsTheLastBytesAgain(int isn) {
        final Scenario s = measured(isn).send(2300);
        s.fire();
        assertEquals("3000+300", s.retransmit());
    }

    @AtEveryWrap
    @DisplayName("RFC 8985 7.2: a single segment is given the time of a delayed acknowledgement, the timeout at most")
    @Clause(rfc = "RFC 8985", section = "7.2", way = Way.LINUX,
            does = "with one segment in flight the delayed-acknowledgement time of 200 ms is added; the timeout is "
                + "the bound")
    void aSingleSegmentMayBeAcknowledgedLate(int isn) {
        final Scenario s = measured(isn).send(700);
        assertEquals(50 + 250, s.timerMs());
        s.fire();
        assertEquals(0, s.count(SenderCounter.TIMEOUTS));
        assertEquals("1000+700", s.retransmit());
    }

    @AtEveryWrap
    @DisplayName("RFC 8985 7.3: the FIN is a last segment, too")
    @Clause(rfc = "RFC 8985", section = "7.3",
            does = "the FIN is a last segment, too")
    void probesForTheFin(int isn) {
        final Scenario s = measured(isn).send(2000);
        s.sender.queueFin();
        assertTrue(s.sender.finDue(s.now()));
        s.sender.onFinSent(s.now());
        s.fire();
        assertEquals("3000+FIN", s.retransmit());
    }

    @AtEveryWrap
    @DisplayName("RFC 8985 7.3: new data goes rather than old, a segment beyond the window")
    @Clause(rfc = "RFC 8985", section = "7.3",
            does = "new data is the better probe, a segment beyond the window")
    void newDataIsTheBetterProbe(int isn) {
        final Scenario s = measured(isn);
        s.send(s.sendable(50_000));
        assertEquals(0, s.sendable(50_000));
        assertEquals(TimerAction.NONE, s.fire());
        assertEquals("none", s.retransmit());
        assertEquals(1000, s.sendable(50_000));
        s.send(1000);
        assertEquals(0, s.sendable(50_000));
        s.after(50).ack(s.nxt());
        s.send(1000).after(50).ack(s.nxt());
        assertEquals(0, s.count(SenderCounter.TAIL_LOSSES_REPAIRED));
    }

    @AtEveryWrap
    @DisplayName("Linux tcp_send_loss_probe: data that Nagle holds back goes as the probe, if the window takes it")
    @Clause(rfc = "RFC 8985", section = "7.3", way = Way.LINUX,
            does = "new data that Nagle's algorithm holds back is the probe, if the window takes all of it or a full segment")
    void whatIsHeldBackIsTheProbe(int isn) {
        final Scenario s = measured(isn).send(700);
        s.sender.holdBack(300);
        assertEquals(0, s.sendable(0));
        assertEquals(TimerAction.NONE, s.fire());
        assertEquals("none", s.retransmit());
        assertTrue(s.sender.probesWithNewData());
        s.send(300);

        final Scenario shut = measured(isn).window(900).ack(1000).send(700);
        shut.sender.holdBack(300);
        assertEquals(TimerAction.RETRANSMIT, shut.fire());
        assertEquals("1000+700", shut.retransmit());
    }

    @AtEveryWrap
    @Clause(rfc = "RFC 8985", section = "7.2", way = Way.LINUX,
            does = "there are probes after a reduction that ECE asked for, too (TCP_CA_CWR)")
    void aReductionByEcePutsNoProbeOff(int isn) {
        final Scenario s = new Scenario(isn, true, 1_000_000, SenderConfig.forMss(Scenario.MSS).pacing(false).ecn(true).build())
                .send(1000).at(50).ack(1000).send(5000);
        s.sender.onEce(s.now());
        assertTrue(s.sender.isRecovering());
        s.fire();
        assertEquals(1, s.count(SenderCounter.LOSS_PROBES));
        assertEquals("5000+1000", s.retransmit());
    }

    @AtEveryWrap
    @DisplayName("RFC 8985 7: the answer to the probe shows the lost tail, which is recovered without a timeout")
    @Clause(rfc = "RFC 8985", section = "7",
            does = "the answer to a probe shows the lost tail, which is recovered without a timeout")
    void aLostTailIsRecovered(int isn) {
        final Scenario s = measured(isn).send(5000);
        s.fire();
        assertEquals("5000+1000", s.retransmit());
        s.after(50).event(1000, 5000, 6000);
        assertEquals(1, s.count(SenderCounter.FAST_RECOVERIES));
        assertEquals("1000+1000", s.retransmit());
        s.after(50).ack(2000);
        assertEquals("2000+2000", s.retransmit());
        assertEquals(0, s.count(SenderCounter.TIMEOUTS));
    }

    @AtEveryWrap
    @DisplayName("RFC 8985 7.4 case 2: a loss that the probe repaired reduces the window")
    @Clause(rfc = "RFC 8985", section = "7.4 case 2",
            does = "a loss that the probe repaired reduces the window")
    void aRepairedLossReducesTheWindow(int isn) {
        final Scenario s = measured(isn).send(5000).at(100).ack(5000);
        s.fire();
        assertEquals("5000+1000", s.retransmit());
        s.after(50).ack(6000);
        assertEquals(0, s.count(SenderCounter.TAIL_LOSSES_REPAIRED));
        s.send(2000).after(50).ack(8000);
        assertEquals(1, s.count(SenderCounter.TAIL_LOSSES_REPAIRED));
        assertTrue(s.sender.ssthreshBytes() < 10_000);
    }

    @AtEveryWrap
    @DisplayName("RFC 8985 7.4 case 1: a probe reported as a duplicate does not")
    @Clause(rfc = "RFC 8985", section = "7.4 case 1",
            does = "a probe reported as a duplicate does not")
    void anUnneededProbeCostsNothing(int isn) {
        final Scenario s = measured(isn).send(5000).at(100).ack(5000);
        s.fire();
        s.retransmit();
        s.after(5).ack(6000);
        s.after(45).event(6000, 5000, 6000);
        s.send(2000).after(50).ack(8000);
        assertEquals(0, s.count(SenderCounter.TAIL_LOSSES_REPAIRED));
        assertEquals(Long.MAX_VALUE, s.sender.ssthreshBytes());
    }

    @AtEveryWrap
    @DisplayName("RFC 8985 7.2: no probe without SACK, nor beyond a window that was taken back")
    @Clause(rfc = "RFC 8985", section = "7.2",
            does = "no probe without SACK, nor beyond a window that was taken back")
    void noProbeWhereItCouldNotTell(int isn) {
        final Scenario without = Scenario.withoutSack(isn).send(1000).at(50).ack(1000).send(5000);
        without.fire();
        assertEquals(1, without.count(SenderCounter.TIMEOUTS));
        final Scenario shrunk = measured(isn).send(5000).at(60).window(2000).ack(2000);
        shrunk.fire();
        assertEquals(0, shrunk.count(SenderCounter.LOSS_PROBES));
    }

    @AtEveryWrap
    @DisplayName("RFC 8985 7.2: each transmission of new data puts the probe off")
    @Clause(rfc = "RFC 8985", section = "7.2",
            does = "each transmission of new data puts the probe off")
    void newDataPutsTheProbeOff(int isn) {
        final Scenario s = measured(isn).send(2000).at(100).send(2000);
        assertEquals(202, s.timerMs());
    }

    @AtEveryWrap
    @Clause(rfc = "RFC 8985", section = "7.2", way = Way.LINUX,
            does = "two small segments are no single one, so their probe does not wait for a delayed acknowledgement")
    void twoSmallSegmentsAreTwo(int isn) {
        final Scenario s = Scenario.withSack(isn).send(1000).at(20).ack(1000).send(300);
        // the timeout is earlier than the probe would be: 20 + 200 ms
        assertEquals(20 + 220, s.timerMs());
        s.send(300);
        assertEquals(20 + 40 + 2, s.timerMs());
    }
}
