// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.clauses.Hostile;
import io.tcpoffload.clauses.Layer;
import io.tcpoffload.clauses.Way;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Ends of a connection (RFC 9293 3.6, 3.10)")
class ClosingTest {

    private static void sendFin(Scenario s) {
        s.sender.queueFin();
        assertTrue(s.sender.finDue(s.now()));
        s.sender.onFinSent(s.now());
        assertFalse(s.sender.finDue(s.now()));
    }

    @AtEveryWrap
    @Clause(rfc = "RFC 9293", section = "3.6",
            does = "we close first: FIN-WAIT-1, FIN-WAIT-2, TIME-WAIT")
    @Clause(rfc = "RFC 9293", section = "3.6.1", way = Way.LINUX,
            does = "TIME-WAIT has a setting, and ends at once when the flow is reused")
    @Hostile(value = "FIN in order", layer = Layer.CORE)
    void weCloseFirst(int isn) {
        final Scenario s = Scenario.withSack(isn).send(3000);
        sendFin(s);
        assertEquals(TcpConnectionState.FIN_WAIT_1, s.sender.state());
        assertEquals(0, s.sendable(1000));
        s.after(10).ack(3000);
        assertEquals(TcpConnectionState.FIN_WAIT_1, s.sender.state());
        s.ack(3001);
        assertEquals(TcpConnectionState.FIN_WAIT_2, s.sender.state());
        s.sender.onPeerFin(s.now());
        assertEquals(TcpConnectionState.TIME_WAIT, s.sender.state());
        assertEquals(TimerAction.CLOSED, s.fire());
        assertEquals(10 + 60_000, s.nowMs());
        assertTrue(s.sender.isClosed());
        assertEquals(-1, s.timerMs());
    }

    @AtEveryWrap
    @DisplayName("A viewer that half-closes still gets its stream")
    @Clause(rfc = "RFC 9293", section = "3.6",
            does = "a viewer that half-closes still gets its stream: CLOSE-WAIT, LAST-ACK")
    @Hostile(value = "FIN in order", layer = Layer.CORE)
    void viewerClosesFirst(int isn) {
        final Scenario s = Scenario.withSack(isn).send(3000);
        s.sender.onPeerFin(s.now());
        assertEquals(TcpConnectionState.CLOSE_WAIT, s.sender.state());
        s.send(2000);
        sendFin(s);
        assertEquals(TcpConnectionState.LAST_ACK, s.sender.state());
        s.after(10).ack(5001);
        assertTrue(s.sender.isClosed());
        assertEquals(-1, s.timerMs());
    }

    @AtEveryWrap
    @Clause(rfc = "RFC 9293", section = "3.6",
            does = "simultaneous close: CLOSING, TIME-WAIT; a repeated FIN changes nothing")
    @Hostile(value = "FIN in order", layer = Layer.CORE)
    void bothCloseAtOnce(int isn) {
        final Scenario s = Scenario.withSack(isn);
        sendFin(s);
        s.sender.onPeerFin(s.now());
        assertEquals(TcpConnectionState.CLOSING, s.sender.state());
        s.sender.onPeerFin(s.now());
        assertEquals(TcpConnectionState.CLOSING, s.sender.state());
        s.after(10).ack(1);
        assertEquals(TcpConnectionState.TIME_WAIT, s.sender.state());
    }

    @AtEveryWrap
    @Clause(rfc = "RFC 9293", section = "3.8.1",
            does = "a lost FIN is sent again, after the data before it")
    void aLostFinIsSentAgainInASegmentOfItsOwn(int isn) {
        final Scenario s = Scenario.withSack(isn).send(2500);
        sendFin(s);
        s.fire();
        assertEquals("0+1000", s.retransmit());
        s.after(10).ack(1000);
        assertEquals("1000+1500", s.retransmit());
        assertEquals("2500+FIN", s.retransmit());
        s.after(10).ack(2501);
        assertEquals(TcpConnectionState.FIN_WAIT_2, s.sender.state());
    }

    @AtEveryWrap
    @Clause(rfc = "RFC 9293", section = "3.8.6.1",
            does = "a FIN waits for a zero window, which is probed")
    void theFinWaitsForAZeroWindowUnderProbes(int isn) {
        final Scenario s = new Scenario(isn, true, 1000).send(1000).after(10).window(0).ack(1000);
        s.sender.queueFin();
        assertFalse(s.sender.finDue(s.now()));
        assertEquals(TimerAction.PROBE, s.fire());
        assertEquals(0, s.sendable(0));
        assertFalse(s.sender.finDue(s.now()));
        s.after(10).window(1000).ack(1000);
        assertTrue(s.sender.finDue(s.now()));
    }

    @AtEveryWrap
    @Clause(rfc = "RFC 9293", section = "3.6", way = Way.LINUX,
            does = "FIN-WAIT-2 ends after a while, as tcp_fin_timeout")
    void aViewerThatNeverClosesIsForgotten(int isn) {
        final Scenario s = Scenario.withSack(isn);
        sendFin(s);
        s.after(10).ack(1);
        s.after(100).ack(1);
        assertEquals(TimerAction.CLOSED, s.fire());
        assertEquals(60_010, s.nowMs());
    }

    @AtEveryWrap
    @Clause(rfc = "RFC 9293", section = "3.10.7.4",
            does = "a reset ends the connection and all its timers")
    @Hostile(value = "RST exact", layer = Layer.CORE)
    void aResetEndsEverything(int isn) {
        final Scenario s = Scenario.withSack(isn).send(5000);
        s.fire();
        assertEquals(5000, s.sender.resetSeq() - isn);
        s.sender.onReset();
        assertTrue(s.sender.isClosed());
        assertEquals("none", s.retransmit());
        assertEquals(0, s.sendable(1000));
        assertEquals(-1, s.timerMs());
        s.ack(5000);
        assertEquals(0, s.una());
    }

    @AtEveryWrap
    @DisplayName("A connection that ends while pacing holds data wants no timer any more")
    void pacingEndsWithTheConnection(int isn) {
        final Scenario s = new Scenario(isn, true, 1_000_000, SenderConfig.forMss(1000).build()).send(10_000).at(50);
        s.ack(10_000).sender.onSent(s.sendable(20_000), s.now());
        assertEquals(0, s.sendable(20_000));
        assertTrue(s.timerMs() < 70, "pacing holds nothing");
        s.sender.onReset();
        assertEquals(-1, s.timerMs());
    }
}
