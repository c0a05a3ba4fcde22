// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.clauses.Hostile;
import io.tcpoffload.clauses.Layer;
import io.tcpoffload.clauses.Way;
import org.junit.jupiter.api.DisplayName;

@DisplayName("What echoed timestamps tell: spurious retransmissions and round-trip times")
class EifelTest {

    @AtEveryWrap
    @Clause(rfc = "RFC 3522", section = "3.2", way = Way.LINUX,
            does = "an echo older than the first retransmission undoes fast recovery, as tcp_try_undo_recovery")
    void undoesFastRecovery(int isn) {
        final Scenario s = Scenario.withSack(isn).send(10_000).at(50);
        s.event(0, 1000, 10_000);
        assertEquals("0+1000", s.retransmit());
        assertEquals(5000, s.sender.ssthreshBytes());
        s.at(60).ack(10_000, 0);
        assertEquals(1, s.count(SenderCounter.REDUCTIONS_UNDONE));
        assertEquals(10_000, s.cwnd());
        assertEquals(Long.MAX_VALUE, s.sender.ssthreshBytes());
        assertEquals(1, s.count(SenderCounter.REORDERING_SEEN));
    }

    @AtEveryWrap
    @Clause(rfc = "RFC 3522", section = "3.2", does = "an echo of the retransmission, or from its millisecond, undoes nothing")
    void keepsTheReductionAfterLoss(int isn) {
        for (final long echoMs : new long[] {50, 51}) {
            final Scenario s = Scenario.withSack(isn).send(10_000).at(50);
            s.event(0, 1000, 10_000);
            s.retransmit();
            s.at(100).ack(10_000, echoMs);
            assertEquals(0, s.count(SenderCounter.REDUCTIONS_UNDONE));
            assertEquals(5000, s.cwnd());
        }
    }

    @AtEveryWrap
    @Clause(rfc = "RFC 3522", section = "3.2", does = "without timestamps nothing is concluded from the time")
    void concludesNothingWithoutTimestamps(int isn) {
        final Scenario s = Scenario.withSack(isn).send(10_000).at(50);
        s.event(0, 1000, 10_000);
        s.retransmit();
        s.at(51).ack(10_000);
        assertEquals(0, s.count(SenderCounter.REDUCTIONS_UNDONE));
    }

    @AtEveryWrap
    @Clause(rfc = "RFC 4015", section = "3.2", way = Way.LINUX,
            does = "a partial acknowledgement undoes once no retransmission is out, and until then nothing more "
                + "counts as lost, as tcp_try_undo_partial")
    void undoesAtAPartialAcknowledgement(int isn) {
        final Scenario s = Scenario.withSack(isn).send(10_000).at(50);
        s.event(0, 1000, 2000, 3000, 10_000);
        assertEquals("0+1000", s.retransmit());
        s.at(52).event(0, 3000, 10_000);
        assertEquals("2000+1000", s.retransmit());
        s.at(60).ack(2000, 0);
        assertEquals(0, s.count(SenderCounter.REDUCTIONS_UNDONE), "2000 is out again");
        s.at(61).ack(10_000, 0);
        assertEquals(1, s.count(SenderCounter.REDUCTIONS_UNDONE));
        assertEquals(10_000, s.cwnd());

        final Scenario one = Scenario.withSack(isn).send(10_000).at(50);
        one.event(0, 1000, 9000);
        assertEquals("0+1000", one.retransmit());
        one.at(60).ack(9000, 0);
        assertEquals(1, one.count(SenderCounter.REDUCTIONS_UNDONE));
        assertEquals(10_000, one.cwnd());
        assertEquals("none", one.retransmit());
    }

    @AtEveryWrap
    @Clause(rfc = "RFC 3522", section = "3.2", way = Way.LINUX,
            does = "what is acknowledged before anything left again was late, as tcp_packet_delayed of a "
                + "retransmission that still waits")
    void undoesBeforeAnythingLeftAgain(int isn) {
        final Scenario s = Scenario.withSack(isn).send(10_000).at(50);
        s.event(0, 1000, 10_000);
        s.ack(10_000);
        assertEquals(1, s.count(SenderCounter.REDUCTIONS_UNDONE));
        assertEquals("none", s.retransmit());
    }

    @AtEveryWrap
    @Clause(rfc = "RFC 4015", section = "3", way = Way.LINUX,
            does = "an echo older than the retransmission undoes a timeout at the first acknowledgement, as tcp_try_undo_loss")
    void undoesATimeout(int isn) {
        for (final boolean sack : new boolean[] {true, false}) {
            final Scenario s = new Scenario(isn, sack, 1_000_000).send(10_000);
            s.fireUntil(SenderCounter.TIMEOUTS);
            assertEquals("0+1000", s.retransmit());
            s.after(5).ack(1000, 0);
            assertEquals(1, s.count(SenderCounter.SPURIOUS_TIMEOUTS));
            assertEquals("none", s.retransmit());
            assertTrue(s.cwnd() >= 10_000, () -> "cwnd " + s.cwnd());
            assertEquals(Long.MAX_VALUE, s.sender.ssthreshBytes());
        }
    }

    @AtEveryWrap
    @Clause(rfc = "RFC 3522", section = "3.2", does = "an echo of the retransmission: the timeout was for a loss")
    void keepsTheTimeoutAfterLoss(int isn) {
        final Scenario s = Scenario.withSack(isn).send(10_000);
        s.fireUntil(SenderCounter.TIMEOUTS);
        final long sentMs = s.nowMs();
        s.retransmit();
        s.after(50).ack(1000, sentMs);
        assertEquals(0, s.count(SenderCounter.SPURIOUS_TIMEOUTS));
        assertEquals("1000+2000", s.retransmit());
    }

    @AtEveryWrap
    @Clause(rfc = "RFC 7323", section = "4.1",
            does = "what left again is measured by its echo, which ends the back-off; by time alone it is not (Karn)")
    void measuresRetransmissions(int isn) {
        final Scenario s = Scenario.withSack(isn).send(1000).after(20).ack(1000, 0).send(1000);
        s.fireUntil(SenderCounter.TIMEOUTS);
        final long sentMs = s.nowMs();
        s.retransmit();
        final long backedOff = s.sender.rtoNs();
        s.after(36).ack(2000);
        assertEquals(backedOff, s.sender.rtoNs());

        final Scenario t = Scenario.withSack(isn).send(1000).after(20).ack(1000, 0).send(1000);
        t.fireUntil(SenderCounter.TIMEOUTS);
        t.retransmit();
        t.after(36).ack(2000, sentMs);
        assertEquals(22 * Scenario.MS, t.sender.srttNs());
        assertEquals(222 * Scenario.MS, t.sender.rtoNs());
    }

    @AtEveryWrap
    @Hostile(value = "old timestamps, TSecr never sent, timestamps missing", layer = Layer.CORE)
    @Clause(rfc = "RFC 7323", section = "4.1",
            does = "an echo from the future, from before the connection, or of what had arrived long before is not believed")
    void believesNoImpossibleEcho(int isn) {
        for (final long echoMs : new long[] {400, 10_000, -2, 10, 291, Long.MIN_VALUE / Scenario.MS + 1}) {
            final Scenario s = Scenario.withSack(isn).send(1000).at(20).ack(1000, 0);
            s.at(40).send(1000).at(60).ack(2000, 40).send(5000).at(120);
            s.event(2000, 3000, 7000);
            s.retransmit();
            final long srttNs = s.sender.srttNs();
            s.at(300).ack(7000, echoMs);
            assertEquals(1, s.count(SenderCounter.ECHOES_IGNORED), () -> "echo " + echoMs);
            assertEquals(srttNs, s.sender.srttNs());
            assertEquals(0, s.count(SenderCounter.REDUCTIONS_UNDONE));
        }
    }

    @AtEveryWrap
    void believesAnEchoThatCameFasterThanAllBefore(int isn) {
        final Scenario s = Scenario.withSack(isn).send(1000).at(100).ack(1000, 0);
        s.at(200).send(1000).at(600).timer();
        s.retransmit();
        final long srttNs = s.sender.srttNs();
        s.at(610).ack(2000, 600);
        assertEquals(0, s.count(SenderCounter.ECHOES_IGNORED));
        assertTrue(s.sender.srttNs() < srttNs, "10 ms is a sample: " + s.sender.srttNs());
    }

    @AtEveryWrap
    @Clause(rfc = "RFC 8985", section = "6.2",
            does = "step 2: what was sent again after the echoed time is not what was acknowledged, so nothing that left before it "
                + "is lost")
    void rackIgnoresWhatTheEchoRulesOut(int isn) {
        final Scenario s = holeBehindNewData(isn);
        // the first transmission of 8000 to 9000 was late: the retransmission of 0 to 1000 brings all
        s.at(110).ack(10_000, 50);
        s.at(130).timer();
        assertEquals("none", s.retransmit());
        assertEquals(1, s.count(SenderCounter.FAST_RECOVERIES));
        // without an echo it may have been the retransmission, which overtook what left at 52 ms
        final Scenario t = holeBehindNewData(isn);
        t.at(110).ack(10_000).at(130).timer();
        assertEquals("10000+1000", t.retransmit());
    }

    @AtEveryWrap
    @Clause(rfc = "RFC 8985", section = "6.2",
            does = "step 2 by the echo is not for SACKed data, which leaves TS.Recent alone (RFC 7323 4.3): what left before a "
                + "retransmission that was SACKed is lost")
    void rackBelievesASackedRetransmission(int isn) {
        final Scenario s = Scenario.withSack(isn).send(10_000).at(50);
        s.event(0, 2000, 7000);
        assertEquals("0+1000", s.retransmit(1000));
        s.at(51).event(0, 2000, 8000);
        assertEquals("1000+1000", s.retransmit());
        s.at(55).event(0, 2000, 8000, 9000, 10_000);
        assertEquals("8000+1000", s.retransmit());
        s.at(110).eventEchoing(50 * Scenario.MS, 1000, 2000, 10_000);
        assertEquals("1000+1000", s.retransmit());
    }

    /** 0 to 1000 left again at 50 ms, new data at 52 ms, 8000 to 9000 again at 55 ms. */
    private static Scenario holeBehindNewData(int isn) {
        final Scenario s = Scenario.withSack(isn).send(10_000).at(50);
        s.event(0, 1000, 6000);
        assertEquals("0+1000", s.retransmit());
        s.at(52).event(0, 1000, 8000);
        s.send(1000);
        s.at(55).event(0, 1000, 8000, 9000, 10_000);
        assertEquals("8000+1000", s.retransmit());
        return s;
    }
}
