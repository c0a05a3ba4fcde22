// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.clauses.Hostile;
import io.tcpoffload.clauses.Layer;
import io.tcpoffload.clauses.Way;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Congestion window")
class CongestionWindowTest {

    @AtEveryWrap
    @DisplayName("RFC 6928: the first flight is ten segments")
    @Clause(rfc = "RFC 6928", section = "2",
            does = "the first flight is ten segments")
    void startsWithTenSegments(int isn) {
        assertEquals(10_000, Scenario.withSack(isn).sendable(1_000_000));
    }

    @AtEveryWrap
    @DisplayName("RFC 5681 3.1, RFC 3465: slow start grows by the bytes acknowledged, so dividing ACKs gains nothing")
    @Clause(rfc = "RFC 3465", section = "2.2",
            does = "slow start grows by the bytes acknowledged: dividing acknowledgements gains nothing")
    @Hostile(value = "ACK for unsent data", layer = Layer.CORE)
    void ackDivisionIsHarmless(int isn) {
        final Scenario whole = Scenario.withSack(isn).send(10_000);
        whole.sendable(50_000);
        whole.after(10).ack(10_000);
        final Scenario divided = Scenario.withSack(isn).send(10_000);
        divided.sendable(50_000);
        divided.after(10);
        for (int i = 1; i <= 10_000; i++) {
            divided.ack(i);
        }
        assertEquals(20_000, whole.cwnd());
        assertEquals(20_000, divided.cwnd());
    }

    @AtEveryWrap
    @DisplayName("RFC 5681 3.1: slow start doubles a round trip, whether 1, 2 or 4 segments are acknowledged at once")
    @Clause(rfc = "RFC 5681", section = "3.1",
            does = "slow start doubles a round trip, whether 1, 2 or 4 segments are acknowledged at once")
    void slowStartDoublesWhateverIsAcknowledgedAtOnce(int isn) {
        for (final int segments : new int[] {1, 2, 4}) {
            final Scenario s = Scenario.withSack(isn).send(10_000);
            assertEquals(0, s.sendable(50_000));
            s.after(10);
            for (int acked = 0; acked < 10_000;) {
                acked = Math.min(10_000, acked + segments * 1000);
                s.ack(acked);
                final int n = s.sendable(50_000);
                assertTrue(n > 0);
                s.send(n);
            }
            assertEquals(20_000, s.cwnd(), segments + " at once");
            assertEquals(20_000, s.sender.inFlight());
        }
    }

    @AtEveryWrap
    @DisplayName("RFC 7661 4.1, Linux tcp_tso_should_defer: a window whose small rest is left for a larger piece is in use")
    @Clause(rfc = "RFC 7661", section = "4.1", way = Way.LINUX,
            does = "a window whose small rest waits for a larger piece is in use and grows, as is_cwnd_limited of "
                + "tcp_tso_should_defer")
    void aDeferredRestIsInUse(int isn) {
        final long[] cwnd = new long[2];
        for (int deferred = 0; deferred < 2; deferred++) {
            final Scenario s = Scenario.withSack(isn).send(3000).after(100).ack(3000);
            final int posts = (int) s.cwnd() / 4000;
            int offset = 3000;
            for (int round = 0; round < 20; round++) {
                s.send(4000 * posts);
                assertTrue(s.sendable(50_000) > 0);
                if (deferred == 1) {
                    s.sender.onDeferred();
                }
                s.after(100).ack(offset += 4000 * posts);
            }
            cwnd[deferred] = s.cwnd();
        }
        assertTrue(cwnd[1] > 2 * cwnd[0], cwnd[1] + " deferred, " + cwnd[0] + " not");
    }

    @AtEveryWrap
    @DisplayName("RFC 7661 4.4, Linux tcp_cwnd_application_limited: a window not used for a timeout goes half the way down")
    @Clause(rfc = "RFC 7661", section = "4.4", way = Way.LINUX,
            does = "a window not in full use for an RTO goes half the way down to what was used, as "
                + "tcp_cwnd_application_limited does")
    void anUnusedWindowShrinks(int isn) {
        final Scenario s = Scenario.withSack(isn);
        int offset = 0;
        while (s.cwnd() < 80_000) {
            int n;
            while ((n = s.sendable(100_000)) > 0) {
                s.sender.onSent(n, s.now());
                offset += n;
            }
            s.after(10).ack(offset);
        }
        final long before = s.cwnd();
        final long since = s.nowMs();
        while (s.cwnd() == before) {
            s.send(20_000);
            offset += 20_000;
            s.after(10).ack(offset);
        }
        assertEquals((before + 20_000) / 2, s.cwnd());
        assertTrue(s.nowMs() - since >= 200, "took " + s.nowMs());
        for (int i = 0; i < 1000; i++) {
            s.send(20_000);
            offset += 20_000;
            s.after(10).ack(offset);
        }
        // in slow start the window may be up to twice what is used, and one acknowledgement more
        assertTrue(s.cwnd() >= 20_000 && s.cwnd() <= 60_000, "cwnd " + s.cwnd());
    }

    @Test
    @DisplayName("RFC 3465 2.3: one look at the record adds no more than one post to the window")
    @Clause(rfc = "RFC 3465", section = "2.3", way = Way.LINUX,
            does = "one acknowledgement adds 64 KB at most in slow start, not two segments: acknowledgements come "
                + "coalesced")
    void oneStretchedAckIsLimited() {
        final NewReno reno = new NewReno(SenderConfig.forMss(1000).initialCwndSegments(200).build(), new SegmentSize(1000));
        reno.onAcked(200_000, 0, 0);
        assertEquals(200_000 + NewReno.SLOW_START_LIMIT_BYTES, reno.cwndBytes());
    }

    @Test
    @DisplayName("RFC 5681 3.1: congestion avoidance grows by one segment a window of acknowledged bytes")
    @Clause(rfc = "RFC 5681", section = "3.1",
            does = "congestion avoidance grows by one segment a window of acknowledged bytes")
    void congestionAvoidanceIsLinear() {
        final NewReno reno = new NewReno(SenderConfig.forMss(1000).initialCwndSegments(20).build(), new SegmentSize(1000));
        reno.onLoss(20_000, 0);
        assertEquals(10_000, reno.cwndBytes());
        for (int i = 0; i < 99; i++) {
            reno.onAcked(100, 0, 0);
        }
        assertEquals(10_000, reno.cwndBytes());
        reno.onAcked(100, 0, 0);
        assertEquals(11_000, reno.cwndBytes());
    }

    @Test
    @DisplayName("RFC 5681 3.2 step 2: half the flight, without what limited transmit added")
    @Clause(rfc = "RFC 5681", section = "3.2 step 2",
            does = "what limited transmit added does not count towards the threshold")
    void limitedTransmitDoesNotRaiseTheThreshold() {
        final NewReno reno = new NewReno(SenderConfig.forMss(1000).initialCwndSegments(20).build(), new SegmentSize(1000));
        reno.onLoss(22_000, 0);
        assertEquals(10_000, reno.ssthreshBytes());
    }

    @Test
    @DisplayName("RFC 5681 (4): the threshold is never below two segments")
    @Clause(rfc = "RFC 5681", section = "3.1",
            does = "the threshold is two segments at least")
    void thresholdHasAFloor() {
        final NewReno reno = new NewReno(SenderConfig.forMss(1000).build(), new SegmentSize(1000));
        reno.onLoss(1000, 0);
        assertEquals(2000, reno.ssthreshBytes());
    }

    @AtEveryWrap
    @DisplayName("RFC 5681 3.1: a window the stream does not fill does not grow")
    @Clause(rfc = "RFC 7661", section = "4.4", way = Way.LINUX,
            does = "a window that the stream does not fill does not grow, as tcp_is_cwnd_limited")
    void applicationLimitedDoesNotGrow(int isn) {
        final Scenario s = Scenario.withSack(isn);
        int offset = 0;
        for (int i = 0; i < 100; i++) {
            s.send(2000);
            offset += 2000;
            s.after(10).ack(offset);
        }
        assertEquals(10_000, s.cwnd());
    }

    @AtEveryWrap
    @DisplayName("RFC 5681 4.1: after a pause longer than RTO the window goes back towards ten segments, halving each RTO")
    @Clause(rfc = "RFC 5681", section = "4.1", way = Way.LINUX,
            does = "after silence longer than RTO the window is halved for each RTO, down to ten segments; the "
                + "threshold stays")
    void restartsAfterIdle(int isn) {
        final Scenario s = Scenario.withSack(isn);
        int offset = 0;
        while (s.cwnd() < 80_000) {
            int n;
            while ((n = s.sendable(100_000)) > 0) {
                s.sender.onSent(n, s.now());
                offset += n;
            }
            s.after(10).ack(offset);
        }
        final long grown = s.cwnd();
        s.after(100).sendable(1000);
        assertEquals(grown, s.cwnd());
        s.after(s.sender.rtoNs() / Scenario.MS).sendable(1000);
        assertEquals(grown / 2, s.cwnd());
        s.sendable(1000);
        assertEquals(grown / 2, s.cwnd());
        s.send(1000).after(5).ack(offset + 1000);
        s.after(60_000).sendable(1000);
        assertEquals(10_000, s.cwnd());
        assertTrue(s.sender.srttNs() > 0);
    }
}
