// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.clauses.Way;
import org.junit.jupiter.api.DisplayName;

@DisplayName("A viewer that throws away what it SACKed")
class RenegingTest {

    @AtEveryWrap
    @Clause(rfc = "RFC 2018", section = "8", way = Way.LINUX,
            does = "an acknowledgement that stops before SACKed data gives the viewer 10 ms, or half a round trip, then all of it "
                + "leaves again, as tcp_check_sack_reneging")
    void isFoundSoonAfterTheAcknowledgementThatShowsIt(int isn) {
        for (final int rttMs : new int[] {10, 50}) {
            final Scenario s = Scenario.withSack(isn).send(10_000).at(rttMs);
            s.event(0, 1000, 10_000);
            assertEquals("0+1000", s.retransmit());
            s.after(rttMs).ack(1000);
            assertEquals(Math.max(10, rttMs / 2), s.timerMs() - s.nowMs());
            assertEquals(0, s.count(SenderCounter.RENEGES));
            s.fire();
            assertEquals(1, s.count(SenderCounter.RENEGES));
            assertEquals("1000+1000", s.retransmit());
        }
    }

    @AtEveryWrap
    @Clause(rfc = "RFC 2018", section = "8", way = Way.LINUX, does = "an acknowledgement that goes on in time restores what was known")
    void isForgottenWhenTheNextAcknowledgementGoesOn(int isn) {
        final Scenario s = Scenario.withSack(isn).send(10_000).at(10);
        s.event(0, 1000, 10_000);
        s.retransmit();
        s.after(10).ack(1000);
        s.after(5).ack(10_000);
        assertEquals(0, s.sender.inFlight());
        assertEquals(0, s.count(SenderCounter.RENEGES) + s.count(SenderCounter.TIMEOUTS));
    }
}
