// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

/**
 * Whether the congestion window was what held the sender back in the last round trip. A live stream seldom fills it, and
 * a window that was not used says nothing about the path: it must not grow (RFC 5681 3.1, as Linux tcp_cwnd_validate).
 */
final class CwndUsage {

    private int roundEnd;
    private boolean limited;
    private long maxFlightBytes;

    CwndUsage(int nxt) {
        roundEnd = nxt;
    }

    /** After each send, and after each refusal: {@code byCwnd} tells whether more would have gone with a larger window. */
    void observe(int una, int nxt, boolean byCwnd) {
        final long flightBytes = Seq.distance(una, nxt);
        if (Seq.atOrAfter(una, roundEnd) || byCwnd || !limited && flightBytes > maxFlightBytes) {
            limited = byCwnd;
            maxFlightBytes = flightBytes;
            roundEnd = nxt;
        }
    }

    /** True when an acknowledgement may let the window grow; slow start may run ahead up to twice what was used. */
    boolean mayGrow(CongestionControl control) {
        return limited || control.inSlowStart() && control.cwndBytes() < 2 * maxFlightBytes;
    }
}
