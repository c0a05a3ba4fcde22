// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.clauses.Hostile;
import io.tcpoffload.clauses.Layer;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Window updates and scaled windows")
class WindowUpdateTest {

    /** What a shift of 14 bits makes of one (RFC 7323 2.3). */
    private static final int UNIT = 1 << 14;

    private static Scenario cwnd1000(int isn, long window) {
        return new Scenario(isn, true, window, SenderConfig.forMss(1000).initialCwndSegments(1000).pacing(false).build());
    }

    @AtEveryWrap
    @DisplayName("RFC 9293 3.8.6.1: an update after a zero window lets data go at once, and ends the probes")
    @Clause(rfc = "RFC 9293", section = "3.8.6.1",
            does = "a window update after a zero window lets data go at once and sets the back-off of the probes back")
    void anUpdateAfterZeroOpensTheWindow(int isn) {
        final Scenario s = new Scenario(isn, true, 3000).send(3000).after(20).window(0).ack(3000);
        assertEquals(0, s.sendable(9000));
        for (int i = 0; i < 4; i++) {
            assertEquals(TimerAction.PROBE, s.fire());
            s.after(1).ack(3000);
        }
        s.after(5).window(4000).ack(3000);
        assertEquals(4000, s.sendable(9000));
        s.send(4000).after(20).window(0).ack(7000);
        assertEquals(0, s.sendable(9000));
        assertEquals(s.nowMs() + 220, s.timerMs());
        assertEquals(0, s.sender.retransmittedSegments());
    }

    @AtEveryWrap
    @DisplayName("RFC 9293 3.8.6: an update while data is in flight moves the edge without an acknowledgement")
    @Clause(rfc = "RFC 9293", section = "3.8.6", does = "a window update without an acknowledgement moves the right edge")
    void anUpdateAloneMovesTheEdge(int isn) {
        final Scenario s = new Scenario(isn, true, 2000).send(2000).after(20);
        assertEquals(0, s.sendable(9000));
        s.window(5000).ack(0);
        assertEquals(3000, s.sendable(9000));
        assertEquals(0, s.count(SenderCounter.DUPLICATE_ACKS));
    }

    @AtEveryWrap
    @DisplayName("RFC 7323 2: a window of 2^30 bytes is used as far as the congestion window goes, across every wrap")
    @Clause(rfc = "RFC 7323", section = "2.3", does = "windows are taken scaled, up to 2^30")
    void theLargestWindow(int isn) {
        final Scenario s = cwnd1000(isn, 1 << 30);
        assertEquals(1_000_000, s.sendable(1_000_000));
        s.send(1_000_000).after(20).ack(1_000_000);
        assertEquals((1 << 30), s.sender.usableWindowBytes());
        assertEquals(1_000_000, s.una());
    }

    @AtEveryWrap
    @DisplayName("RFC 7323 2.4: what scaling rounds away takes the edge back; nothing goes beyond it, and nothing is lost")
    @Clause(rfc = "RFC 7323", section = "2.4",
            does = "a right edge that rounding takes back is obeyed; what was sent beyond stays in flight")
    @Hostile(value = "zero window", layer = Layer.CORE, counter = "sender_window_shrinks")
    void roundingTakesTheEdgeBack(int isn) {
        final Scenario s = cwnd1000(isn, 4 * UNIT);
        s.send(4 * UNIT).after(20);
        // 100 bytes read less than acknowledged: one unit less in the field
        s.window(3 * UNIT).ack(1000);
        assertEquals(1, s.count(SenderCounter.WINDOW_SHRINKS));
        assertEquals(0, s.sender.usableWindowBytes());
        assertEquals(0, s.sendable(9000));
        s.window(4 * UNIT).ack(4 * UNIT);
        assertEquals(60_000, s.sendable(60_000));
        assertEquals(0, s.sender.retransmittedSegments());
    }

    @AtEveryWrap
    @DisplayName("A window that opens and shuts all the time: each offer is used, never more, and the stream gets through")
    @Hostile(value = "zero window", layer = Layer.CORE, counter = "sender_window_probes")
    void aFlappingWindow(int isn) {
        final Scenario s = new Scenario(isn, true, 3000);
        int edge = 3000;
        for (int i = 0; i < 200; i++) {
            final int n = s.sendable(9000);
            if (n > 0) {
                s.sender.onSent(n, s.now());
            }
            assertTrue(s.nxt() <= edge, "beyond the edge");
            s.after(20).window(i % 2 == 0 ? 0 : 3000).ack(s.nxt());
            edge = s.una() + (i % 2 == 0 ? 0 : 3000);
        }
        assertEquals(300_000, s.una());
        assertEquals(0, s.sender.retransmittedSegments());
        assertEquals(0, s.count(SenderCounter.WINDOW_PROBES));
    }
}
