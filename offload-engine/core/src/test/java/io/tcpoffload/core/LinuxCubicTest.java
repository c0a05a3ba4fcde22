// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("CUBIC in whole segments (net/ipv4/tcp_cubic.c)")
class LinuxCubicTest {

    private static final int MSS = 1000;
    private static final long MS = 1_000_000L;
    private static final long RTT = 50 * MS;

    /** A control that lost a segment of ten. */
    private static LinuxCubic afterLossOfTen() {
        final SenderConfig config = SenderConfig.forMss(MSS).bySegments(true).initialCwndSegments(10).build();
        final LinuxCubic cubic = (LinuxCubic) config.congestionAlgorithm().create(config, new SegmentSize(MSS));
        cubic.onRtt(RTT, 0, 10 * MSS);
        cubic.onLoss(10 * MSS, 0);
        return cubic;
    }

    private static long acked(LinuxCubic cubic, int segments, long ms) {
        cubic.onAcked((long) segments * MSS, RTT, ms * MS);
        return cubic.cwndBytes() / MSS;
    }

    @Test
    @DisplayName("717 / 1024 of the window, whole segments, two at least")
    void reduces() {
        final LinuxCubic cubic = afterLossOfTen();
        assertEquals(7 * MSS, cubic.cwndBytes());
        cubic.onLoss(7 * MSS, 0);
        assertEquals(4 * MSS, cubic.cwndBytes());
        cubic.onLoss(4 * MSS, 0);
        cubic.onLoss(2 * MSS, 0);
        assertEquals(2 * MSS, cubic.cwndBytes());
    }

    @Test
    @DisplayName("one more for a window acknowledged at first, then as the curve says; what was asked for before counts")
    void growsByTheCurve() {
        final LinuxCubic cubic = afterLossOfTen();
        assertEquals(7, acked(cubic, 1, 0));
        assertEquals(7, acked(cubic, 5, 50));
        assertEquals(8, acked(cubic, 1, 100));
        assertEquals(8, acked(cubic, 7, 150));
        assertEquals(9, acked(cubic, 1, 250));
    }

    @Test
    @DisplayName("a pause is no part of the curve")
    void pausesDoNotCount() {
        final LinuxCubic cubic = afterLossOfTen();
        assertEquals(7, acked(cubic, 1, 0));
        cubic.onFlightBegins(5000 * MS, 5000 * MS);
        assertEquals(8, acked(cubic, 6, 5050));
        assertEquals(8, acked(cubic, 7, 5100));
    }

    @Test
    @DisplayName("5 % a round trip as long as the capacity is unknown, as after a timeout")
    void afterATimeout() {
        final LinuxCubic cubic = afterLossOfTen();
        cubic.onTimeout(7 * MSS, 49 * MSS, false);
        cubic.onRtt(RTT, 0, 10 * MSS);
        assertEquals(50, acked(cubic, 19, 0));
        assertEquals(51, acked(cubic, 1, 50));
    }
}
