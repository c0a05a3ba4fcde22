// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.clauses.Way;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Recovery, as a whole sender does it")
class RecoveryScenarioTest {

    private static Scenario window20(int isn) {
        return new Scenario(isn, true, 1_000_000, SenderConfig.forMss(Scenario.MSS).initialCwndSegments(20)
                .congestionAlgorithm(CongestionAlgorithm.NEW_RENO).pacing(false).build()).send(20_000).after(50);
    }

    @AtEveryWrap
    @DisplayName("RFC 6937 3: three losses of 20: each acknowledgement lets out its share, at the end ssthresh is in flight")
    @Clause(rfc = "RFC 6937", section = "3",
            does = "several losses: holes first, each once, a share for each acknowledgement, ssthresh in the network at the end")
    void severalLosses(int isn) {
        final Scenario s = window20(isn);
        // 1, 5 and 9 are lost; the rest arrives one by one
        final List<String> again = new ArrayList<>();
        int fresh = 0;
        int left = 1000;
        for (int right = 2000; right <= 20_000; right += 1000) {
            if (right == 6000 || right == 10_000) {
                left = right;
                continue;
            }
            s.event(0, left, right);
            int out = 0;
            String range = s.retransmit(1000);
            while (!range.equals("none")) {
                again.add(range);
                out++;
                range = s.retransmit(1000);
            }
            for (int n = s.sendable(1000); n > 0; n = s.sendable(1000)) {
                s.send(n);
                fresh++;
                out++;
            }
            assertTrue(out <= 1, "a burst of " + out + " after " + right);
        }
        assertEquals(List.of("0+1000", "5000+1000", "9000+1000"), again);
        // half of what arrived left, what limited transmit gave first being part of it
        assertEquals(10_000, s.sender.pipeBytes(), 1000);
        assertEquals(10, again.size() + fresh, 1);
        s.after(50).ack(20_000);
        assertEquals(10_000, s.cwnd());
        assertEquals(1, s.count(SenderCounter.FAST_RECOVERIES));
    }

    @AtEveryWrap
    @DisplayName("RFC 8985 6.2 step 4: after DSACKs of two rounds a hole waits three quarters of the least round-trip time")
    @Clause(rfc = "RFC 8985", section = "6.2 step 4",
            does = "each round with a DSACK widens the reordering window by a quarter of the least round-trip time, to "
                + "one smoothed round trip at most, for 16 recoveries")
    void dsacksWidenTheWindowOfASender(int isn) {
        final Scenario s = Scenario.withSack(isn).send(1000).at(40).ack(1000);
        int acked = 1000;
        for (int round = 0; round < 2; round++) {
            // a segment late by more than its time: sent again for nothing, which the viewer reports
            s.send(4000).after(40).event(acked, acked + 1000, acked + 4000);
            assertEquals(acked + "+1000", s.retransmit());
            s.after(5).ack(acked + 4000);
            s.after(35).event(acked + 4000, acked, acked + 1000);
            acked += 4000;
        }
        assertEquals(2, s.count(SenderCounter.DSACK_BLOCKS));
        assertEquals(2, s.count(SenderCounter.REDUCTIONS_UNDONE));
        s.send(4000).after(40).event(9000, 10_000, 11_000);
        assertEquals("none", s.retransmit());
        assertEquals(s.nowMs() + 30, s.timerMs());
    }

    @AtEveryWrap
    @DisplayName("RFC 8985 6.2: a retransmission lost three times in a row is found three times, without a timeout")
    @Clause(rfc = "RFC 8985", section = "6.2 step 5",
            does = "a retransmission lost again and again is found each time, without a timeout")
    void aRetransmissionLostAgainAndAgain(int isn) {
        final Scenario s = Scenario.withSack(isn).send(10_000).at(50);
        s.event(0, 1000, 10_000);
        int sacked = 10_000;
        for (int i = 0; i < 3; i++) {
            assertEquals("0+1000", s.retransmit());
            s.after(1).send(1000);
            s.after(50).event(0, 1000, sacked += 1000);
        }
        assertEquals("0+1000", s.retransmit());
        s.after(50).ack(sacked);
        assertEquals(sacked, s.una());
        assertEquals(0, s.count(SenderCounter.TIMEOUTS));
        assertEquals(1, s.count(SenderCounter.FAST_RECOVERIES));
        assertEquals(4, s.sender.retransmittedSegments());
    }

    @AtEveryWrap
    @DisplayName("RFC 2018 4: the same holes are left, in whatever order the blocks come")
    @Clause(rfc = "RFC 2018", section = "4",
            does = "SACK ranges merge in whatever order they come; a block inside a known one is no news")
    void blocksInAnyOrder(int isn) {
        final int[][] blocks = {{1000, 2000}, {2000, 3000}, {4000, 5000}, {6000, 10_000}};
        for (int order = 0; order < 24; order++) {
            final Scenario s = Scenario.withSack(isn).send(10_000).at(50);
            final List<Integer> rest = new ArrayList<>(List.of(0, 1, 2, 3));
            for (int left = 4, code = order; left > 0; code /= left, left--) {
                final int[] block = blocks[rest.remove(code % left)];
                s.event(0, block);
            }
            // blocks out of order are reordering, after which holes are given time
            if (s.count(SenderCounter.REORDERING_SEEN) > 0) {
                s.fire();
            }
            assertEquals(0, s.sender.pipeBytes(), "order " + order);
            final List<String> again = new ArrayList<>();
            for (final int upTo : new int[] {3000, 5000, 10_000}) {
                for (String range = s.retransmit(); !range.equals("none"); range = s.retransmit()) {
                    again.add(range);
                }
                s.after(50).ack(upTo);
            }
            assertEquals(List.of("0+1000", "3000+1000", "5000+1000"), again, "order " + order);
        }
    }

    @AtEveryWrap
    @DisplayName("RFC 3708: a timeout whose retransmissions all came twice is undone by the DSACKs")
    @Clause(rfc = "RFC 3708", section = "3", does = "DSACKs for all that a timeout sent again take its reduction back")
    void dsacksUndoATimeout(int isn) {
        final Scenario s = Scenario.withSack(isn).send(2000);
        s.fireUntil(SenderCounter.TIMEOUTS);
        assertEquals("0+1000", s.retransmit());
        // the first acknowledgement covers the retransmission alone: F-RTO can't tell
        s.after(5).ack(1000);
        assertEquals("1000+1000", s.retransmit());
        s.after(5).ack(2000);
        assertTrue(s.sender.ssthreshBytes() < 10_000);
        s.after(5).event(2000, 0, 1000);
        s.event(2000, 1000, 2000);
        assertEquals(1, s.count(SenderCounter.REDUCTIONS_UNDONE));
        assertEquals(Long.MAX_VALUE, s.sender.ssthreshBytes());
    }

    @AtEveryWrap
    @DisplayName("RFC 6298 5.7: what is sent after a timeout without progress has the backed-off timer")
    @Clause(rfc = "RFC 6298", section = "5.5", does = "each timeout doubles the next")
    @Clause(rfc = "RFC 6298", section = "5.2", does = "the first valid sample ends the back-off")
    void backOffEndsWithASample(int isn) {
        final Scenario s = Scenario.withSack(isn).send(1000).at(50).ack(1000).send(1000);
        s.fireUntil(SenderCounter.TIMEOUTS);
        s.retransmit();
        final long first = s.nowMs();
        s.fireUntil(SenderCounter.TIMEOUTS);
        assertEquals(first + 500, s.nowMs());
        s.retransmit();
        assertEquals(s.nowMs() + 1000, s.timerMs());
        assertEquals(2, s.sender.timeoutsInARow());
        s.after(10).ack(2000);
        assertEquals(0, s.sender.timeoutsInARow());
        s.send(1000).after(50).ack(3000);
        assertEquals(250 * Scenario.MS, s.sender.rtoNs(), 20 * Scenario.MS);
    }

    @AtEveryWrap
    @DisplayName("Linux tcp_dsack_seen: a path that duplicates does not widen the reordering window")
    @Clause(rfc = "RFC 8985", section = "6.2 step 4", way = Way.LINUX,
            does = "DSACKs for more than was sent again show a path that duplicates, and widen nothing (tcp_dsack_seen)")
    void aPathThatDuplicatesWidensNothing(int isn) {
        final Scenario s = Scenario.withSack(isn).send(1000).at(40).ack(1000);
        s.event(1000, 0, 1000);
        s.send(4000).after(40).event(1000, 2000, 3000);
        assertEquals("none", s.retransmit());
        assertEquals(s.nowMs() + 10, s.timerMs());
    }

    @AtEveryWrap
    @DisplayName("RFC 8985 6.3, Linux tcp_rack_reo_timeout: loss found by the clock in a recovery lets one segment out")
    @Clause(rfc = "RFC 8985", section = "6.3", way = Way.LINUX,
            does = "loss found by the clock during recovery lets one segment out, whatever PRR's room is")
    void lossFoundByTheClockLetsASegmentOut(int isn) {
        final Scenario s = Scenario.withSack(isn).send(3000).at(40);
        // the path reorders, so holes are given time
        s.event(0, 1000, 2000);
        s.ack(3000);
        assertEquals(1, s.count(SenderCounter.REORDERING_SEEN));
        s.send(4000).after(5).send(4000).after(40).event(3000, 4000, 7000);
        assertEquals("none", s.retransmit());
        s.fire();
        assertEquals("3000+1000", s.retransmit());
        s.after(1).event(3000, 8000, 11_000, 4000, 7000);
        for (int n = s.sendable(50_000); n > 0; n = s.sendable(50_000)) {
            s.send(n);
        }
        assertEquals("none", s.retransmit());
        assertEquals(TimerAction.RETRANSMIT, s.fire());
        assertEquals("7000+1000", s.retransmit());
        assertEquals(1, s.count(SenderCounter.FAST_RECOVERIES));
    }
}
