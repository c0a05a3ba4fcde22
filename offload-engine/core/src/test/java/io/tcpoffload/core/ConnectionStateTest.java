// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.clauses.Hostile;
import io.tcpoffload.clauses.Layer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("FIN, RST and acknowledgements in every state (RFC 9293 3.3.2, 3.6, 3.10.7.4)")
class ConnectionStateTest {

    /** Two segments, then whatever leads to {@code state}; our FIN, where there is one, is at 2000. */
    private static Scenario in(TcpConnectionState state, int isn) {
        final Scenario s = Scenario.withSack(isn).send(2000).at(20);
        switch (state) {
            case ESTABLISHED -> { }
            case CLOSE_WAIT -> s.sender.onPeerFin(s.now());
            case FIN_WAIT_1 -> fin(s);
            case FIN_WAIT_2 -> fin(s).ack(2001);
            case CLOSING -> fin(s).sender.onPeerFin(s.now());
            case LAST_ACK -> {
                s.sender.onPeerFin(s.now());
                fin(s);
            }
            case TIME_WAIT -> fin(s).ack(2001).sender.onPeerFin(s.now());
            case CLOSED -> s.sender.onReset();
        }
        assertEquals(state, s.sender.state());
        return s;
    }

    private static Scenario fin(Scenario s) {
        s.sender.queueFin();
        assertTrue(s.sender.finDue(s.now()));
        s.sender.onFinSent(s.now());
        return s;
    }

    @ParameterizedTest(name = "{0}: the viewer''s FIN leads to {1}, then to {2} when all is acknowledged")
    @CsvSource({"ESTABLISHED, CLOSE_WAIT, CLOSE_WAIT", "CLOSE_WAIT, CLOSE_WAIT, CLOSE_WAIT",
        "FIN_WAIT_1, CLOSING, TIME_WAIT", "FIN_WAIT_2, TIME_WAIT, TIME_WAIT", "CLOSING, CLOSING, TIME_WAIT",
        "LAST_ACK, LAST_ACK, CLOSED", "TIME_WAIT, TIME_WAIT, TIME_WAIT", "CLOSED, CLOSED, CLOSED"})
    @DisplayName("The viewer's FIN, and its repetition, in every state")
    @Clause(rfc = "RFC 9293", section = "3.10.7.4",
            does = "the viewer's FIN in every state; a repeated FIN changes none")
    @Hostile(value = "FIN in order", layer = Layer.CORE)
    void peerFin(TcpConnectionState before, TcpConnectionState after, TcpConnectionState acknowledged) {
        final Scenario s = in(before, -1500);
        s.sender.onPeerFin(s.now());
        assertEquals(after, s.sender.state());
        s.sender.onPeerFin(s.after(5).now());
        assertEquals(after, s.sender.state());
        s.ack(s.nxt());
        assertEquals(acknowledged, s.sender.state());
    }

    @ParameterizedTest
    @EnumSource(TcpConnectionState.class)
    @DisplayName("A reset in every state ends the connection, its timers, and what it would still send")
    @Clause(rfc = "RFC 9293", section = "3.10.7.4", does = "a reset in every state ends the connection and all its timers")
    @Hostile(value = "RST exact", layer = Layer.CORE)
    void reset(TcpConnectionState state) {
        final Scenario s = in(state, -1500);
        s.sender.onReset();
        assertTrue(s.sender.isClosed());
        assertEquals(-1, s.timerMs());
        assertEquals("none", s.retransmit());
        assertEquals(0, s.sendable(1000));
        assertFalse(s.sender.finDue(s.now()));
        s.sender.onPeerFin(s.now());
        s.event(s.una(), s.una() + 1, s.una() + 2).ack(s.nxt());
        assertEquals(TimerAction.NONE, s.after(100_000).timer());
        assertTrue(s.sender.isClosed());
        assertEquals(-1, s.timerMs());
    }

    @ParameterizedTest
    @EnumSource(TcpConnectionState.class)
    @DisplayName("New data leaves in ESTABLISHED and CLOSE-WAIT only, one FIN and nothing after it")
    @Clause(rfc = "RFC 9293", section = "3.10.2", does = "data leaves in ESTABLISHED and CLOSE-WAIT, and none after our FIN")
    void dataLeavesWhereItMay(TcpConnectionState state) {
        final Scenario s = in(state, Integer.MAX_VALUE - 1500);
        final boolean open = state == TcpConnectionState.ESTABLISHED || state == TcpConnectionState.CLOSE_WAIT;
        assertEquals(open ? 1000 : 0, s.sendable(1000));
        s.sender.queueFin();
        assertEquals(open, s.sender.finDue(s.now()));
    }

    @ParameterizedTest
    @EnumSource(TcpConnectionState.class)
    @DisplayName("An acknowledgement of what was never sent changes no state")
    void anAckOfUnsentDataChangesNothing(TcpConnectionState state) {
        final Scenario s = in(state, -1500);
        s.ack(s.nxt() + 1);
        assertEquals(state, s.sender.state());
    }

    @ParameterizedTest
    @EnumSource(value = TcpConnectionState.class, names = {"FIN_WAIT_1", "CLOSING", "LAST_ACK"})
    @DisplayName("A FIN that is not acknowledged is sent again until the viewer is given up")
    @Clause(rfc = "RFC 9293", section = "3.8.3", does = "a FIN that is never acknowledged ends in a reset after 60 s")
    void anUnacknowledgedFinIsGivenUp(TcpConnectionState state) {
        final Scenario s = in(state, -1500).at(40);
        s.ack(2000);
        assertEquals(state, s.sender.state());
        int again = 0;
        TimerAction action = s.fire();
        while (action != TimerAction.GIVE_UP) {
            assertEquals(TimerAction.RETRANSMIT, action);
            assertEquals("2000+FIN", s.retransmit());
            again++;
            action = s.fire();
        }
        assertTrue(again >= 5, "only " + again);
        assertEquals(60_040, s.nowMs());
    }

    @AtEveryWrap
    @DisplayName("The last data and the FIN are acknowledged one after the other, whichever wrap lies between them")
    @Clause(rfc = "RFC 9293", section = "3.4", does = "the FIN has a sequence number of its own, wraps included")
    void theFinIsAByteOfTheStream(int isn) {
        final Scenario s = in(TcpConnectionState.FIN_WAIT_1, isn);
        assertEquals(2001, s.nxt());
        assertEquals(2001, s.sender.inFlight());
        s.ack(2000);
        assertEquals(1, s.sender.inFlight());
        assertEquals(TcpConnectionState.FIN_WAIT_1, s.sender.state());
        s.ack(2001);
        assertEquals(TcpConnectionState.FIN_WAIT_2, s.sender.state());
    }
}
