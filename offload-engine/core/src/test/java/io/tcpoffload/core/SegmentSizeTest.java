// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.clauses.Way;
import org.junit.jupiter.api.DisplayName;

@DisplayName("What follows the size of segments when the path changes it")
class SegmentSizeTest {

    private static Scenario smaller(Scenario s, int mss) {
        s.sender.onPathMtu(mss, s.now());
        return s;
    }

    @AtEveryWrap
    @Clause(rfc = "RFC 1191", section = "6.4", way = Way.LINUX,
            does = "what is in flight and too large leaves again at once in smaller segments, without a reduction, as "
                + "tcp_simple_retransmit; the window stays as many segments")
    void resendsInSmallerSegments(int isn) {
        for (final boolean sack : new boolean[] {true, false}) {
            final Scenario s = smaller(new Scenario(isn, sack, 1_000_000).send(10_000).at(50), 600);
            assertEquals(600, s.sender.mss());
            assertEquals(6000, s.cwnd());
            assertEquals(Long.MAX_VALUE, s.sender.ssthreshBytes());
            assertEquals("0+6000", s.retransmit());
            assertEquals("none", s.retransmit());
            assertEquals(0, s.sendable(1000));
            s.at(100).ack(3000);
            assertEquals("6000+4000", s.retransmit());
            s.at(150).ack(10_000);
            assertEquals(1, s.count(SenderCounter.PATH_MTU_REDUCTIONS));
            assertEquals(17, s.count(SenderCounter.SEGMENTS_RETRANSMITTED));
            assertEquals(0, s.count(SenderCounter.FAST_RECOVERIES) + s.count(SenderCounter.TIMEOUTS));
            assertEquals(Long.MAX_VALUE, s.sender.ssthreshBytes());
            assertEquals(600 * (s.sendable(100_000) / 600), s.sendable(100_000));
        }
    }

    @AtEveryWrap
    @Clause(rfc = "RFC 8201", section = "5.4", does = "what the viewer has, and what fits as it was, does not leave again")
    void resendsNothingElse(int isn) {
        final Scenario s = Scenario.withSack(isn).send(10_000).at(50);
        s.event(0, 4000, 10_000);
        s.retransmit();
        smaller(s, 800);
        assertEquals("0+4000", s.retransmit());
        assertEquals("none", s.retransmit());

        final Scenario small = smaller(Scenario.withSack(isn).send(500).at(50), 600);
        assertEquals("none", small.retransmit());
        assertEquals(0, small.count(SenderCounter.PATH_MTU_REDUCTIONS));
        small.at(60).ack(500).send(6000);
        assertEquals(6500, small.nxt());
    }

    @AtEveryWrap
    @Clause(rfc = "RFC 1191", section = "6.3", way = Way.LINUX,
            does = "larger segments are taken up for what is new, the window stays as many bytes, as tcp_mtup_probe_success")
    void takesUpLargerSegments(int isn) {
        final Scenario s = smaller(Scenario.withSack(isn).send(9000).at(50), 1500);
        assertEquals("none", s.retransmit());
        assertEquals(10_000, s.cwnd());
        s.at(60).ack(9000);
        assertEquals(s.cwnd() / 1500 * 1500, s.sendable(1_000_000));
    }

    @AtEveryWrap
    @Clause(rfc = "RFC 8985", section = "6.2", does = "loss is found by the segments of today: three of them are the threshold")
    void lossDetectionFollows(int isn) {
        final Scenario s = smaller(Scenario.withSack(isn), 500);
        s.send(5000).at(50);
        s.event(0, 500, 1500);
        assertEquals("none", s.retransmit());
        s.event(0, 500, 2000);
        assertEquals("0+500", s.retransmit());

        final Scenario plain = smaller(Scenario.withoutSack(isn), 500);
        plain.send(5000).at(50);
        plain.event(0).event(0).event(0);
        assertEquals("0+500", plain.retransmit());
        plain.at(100).ack(500);
        assertEquals("500+500", plain.retransmit());
    }

    @AtEveryWrap
    @Clause(rfc = "RFC 6937", section = "3", does = "recovery and limited transmit count in segments of today")
    void recoveryFollows(int isn) {
        final Scenario s = smaller(Scenario.withSack(isn), 500);
        s.send(5000).at(50);
        s.event(0, 500, 1000);
        assertEquals(500, s.sendable(10_000));
        s.event(0, 500, 2000);
        assertEquals("0+500", s.retransmit());
        assertEquals(2500, s.sender.ssthreshBytes());
    }

    @AtEveryWrap
    @Clause(rfc = "RFC 8985", section = "7.3", does = "a tail loss probe is a segment of today")
    void probesFollow(int isn) {
        final Scenario s = Scenario.withSack(isn).send(1000).at(20).ack(1000);
        smaller(s, 600).send(2000);
        s.fireUntil(SenderCounter.LOSS_PROBES);
        assertEquals("2800+200", s.retransmit());
        assertEquals(0, s.count(SenderCounter.TIMEOUTS));
    }

    @AtEveryWrap
    @Clause(rfc = "RFC 1191", section = "6.4", way = Way.LINUX,
            does = "in a recovery what was reduced stays, and nothing undoes it any more")
    void duringARecovery(int isn) {
        final Scenario s = Scenario.withSack(isn).send(10_000).at(50);
        s.event(0, 1000, 5000);
        s.retransmit();
        smaller(s, 500);
        assertEquals(2500, s.sender.ssthreshBytes());
        assertEquals(2500, s.cwnd());
        assertEquals("0+1000", s.retransmit());
        assertEquals("5000+1500", s.retransmit());
        s.at(55).ack(10_000, 0);
        assertEquals(0, s.count(SenderCounter.REDUCTIONS_UNDONE) + s.count(SenderCounter.SPURIOUS_TIMEOUTS));
    }

    @AtEveryWrap
    @Clause(rfc = "RFC 1191", section = "6.4", does = "a timeout of what left again is a loss like any other")
    void aTimeoutAfterwardsReduces(int isn) {
        final Scenario s = smaller(Scenario.withSack(isn).send(10_000).at(50), 600);
        s.retransmit();
        s.fireUntil(SenderCounter.TIMEOUTS);
        assertEquals("0+600", s.retransmit(600));
        assertTrue(s.sender.ssthreshBytes() <= 5000, () -> "ssthresh " + s.sender.ssthreshBytes());
    }

    @AtEveryWrap
    @Clause(rfc = "RFC 9438", section = "4.2", does = "CUBIC's curve aims at the same bytes after segments grew")
    void cubicAimsAtTheSameBytes(int isn) {
        final SegmentSize segment = new SegmentSize(500);
        final Cubic cubic = new Cubic(SenderConfig.forMss(500).initialCwndSegments(200).build(), segment);
        cubic.onLoss(100_000, 0);
        assertEquals(70_000, cubic.cwndBytes());
        segment.set(1000);
        cubic.onSegmentSize(500);
        assertEquals(70_000, cubic.cwndBytes());
        for (long ms = 1; ms < 100_000 && cubic.cwndBytes() < 99_000; ms += 10) {
            cubic.onAcked(cubic.cwndBytes() / 10, 100 * Scenario.MS, ms * Scenario.MS);
        }
        // flat around the old maximum: K seconds after the start it is there
        final double k = Math.cbrt(30 / Cubic.C);
        final long before = cubic.cwndBytes();
        cubic.onAcked(before / 10, 100 * Scenario.MS, (long) (k * 1e9));
        assertTrue(before >= 99_000 && cubic.cwndBytes() < 103_000, () -> before + ", then " + cubic.cwndBytes());
    }

    @AtEveryWrap
    @Clause(rfc = "RFC 9293", section = "3.7.5", does = "bursts are whole segments of today")
    void burstsFollow(int isn) {
        final Scenario s = Scenario.withSack(isn).send(10_000).at(100).ack(10_000);
        assertEquals(2000, s.sender.burstBytes());
        assertEquals(1200, smaller(s, 600).sender.burstBytes());
    }
}
