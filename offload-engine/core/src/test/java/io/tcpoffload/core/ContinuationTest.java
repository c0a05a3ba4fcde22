// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.clauses.Way;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A connection that another sender has begun goes on as that would have")
class ContinuationTest {

    private static final int MSS = 1000;
    private static final long MS = 1_000_000L;

    private static Sender sender(int una, int nxt) {
        return new Sender(SenderConfig.forMss(MSS).pacing(false).build(), una, nxt, 100_000, true, 0);
    }

    @Test
    @Clause(rfc = "RFC 6298", section = "2.3", way = Way.LINUX,
            does = "an adopted connection keeps round-trip time and deviation, and so its timeout")
    void timeoutIsTheOthers() {
        final Sender sender = sender(5, 5);
        sender.seed(100 * MS, 75 * MS, 10 * MSS, Long.MAX_VALUE, 0);
        assertEquals(100 * MS, sender.srttNs());
        assertEquals(75 * MS, sender.rttvarNs());
        assertEquals(400 * MS, sender.rtoNs());
    }

    @Test
    void windowAndThresholdAreTheOthers() {
        final Sender sender = sender(5, 5);
        sender.seed(0, 0, 20 * MSS, 15 * MSS, 0);
        assertEquals(20 * MSS, sender.cwndBytes());
        assertEquals(15 * MSS, sender.ssthreshBytes());
        assertEquals(20 * MSS, sender.sendable(50 * MSS, 0));
    }

    @Test
    void whatIsInFlightIsSentAgainAfterItsTimeout() {
        final Sender sender = sender(5, 5 + 3 * MSS);
        sender.seed(100 * MS, 50 * MS, 10 * MSS, Long.MAX_VALUE, 0);
        assertEquals(7 * MSS, sender.sendable(50 * MSS, 0));
        while (sender.count(SenderCounter.TIMEOUTS) == 0) {
            sender.onTimer(sender.nextTimerNs());
        }
        final Range range = new Range();
        sender.nextRetransmission(range, MSS, 1000 * MS);
        assertEquals(5, range.seq());
    }

    @Test
    @Clause(rfc = "RFC 9293", section = "3.6", way = Way.LINUX,
            does = "FIN-WAIT-2 has no end while somebody still listens (half-close), and a minute after that")
    void finWait2LastsAsLongAsSomebodyListens() {
        final Sender sender = new Sender(SenderConfig.forMss(MSS).keepAliveIdleNs(0).build(), 5, 100_000, true, 0);
        sender.halfClosed(true, 0);
        sender.queueFin();
        sender.finDue(0);
        sender.onFinSent(0);
        sender.onAck(6, 100_000, 1, 1);
        assertEquals(TcpConnectionState.FIN_WAIT_2, sender.state());
        assertEquals(Long.MAX_VALUE, sender.nextTimerNs());
        sender.halfClosed(false, 1000);
        assertEquals(1000 + SenderConfig.DEFAULT_LINGER_NS, sender.nextTimerNs());
        assertEquals(TimerAction.CLOSED, sender.onTimer(sender.nextTimerNs()));
    }
}
