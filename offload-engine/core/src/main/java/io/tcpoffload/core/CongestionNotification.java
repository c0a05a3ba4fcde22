// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

/**
 * When congestion that the viewer echoes is news, and what it is told then (RFC 3168 6.1.2): it goes on echoing until it
 * has seen CWR, which new data brings, so one reduction answers all echoes up to there.
 */
final class CongestionNotification {

    private final boolean negotiated;
    private boolean answered;
    private int point;
    private boolean cwrDue;

    CongestionNotification(boolean negotiated) {
        this.negotiated = negotiated;
    }

    boolean isNegotiated() {
        return negotiated;
    }

    /**
     * True when an echo is of congestion that nothing has answered yet.
     *
     * @param everSent whether anything of ours has left that can have met congestion
     */
    boolean isNews(boolean everSent) {
        return negotiated && everSent && !answered;
    }

    /**
     * The window was reduced for whatever reason: until something above {@code nxt} is acknowledged, which may have carried CWR,
     * echoes are old (Linux: TCP_CA_CWR holds until then).
     */
    void onReduced(int nxt) {
        answered = true;
        point = nxt;
        cwrDue = negotiated;
    }

    /** The reduction was for nothing (Linux tcp_ecn_withdraw_cwr). */
    void onUndone() {
        cwrDue = false;
    }

    void onAdvance(int una) {
        answered &= !Seq.after(una, point);
    }

    boolean takeCwrDue() {
        final boolean due = cwrDue;
        cwrDue = false;
        return due;
    }
}
