// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.clauses.Clause;
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
}
