// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

/** The time of the loop's turn, the same for all that happens in it. Belongs to the session loop's thread. */
final class TurnClock {

    private long nowNs;

    /** CLOCK_MONOTONIC in ns, as of the beginning of the turn. */
    long nowNs() {
        return nowNs;
    }

    void turn(long now) {
        nowNs = now;
    }
}
