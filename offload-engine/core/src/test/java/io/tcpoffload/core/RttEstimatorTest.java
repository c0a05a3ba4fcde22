// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.clauses.Way;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RttEstimatorTest {

    private static final long MS = 1_000_000L;

    private final RttEstimator rtt = new RttEstimator(SenderConfig.forMss(1000).build());

    @Test
    @DisplayName("RFC 6298 2.1 to 2.3: one second, then the first sample, then the smoothing")
    @Clause(rfc = "RFC 6298", section = "2",
            does = "one second before the first sample, then SRTT and RTTVAR by the formulas")
    void followsTheFormulas() {
        assertEquals(1000 * MS, rtt.rtoNs());
        rtt.onSample(400 * MS);
        assertEquals(400 * MS, rtt.srttNs());
        assertEquals(1200 * MS, rtt.rtoNs());
        rtt.onSample(800 * MS);
        assertEquals(450 * MS, rtt.srttNs());
        assertEquals(450 * MS + 4 * 250 * MS, rtt.rtoNs());
    }

    @Test
    @DisplayName("Linux: the variance term is at least 200 ms")
    @Clause(rfc = "RFC 6298", section = "2.4", way = Way.LINUX,
            does = "the variance term is 200 ms at least, not the sum a second")
    void hasLinuxsFloor() {
        for (int i = 0; i < 100; i++) {
            rtt.onSample(80 * MS);
        }
        assertEquals(280 * MS, rtt.rtoNs());
    }

    @Test
    @DisplayName("RFC 6298 2.5, 5.5: doubles up to the ceiling, and a sample ends it")
    @Clause(rfc = "RFC 6298", section = "2.5", way = Way.LINUX,
            does = "the back-off ends at 120 s")
    void backsOffToTheCeiling() {
        rtt.onSample(100 * MS);
        for (int i = 0; i < 1000; i++) {
            rtt.backOff();
        }
        assertEquals(120_000 * MS, rtt.rtoNs());
        rtt.onSample(100 * MS);
        assertEquals(300 * MS, rtt.rtoNs());
    }
}
