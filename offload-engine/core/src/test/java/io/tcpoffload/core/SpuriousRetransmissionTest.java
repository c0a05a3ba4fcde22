// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.clauses.Way;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Retransmissions that were for nothing")
class SpuriousRetransmissionTest {

    @AtEveryWrap
    @DisplayName("RFC 2883, RFC 3708, Linux tcp_may_undo: all that was sent again came twice: the window comes back")
    @Clause(rfc = "RFC 2883", section = "5", way = Way.LINUX,
            does = "a DSACK for everything that was sent again takes the reduction back, as tcp_try_undo_dsack "
                + "does")
    @Clause(rfc = "RFC 3708", section = "3",
            does = "spurious fast retransmits are told by DSACKs that cover all of them")
    void dsackUndoesFastRecovery(int isn) {
        final Scenario s = Scenario.withSack(isn).send(10_000).at(50);
        s.event(0, 2000, 10_000);
        assertEquals("0+2000", s.retransmit());
        s.at(60).ack(10_000);
        assertEquals(5000, s.cwnd());
        s.at(100).event(10_000, 0, 1000);
        assertEquals(0, s.count(SenderCounter.REDUCTIONS_UNDONE));
        s.event(10_000, 1000, 2000);
        assertEquals(1, s.count(SenderCounter.REDUCTIONS_UNDONE));
        assertEquals(10_000, s.cwnd());
        assertEquals(Long.MAX_VALUE, s.sender.ssthreshBytes());
        assertEquals(10_000, s.sendable(20_000));
    }

    @AtEveryWrap
    @DisplayName("RFC 2883: a report about what was never sent again undoes nothing, nor does one of two")
    @Clause(rfc = "RFC 3708", section = "3",
            does = "a DSACK for what was never sent again is the path's duplication, and undoes nothing")
    void aDuplicateByThePathUndoesNothing(int isn) {
        final Scenario s = Scenario.withSack(isn).send(5000).at(50).ack(5000).send(8000).at(100);
        s.event(5000, 7000, 13_000);
        s.event(5000, 4000, 5000, 7000, 13_000);
        assertEquals("5000+2000", s.retransmit());
        s.at(150).ack(13_000);
        s.event(13_000, 7000, 8000);
        s.event(13_000, 12_000, 13_000);
        s.event(13_000, 5000, 6000);
        assertEquals(0, s.count(SenderCounter.REDUCTIONS_UNDONE));
    }

    @AtEveryWrap
    @DisplayName("RFC 5682 3.1: data that left only once arrives after the timeout: it was late, not lost")
    @Clause(rfc = "RFC 5682", section = "3.1",
            does = "after a timeout an acknowledgement of data that left only once shows it spurious: window, "
                + "threshold and flight are as before")
    void forwardRtoWithSack(int isn) {
        final Scenario s = Scenario.withSack(isn).send(10_000);
        s.fire();
        assertEquals("0+1000", s.retransmit());
        s.after(60).ack(2000);
        assertEquals(1, s.count(SenderCounter.SPURIOUS_TIMEOUTS));
        assertEquals("none", s.retransmit());
        // as it was, and grown by what was acknowledged
        assertEquals(12_000, s.cwnd());
        assertEquals(Long.MAX_VALUE, s.sender.ssthreshBytes());
    }

    @AtEveryWrap
    @DisplayName("RFC 5682 2.1: the first answer may be for either transmission, so new data goes; the second decides")
    @Clause(rfc = "RFC 5682", section = "2.1",
            does = "without SACK the first acknowledgement is answered with new data, the second decides")
    void forwardRtoWithoutSack(int isn) {
        final Scenario s = Scenario.withoutSack(isn).send(10_000);
        assertEquals(0, s.sendable(20_000));
        s.fire();
        assertEquals("0+1000", s.retransmit());
        s.after(10).ack(1000);
        assertEquals("none", s.retransmit());
        assertEquals(2000, s.sendable(20_000));
        s.send(2000);
        assertEquals("none", s.retransmit());
        s.after(10).ack(2000);
        assertEquals(1, s.count(SenderCounter.SPURIOUS_TIMEOUTS));
        assertEquals("none", s.retransmit());
    }

    @AtEveryWrap
    @DisplayName("RFC 5682 2.1 step 3a: a duplicate after the new data: the loss was real")
    @Clause(rfc = "RFC 5682", section = "2.1 step 3a",
            does = "a duplicate after the new data: the loss was real, conventional recovery")
    void aDuplicateMeansRealLoss(int isn) {
        final Scenario s = Scenario.withoutSack(isn).send(10_000);
        s.sendable(20_000);
        s.fire();
        s.retransmit();
        s.after(10).ack(1000).send(2000);
        s.after(10).event(1000);
        assertEquals("1000+1000", s.retransmit(1000));
        assertEquals(0, s.count(SenderCounter.SPURIOUS_TIMEOUTS));
        s.after(10).ack(12_000);
        assertEquals(5000, s.sender.ssthreshBytes());
    }

    @AtEveryWrap
    @DisplayName("RFC 5682 2.1 step 2b: no new data, or no window for it: the conventional way at once")
    @Clause(rfc = "RFC 5682", section = "2.1 step 2b",
            does = "without new data, or window for it, conventional recovery at once")
    void withoutNewDataTheConventionalWay(int isn) {
        final Scenario s = Scenario.withoutSack(isn).send(10_000);
        s.sendable(20_000);
        s.fire();
        s.retransmit();
        s.after(10).ack(1000);
        assertEquals("none", s.retransmit());
        assertEquals(0, s.sendable(0));
        assertEquals("1000+2000", s.retransmit());
        final Scenario shut = new Scenario(isn, false, 10_000).send(10_000);
        shut.sendable(20_000);
        shut.fire();
        shut.retransmit();
        shut.after(10).window(9000).ack(1000);
        assertEquals("1000+2000", shut.retransmit());
    }

    @AtEveryWrap
    @DisplayName("RFC 5682 3.1: SACKed before the timeout is no evidence")
    @Clause(rfc = "RFC 5682", section = "3.1",
            does = "what was SACKed before the timeout is no evidence")
    void earlierSacksProveNothing(int isn) {
        final Scenario s = Scenario.withSack(isn).send(10_000).at(50);
        s.event(0, 1000, 2000);
        s.fireUntil(SenderCounter.TIMEOUTS);
        s.retransmit();
        s.after(10).ack(2000);
        assertEquals(0, s.count(SenderCounter.SPURIOUS_TIMEOUTS));
        assertTrue(s.sender.ssthreshBytes() <= 5000);
    }

    @AtEveryWrap
    @DisplayName("RFC 3708 3: reports as large as what was sent again, but partly of something else, undo nothing")
    @Clause(rfc = "RFC 3708", section = "3",
            does = "a DSACK for what was never sent again is the path's duplication, and undoes nothing")
    void onlyReportsOfWhatWasSentAgainCount(int isn) {
        final Scenario s = Scenario.withSack(isn).send(10_000).at(50);
        s.event(0, 2000, 10_000);
        assertEquals("0+2000", s.retransmit());
        s.at(60).ack(10_000);
        s.at(100).event(10_000, 5000, 6000);
        s.event(10_000, 0, 1000);
        assertEquals(2, s.count(SenderCounter.DSACK_BLOCKS));
        assertEquals(0, s.count(SenderCounter.REDUCTIONS_UNDONE));
        assertEquals(5000, s.cwnd());
    }
}
