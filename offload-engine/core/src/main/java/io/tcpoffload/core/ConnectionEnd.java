// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import static io.tcpoffload.core.TcpConnectionState.CLOSED;
import static io.tcpoffload.core.TcpConnectionState.CLOSE_WAIT;
import static io.tcpoffload.core.TcpConnectionState.CLOSING;
import static io.tcpoffload.core.TcpConnectionState.ESTABLISHED;
import static io.tcpoffload.core.TcpConnectionState.FIN_WAIT_1;
import static io.tcpoffload.core.TcpConnectionState.FIN_WAIT_2;
import static io.tcpoffload.core.TcpConnectionState.LAST_ACK;
import static io.tcpoffload.core.TcpConnectionState.TIME_WAIT;

/** How a connection ends: FIN both ways, in either order or at once (RFC 9293 3.6), and reset. */
final class ConnectionEnd {

    private TcpConnectionState state = ESTABLISHED;
    private boolean finQueued;
    private boolean finSent;
    private int finSeq;
    private boolean halfClosed;

    TcpConnectionState state() {
        return state;
    }

    void queueFin() {
        finQueued = true;
    }

    /** True when a FIN waits to be sent. */
    boolean finWaits() {
        return finQueued && !finSent && state.maySendData();
    }

    void onFinSent(int seq) {
        finSent = true;
        finSeq = seq;
        state = state == CLOSE_WAIT ? LAST_ACK : FIN_WAIT_1;
    }

    void onPeerFin() {
        switch (state) {
            case ESTABLISHED -> state = CLOSE_WAIT;
            case FIN_WAIT_1 -> state = CLOSING;
            case FIN_WAIT_2 -> state = TIME_WAIT;
            default -> {
                // a repeated FIN: RFC 9293 3.10.7.4, eighth check, stays where it is
            }
        }
    }

    /** Everything up to {@code una} is acknowledged. */
    void onAcked(int una) {
        if (!finSent || Seq.atOrBefore(una, finSeq)) {
            return;
        }
        switch (state) {
            case FIN_WAIT_1 -> state = FIN_WAIT_2;
            case CLOSING -> state = TIME_WAIT;
            case LAST_ACK -> state = CLOSED;
            default -> {
                // acknowledged before
            }
        }
    }

    void onReset() {
        state = CLOSED;
    }

    void halfClosed(boolean on) {
        halfClosed = on;
    }

    /** True in the states that only wait for time to pass: for the viewer's FIN only so long as nobody reads. */
    boolean lingers() {
        return state == FIN_WAIT_2 && !halfClosed || state == TIME_WAIT;
    }

    void expire() {
        state = CLOSED;
    }

    /** True when the sequence number {@code seq} is the FIN's. */
    boolean isFin(int seq) {
        return finSent && seq == finSeq;
    }

    /** How many of the bytes {@code [seq, seq + length)} come before the FIN. */
    int dataBytes(int seq, int length) {
        return finSent ? Math.min(length, Seq.distance(seq, finSeq)) : length;
    }
}
