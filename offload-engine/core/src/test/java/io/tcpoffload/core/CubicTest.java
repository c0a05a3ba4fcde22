// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.clauses.Way;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("CUBIC")
class CubicTest {

    private static final int MSS = 1000;
    private static final long SECOND = 1_000_000_000L;

    /** A control whose window was {@code segments} when a segment was lost. */
    private static Cubic afterLossAt(int segments) {
        final Cubic cubic = new Cubic(SenderConfig.forMss(MSS).initialCwndSegments(segments).build(), new SegmentSize(MSS));
        cubic.onLoss((long) segments * MSS, 0);
        return cubic;
    }

    private static double segments(Cubic cubic) {
        return (double) cubic.cwndBytes() / MSS;
    }

    /** A round trip in which a whole window is acknowledged, segment by segment. */
    private static long round(Cubic cubic, long startNs, long rttNs) {
        final long acks = cubic.cwndBytes() / MSS;
        for (long i = 1; i <= acks; i++) {
            cubic.onAcked(MSS, rttNs, startNs + rttNs * i / acks);
        }
        return startNs + rttNs;
    }

    private static void followsTable(int wMax, double[] everySecond, int step, long rttNs) {
        final Cubic cubic = afterLossAt(wMax);
        assertEquals(everySecond[0], segments(cubic), 0.001);
        long now = 0;
        cubic.onAcked(1, rttNs, now);
        for (int i = 1; i < everySecond.length; i++) {
            while (now < i * step * SECOND) {
                now = round(cubic, now, rttNs);
            }
            // an acknowledgement aims at where the curve is a round trip later
            final double slope = (everySecond[i] - everySecond[i - 1]) / step * rttNs / SECOND;
            assertEquals(everySecond[i], segments(cubic), 1 + 2 * slope, "after " + i * step + " s");
        }
    }

    @Test
    @DisplayName("RFC 9438 4.2 figure 1: W_cubic(t) from a loss at 100 segments, K = 4.217 s")
    @Clause(rfc = "RFC 9438", section = "4.2",
            does = "W_cubic(t) from a loss at 100 segments, against a table from the formulas")
    void followsTheCurveFrom100Segments() {
        followsTable(100, new double[] {70.00, 86.68, 95.64, 99.28, 100.00, 100.19, 102.27, 108.62, 121.65, 143.76},
                1, SECOND);
    }

    @Test
    @DisplayName("RFC 9438 4.2 figure 1: W_cubic(t) from a loss at 1000 segments, K = 9.086 s")
    @Clause(rfc = "RFC 9438", section = "4.2",
            does = "W_cubic(t) from a loss at 1000 segments, against a table from the formulas")
    void followsTheCurveFrom1000Segments() {
        followsTable(1000, new double[] {700.00, 857.70, 947.39, 988.25, 999.49, 1000.31, 1009.90, 1047.48, 1132.23, 1283.36},
                2, SECOND / 10);
    }

    @Test
    @DisplayName("RFC 9438 4.3: on short paths as fast as Reno: 9/17 of a segment a round trip, one beyond the old window")
    @Clause(rfc = "RFC 9438", section = "4.3",
            does = "never slower than Reno: the Reno-friendly region")
    void isNotSlowerThanReno() {
        final Cubic cubic = afterLossAt(20);
        long now = 0;
        int rounds = 0;
        while (segments(cubic) < 20) {
            now = round(cubic, now, SECOND / 1000);
            rounds++;
        }
        assertEquals(6 / (9.0 / 17), rounds, 2);
        for (int i = 0; i < 10; i++) {
            now = round(cubic, now, SECOND / 1000);
        }
        assertEquals(30, segments(cubic), 1.5);
    }

    @Test
    @DisplayName("RFC 9438 4.6: to 0.7 of the window, two segments at least")
    @Clause(rfc = "RFC 9438", section = "4.6", way = Way.LINUX,
            does = "a loss reduces to 0.7 of the window, two segments at least; of the window and not of the "
                + "flight")
    void reducesTo70Percent() {
        final Cubic cubic = afterLossAt(100);
        assertEquals(70_000, cubic.cwndBytes());
        assertEquals(70_000, cubic.ssthreshBytes());
        for (int i = 0; i < 20; i++) {
            cubic.onLoss(1000, 0);
        }
        assertEquals(2000, cubic.cwndBytes());
    }

    @Test
    @DisplayName("RFC 9438 4.7: a loss below the last maximum releases more: the plateau is at 0.85 of the window")
    @Clause(rfc = "RFC 9438", section = "4.7",
            does = "fast convergence: a loss below the last maximum puts the plateau at 0.85 of the window")
    void convergesFast() {
        final Cubic cubic = afterLossAt(100);
        cubic.onLoss(70_000, 0);
        assertEquals(49_000, cubic.cwndBytes());
        long now = 0;
        cubic.onAcked(1, SECOND, now);
        // K = cbrt((59.5 - 49) / 0.4) = 2.97 s, so after three seconds it is at the plateau
        while (now < 3 * SECOND) {
            now = round(cubic, now, SECOND);
        }
        assertEquals(59.5, segments(cubic), 1);
    }

    @Test
    @DisplayName("RFC 9438 4.8: after a timeout slow start to 0.7 of the window, then a curve that starts convex, K = 0")
    @Clause(rfc = "RFC 9438", section = "4.8",
            does = "after a timeout slow start, then a curve with K = 0")
    void startsConvexAfterATimeout() {
        final Cubic cubic = new Cubic(SenderConfig.forMss(MSS).initialCwndSegments(100).build(), new SegmentSize(MSS));
        cubic.onTimeout(100_000, 0, true);
        assertEquals(1000, cubic.cwndBytes());
        assertEquals(70_000, cubic.ssthreshBytes());
        long now = 0;
        while (cubic.inSlowStart()) {
            now = round(cubic, now, SECOND);
        }
        final long start = now;
        while (now < start + 5 * SECOND) {
            now = round(cubic, now, SECOND);
        }
        // 0.4 * t^3 + 70, aimed at a round trip ahead
        assertTrue(segments(cubic) >= 70 + 0.4 * 125 - 8 && segments(cubic) <= 70 + 0.4 * 216 + 1, "at " + segments(cubic));
    }

    @Test
    @DisplayName("RFC 9438 5.8: time in which the application was the limit does not move along the curve")
    @Clause(rfc = "RFC 9438", section = "5.8",
            does = "time in which the application was the limit is not part of the curve")
    void applicationLimitedTimeDoesNotCount() {
        final Cubic steady = afterLossAt(100);
        final Cubic paused = afterLossAt(100);
        long now = 0;
        for (int i = 0; i < 2; i++) {
            round(steady, now, SECOND);
            now = round(paused, now, SECOND);
        }
        final long pause = 60 * SECOND;
        paused.onAckedUnlimited(now + pause / 2);
        paused.onAckedUnlimited(now + pause);
        for (int i = 0; i < 2; i++) {
            round(steady, now + i * SECOND, SECOND);
            round(paused, now + pause + i * SECOND, SECOND);
        }
        assertEquals(segments(steady), segments(paused), 0.5);
    }

    @Test
    @DisplayName("RFC 9438 4.9: a reduction that was for nothing is taken back, with the maximum it set")
    @Clause(rfc = "RFC 9438", section = "4.9",
            does = "an undone reduction restores window, threshold and maximum")
    void undoRestoresWindowAndMaximum() {
        final Cubic cubic = afterLossAt(100);
        cubic.onLoss(70_000, 0);
        cubic.undo();
        assertEquals(70_000, cubic.cwndBytes());
        assertEquals(70_000, cubic.ssthreshBytes());
        long now = 0;
        cubic.onAcked(1, SECOND, now);
        while (now < 4 * SECOND) {
            now = round(cubic, now, SECOND);
        }
        assertEquals(100, segments(cubic), 1.5);
    }

    @Test
    void isTheDefault() {
        assertEquals(CongestionAlgorithm.CUBIC, SenderConfig.forMss(MSS).build().congestionAlgorithm());
        final Scenario s = new Scenario(0, true, 1_000_000, SenderConfig.forMss(MSS).build()).send(10_000).after(50);
        s.event(0, 1000, 4000);
        assertEquals(7000, s.sender.ssthreshBytes());
    }
}
