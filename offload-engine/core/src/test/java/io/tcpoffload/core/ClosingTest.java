// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
    void aViewerThatNeverClosesIsForgotten(int isn) {
        final Scenario s = Scenario.withSack(isn);
        sendFin(s);
        s.after(10).ack(1);
        s.after(100).ack(1);
        assertEquals(TimerAction.CLOSED, s.fire());
        assertEquals(60_010, s.nowMs());
    }

    @AtEveryWrap
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
}
