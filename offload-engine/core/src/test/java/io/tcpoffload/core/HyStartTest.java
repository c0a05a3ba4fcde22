// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.clauses.Clause;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("HyStart++ (RFC 9406)")
class HyStartTest {

    private static final long MS = 1_000_000L;

    private final HyStart hyStart = new HyStart();
    private int una = -20_000;

    /** A round of {@code samples} acknowledgements. */
    private boolean round(int samples, long rttNs) {
        final int nxt = una + 10_000;
        boolean over = false;
        for (int i = 0; i < samples; i++) {
            over |= hyStart.onRtt(rttNs, una + i, nxt);
        }
        una = nxt;
        return over;
    }

    @Test
    @DisplayName("RFC 9406 4.2: a round trip an eighth longer leads to conservative slow start, five rounds of it to its end")
    @Clause(rfc = "RFC 9406", section = "4.2",
            does = "a round whose least round-trip time is an eighth longer leads to conservative slow start, five "
                + "rounds of it to its end")
    void leavesSlowStartWhenTheRoundTripGrows() {
        assertFalse(round(8, 80 * MS));
        assertFalse(round(8, 89 * MS));
        assertEquals(1, hyStart.growthDivisor());
        assertFalse(round(8, 101 * MS));
        assertEquals(HyStart.CSS_GROWTH_DIVISOR, hyStart.growthDivisor());
        for (int i = 0; i < 4; i++) {
            assertFalse(round(8, 101 * MS));
        }
        assertTrue(round(8, 101 * MS));
        assertEquals(1, hyStart.growthDivisor());
    }

    @Test
    @DisplayName("RFC 9406 4.2: growth that was jitter is found out, slow start goes on")
    @Clause(rfc = "RFC 9406", section = "4.2",
            does = "growth that was jitter is found out, and slow start goes on")
    void jitterIsForgiven() {
        round(8, 80 * MS);
        round(8, 100 * MS);
        assertEquals(HyStart.CSS_GROWTH_DIVISOR, hyStart.growthDivisor());
        round(8, 85 * MS);
        assertEquals(1, hyStart.growthDivisor());
    }

    @Test
    @DisplayName("RFC 9406 4.3: the threshold is 4 ms at least, 16 ms at most, and takes eight samples")
    @Clause(rfc = "RFC 9406", section = "4.3",
            does = "the threshold is 4 ms at least and 16 ms at most, and takes eight samples")
    void thresholdHasBounds() {
        round(8, MS);
        round(8, 4 * MS);
        assertEquals(1, hyStart.growthDivisor());
        round(7, 20 * MS);
        assertEquals(1, hyStart.growthDivisor());
        round(8, 30 * MS);
        assertEquals(HyStart.CSS_GROWTH_DIVISOR, hyStart.growthDivisor());
        final HyStart slow = new HyStart();
        for (int i = 0; i < 16; i++) {
            slow.onRtt(i < 8 ? 800 * MS : 817 * MS, i < 8 ? 0 : 100, i < 8 ? 100 : 200);
        }
        assertEquals(HyStart.CSS_GROWTH_DIVISOR, slow.growthDivisor());
    }

    @Test
    @DisplayName("RFC 9406 4.3: only the initial slow start; it ends with the first loss")
    @Clause(rfc = "RFC 9406", section = "4.3",
            does = "only in the initial slow start")
    void endsWithTheFirstLoss() {
        hyStart.stop();
        round(8, 80 * MS);
        round(8, 200 * MS);
        assertEquals(1, hyStart.growthDivisor());
    }

    @Test
    @DisplayName("RFC 9406 4.2: slow start ends at the window that was reached")
    @Clause(rfc = "RFC 9406", section = "4.2",
            does = "slow start ends at the window that was reached")
    void setsTheThreshold() {
        final Cubic cubic = new Cubic(SenderConfig.forMss(1000).build(), new SegmentSize(1000));
        for (int r = 0; r < 7; r++) {
            for (int i = 0; i < 8; i++) {
                cubic.onRtt((r == 0 ? 80 : 120) * MS, r * 1000 + i, r * 1000 + 1000);
                cubic.onAcked(1000, 100 * MS, 0);
            }
        }
        assertEquals(cubic.ssthreshBytes(), cubic.cwndBytes(), 8000);
        assertFalse(cubic.inSlowStart());
    }
}
