// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.clauses.Way;
import org.junit.jupiter.api.DisplayName;

/** The choices of an adopted connection that the wire shows, in virtual time; {@code SameAsLinuxIT} compares with a kernel. */
@DisplayName("As Linux where segments are counted")
class LikeLinuxTest {

    private static final int MSS = Scenario.MSS;

    /** Ten segments in flight since 100 ms, on a path of 50 ms. */
    private static Scenario flight(int isn) {
        return new Scenario(isn, true, 1_000_000, SenderConfig.forMss(MSS).pacing(false).bySegments(true).build())
                .send(MSS).at(50).ack(MSS).at(100).send(10 * MSS);
    }

    @AtEveryWrap
    @DisplayName("tcp_clean_rtx_queue: SACKs of what had left before the hole did put the timeout off, later ones do not")
    @Clause(rfc = "RFC 6298", section = "5.3", way = Way.LINUX,
            does = "where segments are counted the timeout begins anew while what is SACKed had left before the first hole last did")
    void earlierDataPutsTheTimeoutOff(int isn) {
        final Scenario s = flight(isn).at(150).event(MSS, 2 * MSS, 3 * MSS).event(MSS, 2 * MSS, 4 * MSS)
                .event(MSS, 2 * MSS, 5 * MSS);
        assertEquals("1000+1000", s.retransmit());
        s.at(300).event(MSS, 2 * MSS, 6 * MSS);
        final long off = s.timerMs();
        assertTrue(off >= 300 + 200, "timeout at " + off);
        s.send(MSS).at(360).event(MSS, 11 * MSS, 12 * MSS);
        assertEquals(off, s.timerMs());
    }

    @AtEveryWrap
    @DisplayName("tcp_match_skb_to_sack: a segment SACKed in part is not SACKed")
    @Clause(rfc = "RFC 2018", section = "4", way = Way.LINUX,
            does = "where segments are counted one that is SACKed in part counts as not SACKed")
    void partsOfSegmentsAreNotSacked(int isn) {
        final Scenario s = flight(isn).at(150).event(MSS, 2 * MSS + 1, 4 * MSS - 1);
        assertEquals(10 * MSS, s.sender.pipeBytes());
        s.event(MSS, 2 * MSS + 1, 5 * MSS - 1);
        assertEquals(9 * MSS, s.sender.pipeBytes());
    }

    @AtEveryWrap
    @DisplayName("tcp_tso_should_defer: a small rest of the window waits for the acknowledgement that is due")
    @Clause(rfc = "RFC 9293", section = "3.8.6.2", way = Way.LINUX,
            does = "a small rest of the window waits for an acknowledgement that is due, when some has just left")
    void aSmallRestOfTheWindowWaits(int isn) {
        final Scenario s = flight(isn).at(160).ack(3 * MSS);
        final int room = s.sendable(100 * MSS);
        s.send(room - MSS);
        assertEquals(0, s.sendable(100 * MSS));
        s.ack(4 * MSS);
        assertEquals(3 * MSS, s.sendable(100 * MSS));
    }

    @AtEveryWrap
    @DisplayName("tcp_retransmit_timer: what was sent into a window that is gone goes again, and no probe")
    @Clause(rfc = "RFC 9293", section = "3.8.6", way = Way.LINUX,
            does = "where segments are counted the first segment goes again though the window that it was sent into is gone (MAY-7)")
    void goesAgainBeyondAWindowThatIsGone(int isn) {
        final Scenario s = flight(isn).at(150).window(0).ack(3 * MSS);
        s.fireUntil(SenderCounter.TIMEOUTS);
        assertEquals("3000+1000", s.retransmit());
        assertEquals(0, s.count(SenderCounter.WINDOW_PROBES));
    }

    @AtEveryWrap
    @DisplayName("tcp_ack_probe: each acknowledgement begins the interval between window probes")
    @Clause(rfc = "RFC 9293", section = "3.8.6.1", way = Way.LINUX,
            does = "where segments are counted the interval between window probes begins with each acknowledgement")
    void eachAcknowledgementBeginsTheProbesInterval(int isn) {
        final Scenario s = flight(isn).at(150).window(0).ack(11 * MSS);
        assertEquals(0, s.sendable(MSS));
        final long first = s.timerMs();
        s.at(250).ack(11 * MSS);
        assertEquals(first + 100, s.timerMs());
    }
}
