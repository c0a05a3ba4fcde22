// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

/** States of RFC 9293 3.3.2 a session can have here; the kernel does the handshake, so it begins established. */
public enum TcpConnectionState {
    ESTABLISHED,
    CLOSE_WAIT,
    FIN_WAIT_1,
    FIN_WAIT_2,
    CLOSING,
    LAST_ACK,
    TIME_WAIT,
    CLOSED;

    /** True while new data may leave; a viewer that closed its half still gets its stream. */
    public boolean maySendData() {
        return this == ESTABLISHED || this == CLOSE_WAIT;
    }
}
