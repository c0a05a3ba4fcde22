// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.clauses.Way;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Retransmissions in the segments of the first time")
class KeptSegmentsTest {

    private static Scenario scenario(int isn) {
        return new Scenario(isn, true, 1_000_000, SenderConfig.forMss(Scenario.MSS)
                .congestionAlgorithm(CongestionAlgorithm.NEW_RENO).pacing(false).bySegments(true).build());
    }

    private static Scenario measured(int isn) {
        return scenario(isn).send(1000).at(50).ack(1000);
    }

    private static void fin(Scenario s, boolean onData) {
        s.sender.queueFin();
        assertTrue(s.sender.finDue(s.now()));
        if (onData) {
            s.sender.onFinSentOnData(s.now());
        } else {
            s.sender.onFinSent(s.now());
        }
    }

    @AtEveryWrap
    @DisplayName("Linux __tcp_retransmit_skb: a small segment that does not fit together with the next goes as it was")
    @Clause(rfc = "RFC 9293", section = "3.8.1", way = Way.LINUX,
            does = "an adopted connection sends again what it sent: no segment is cut anew or filled up")
    void smallSegmentsStaySmall(int isn) {
        final Scenario s = measured(isn).send(700).send(600).send(2000);
        s.fireUntil(SenderCounter.TIMEOUTS);
        assertEquals("1000+700", s.retransmit());
        s.after(50).ack(1700);
        assertEquals("1700+600", s.retransmit());
        assertEquals("2300+1000", s.retransmit());
    }

    @AtEveryWrap
    @DisplayName("Linux tcp_retrans_try_collapse: small segments that fit in one are joined, and stay so")
    @Clause(rfc = "RFC 9293", section = "3.8.1", way = Way.LINUX,
            does = "small segments are joined when they are sent again and fit in one (tcp_retrans_try_collapse)")
    void smallNeighboursAreJoined(int isn) {
        final Scenario s = measured(isn).send(100).send(200).send(300).send(450).send(1000);
        s.fireUntil(SenderCounter.TIMEOUTS);
        assertEquals("1000+600", s.retransmit());
        s.fireUntil(SenderCounter.TIMEOUTS);
        assertEquals("1000+600", s.retransmit());
        s.ack(1600);
        assertEquals("1600+450", s.retransmit());
        assertEquals("2050+1000", s.retransmit());
    }

    @AtEveryWrap
    @DisplayName("Linux tcp_can_collapse: what the viewer holds is not joined")
    void whatIsSackedIsNotJoined(int isn) {
        final Scenario s = measured(isn).send(100).send(200).send(300);
        s.event(1000, 1100, 1300);
        s.fireUntil(SenderCounter.TIMEOUTS);
        assertEquals("1000+100", s.retransmit());
    }

    @AtEveryWrap
    @DisplayName("full segments go again in one post, with the short one at their end and no more")
    void aLongWriteKeepsItsEnd(int isn) {
        final Scenario s = measured(isn).send(2400).send(200);
        s.fireUntil(SenderCounter.TIMEOUTS);
        assertEquals("1000+1000", s.retransmit());
        s.after(50).ack(2000);
        assertEquals("2000+1400", s.retransmit());
        assertEquals("none", s.retransmit());
        s.after(50).ack(3400);
        assertEquals("3400+200", s.retransmit());
    }

    @AtEveryWrap
    @DisplayName("the rest of a segment that was acknowledged in part ends where the segment did")
    void aPartlyAcknowledgedSegmentKeepsItsEnd(int isn) {
        final Scenario s = measured(isn).send(3000).send(500);
        s.ack(1300);
        s.fireUntil(SenderCounter.TIMEOUTS);
        assertEquals("1300+700", s.retransmit());
        s.ack(2000);
        assertEquals("2000+2000", s.retransmit());
    }

    @AtEveryWrap
    @DisplayName("Linux tcp_packets_in_flight: a small segment takes as much of the window as a full one")
    @Clause(rfc = "RFC 5681", section = "3.1", way = Way.LINUX,
            does = "the window of an adopted connection is counted in segments, small ones as much as full ones")
    void tenSmallSegmentsFillAWindowOfTen(int isn) {
        final Scenario s = scenario(isn);
        for (int i = 0; i < 10; i++) {
            s.send(30);
        }
        assertEquals(0, s.sendable(30));
        s.after(50).ack(30);
        assertEquals(11_000, s.cwnd());
        s.send(30).send(30);
        assertEquals(0, s.sendable(30));
        s.ack(75);
        assertEquals(30, s.sendable(30));
    }

    @AtEveryWrap
    @DisplayName("Linux tcp_rack_reo_wnd: three small segments SACKed are three")
    @Clause(rfc = "RFC 8985", section = "6.2", way = Way.LINUX,
            does = "three small segments SACKed make what is before them lost")
    void threeSmallSegmentsAreThree(int isn) {
        final Scenario s = measured(isn).send(100).after(1).send(100).after(1).send(100).after(1).send(100);
        s.after(50).event(1000, 1100, 1300);
        assertEquals("none", s.retransmit());
        s.event(1000, 1100, 1400);
        assertEquals("1000+100", s.retransmit());
    }

    @AtEveryWrap
    @DisplayName("Linux tcp_mss_split_point: a short segment fills the window behind a full one, unless Nagle forbids")
    @Clause(rfc = "RFC 9293", section = "3.8.6", way = Way.LINUX,
            does = "a short segment fills the window behind a full one, unless Nagle's algorithm forbids it")
    void aShortSegmentFillsTheWindow(int isn) {
        final Scenario s = scenario(isn).window(2500).send(2000).ack(2000);
        assertEquals(2000, s.sendable(5000));
        s.sender.fillWindow(true);
        assertEquals(2500, s.sendable(5000));
    }

    @AtEveryWrap
    @DisplayName("the FIN goes again on the data it was on, and joins small data before it")
    @Clause(rfc = "RFC 9293", section = "3.8.1", way = Way.LINUX,
            does = "a FIN that was on data is sent again on it")
    void theFinStaysOnItsData(int isn) {
        final Scenario s = measured(isn).send(1000);
        fin(s, true);
        s.fireUntil(SenderCounter.TIMEOUTS);
        assertEquals("1000+1000+FIN", s.retransmit());

        final Scenario alone = measured(isn).send(1000);
        fin(alone, false);
        alone.fireUntil(SenderCounter.TIMEOUTS);
        assertEquals("1000+1000", alone.retransmit());

        final Scenario joined = measured(isn).send(400);
        fin(joined, false);
        joined.fireUntil(SenderCounter.TIMEOUTS);
        assertEquals("1000+400+FIN", joined.retransmit());
        joined.ack(1401);
        assertEquals(TcpConnectionState.FIN_WAIT_2, joined.sender.state());
    }

    @AtEveryWrap
    @DisplayName("the tail loss probe is the last segment as it was")
    @Clause(rfc = "RFC 8985", section = "7.3", way = Way.LINUX,
            does = "the probe of an adopted connection is its last segment, with the FIN if that was on it")
    void theProbeIsTheLastSegment(int isn) {
        final Scenario s = measured(isn).send(1000).send(2300).send(250);
        s.fire();
        assertEquals("4300+250", s.retransmit());

        final Scenario fin = measured(isn).send(2000);
        fin(fin, true);
        fin.fire();
        assertEquals("2000+1000+FIN", fin.retransmit());
    }

    @AtEveryWrap
    @DisplayName("more small segments than are remembered are sent again all the same")
    void moreRunsThanAreRemembered(int isn) {
        final Scenario s = scenario(isn);
        s.sender.seed(50_000_000, 25_000_000, 2_000_000, Long.MAX_VALUE, 0);
        final int bytes = 3 * (SegmentEdges.MAX_EDGES + 50);
        for (int i = 0; i < bytes; i += 3) {
            s.send(3);
        }
        s.fireUntil(SenderCounter.TIMEOUTS);
        int done = 0;
        while (done < bytes) {
            final String again = s.retransmit();
            assertTrue(again.startsWith(done + "+"), again);
            done += Integer.parseInt(again.substring(again.indexOf('+') + 1));
            s.after(10).ack(done);
        }
        assertEquals(bytes, done);
    }
}
