// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.clauses.Way;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Pacing hints (Linux tcp_update_pacing_rate, tcp_tso_autosize)")
class PacingTest {

    private static final long MS = 1_000_000L;

    @Test
    @Clause(rfc = "RFC 9293", section = "3.8.2", way = Way.LINUX,
            does = "paced at the window a round trip, times 2 in slow start and 1.2 else, as "
                + "tcp_update_pacing_rate")
    void aWindowARoundTripAndAFifthMoreTwiceInSlowStart() {
        assertEquals(1_200_000, Pacing.bytesPerSecond(100_000, 0, 100_000, 100 * MS));
        assertEquals(2_000_000, Pacing.bytesPerSecond(100_000, 0, Long.MAX_VALUE, 100 * MS));
        assertEquals(Long.MAX_VALUE, Pacing.bytesPerSecond(100_000, 0, 100_000, 0));
    }

    @Test
    @Clause(rfc = "RFC 9293", section = "3.8.2", way = Way.LINUX,
            does = "a burst is a millisecond of the rate, two segments at least, as tcp_tso_autosize")
    void aBurstIsAMillisecondTwoSegmentsAtLeastAPostAtMost() {
        assertEquals(2000, Pacing.burstBytes(1_000_000, 20 * MS, 1000, 65_535));
        assertEquals(12_207, Pacing.burstBytes(12_500_000, 20 * MS, 1000, 65_535));
        assertEquals(65_535, Pacing.burstBytes(1_000_000_000, 20 * MS, 1000, 65_535));
        assertEquals(65_535, Pacing.burstBytes(Long.MAX_VALUE, 0, 1000, 65_535));
        // half a millisecond away: the full size, halved for each further 512 us
        assertEquals(65_535, Pacing.burstBytes(1_000_000, MS / 2, 1000, 65_535));
        assertEquals(33_743, Pacing.burstBytes(1_000_000, MS, 1000, 65_535));
    }

    @Test
    void aRateIsOneOfEightStepsAnOctave() {
        for (int i = 0; i < 8; i++) {
            final long step = (8 + i) * 100_000L / 8;
            assertEquals(8 + i << 13, Pacing.step((8 + i << 13) + 3000));
            assertEquals(8 + i << 13, Pacing.step((8 + i << 13) - (i == 0 ? 1000 : 3000)));
            assertEquals(1, (double) Pacing.step(step) / step, 0.0625);
        }
        assertEquals(3, Pacing.step(3));
        assertEquals(Long.MAX_VALUE, Pacing.step(Long.MAX_VALUE));
    }

    @AtEveryWrap
    void aSenderTellsBoth(int isn) {
        final Scenario s = Scenario.withSack(isn).send(10_000).at(100).ack(10_000);
        assertEquals(100 * MS, s.sender.minRttNs());
        assertEquals(Pacing.step(2 * s.cwnd() * 10), s.sender.pacingBytesPerSecond());
        assertEquals(2000, s.sender.burstBytes());
    }
}
