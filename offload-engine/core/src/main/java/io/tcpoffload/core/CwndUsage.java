// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

/**
 * Whether the congestion window was what held the sender back in the last round trip. A live stream seldom fills it, and
 * a window that was not used says nothing about the path: it must not grow (RFC 5681 3.1, as Linux tcp_cwnd_validate),
 * and shrinks when it has not been used for long (RFC 7661 4.4 in aim, Linux tcp_cwnd_application_limited in form).
 */
final class CwndUsage {

    private int roundEnd;
    private boolean limited;
    private long maxFlightBytes;
    private long usedBytes;
    private long judgedNs;

    CwndUsage(int nxt, long nowNs) {
        roundEnd = nxt;
        judgedNs = nowNs;
    }

    /** After each send, and after each refusal: {@code byCwnd} tells whether more would have gone with a larger window. */
    void observe(Scoreboard board, boolean byCwnd) {
        final long flightBytes = board.inFlight();
        if (Seq.atOrAfter(board.una(), roundEnd) || byCwnd || !limited && flightBytes > maxFlightBytes) {
            limited = byCwnd;
            maxFlightBytes = flightBytes;
            roundEnd = board.nxt();
        }
    }

    /** After {@link #observe}, outside recovery: a window not in full use for a retransmission timeout shrinks. */
    void validate(CongestionControl control, long flightBytes, long rtoNs, long nowNs) {
        if (mayGrow(control)) {
            usedBytes = 0;
            judgedNs = nowNs;
            return;
        }
        usedBytes = Math.max(usedBytes, flightBytes);
        if (nowNs - judgedNs >= rtoNs) {
            control.onUnderused(usedBytes);
            usedBytes = 0;
            judgedNs = nowNs;
        }
    }

    /** True when an acknowledgement may let the window grow; slow start may run ahead up to twice what was used. */
    boolean mayGrow(CongestionControl control) {
        return limited || control.inSlowStart() && control.cwndBytes() < 2 * maxFlightBytes;
    }
}
