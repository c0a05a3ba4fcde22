// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

/** Acknowledgements that a viewer is due, at most one a turn. Belongs to the session loop's thread. */
final class Replies {

    private boolean ackDue;
    private long lastChallengeNs;

    /** A segment came that has to be acknowledged. */
    void acknowledgeSoon() {
        ackDue = true;
    }

    /**
     * A segment came that RFC 5961 answers, but not more often than Linux does
     * ({@code net.ipv4.tcp_invalid_ratelimit}).
     */
    void challenge(long nowNs, long atMostEveryNs) {
        if (nowNs - lastChallengeNs >= atMostEveryNs) {
            lastChallengeNs = nowNs;
            ackDue = true;
        }
    }

    /** Whether an acknowledgement is due; true once. */
    boolean takeAckDue() {
        boolean due = ackDue;
        ackDue = false;
        return due;
    }
}
