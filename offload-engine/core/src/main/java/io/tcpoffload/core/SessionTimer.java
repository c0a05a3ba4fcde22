// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

/** The session's only timer. It is armed for one purpose at a time, so that no two can contradict each other. */
final class SessionTimer {

    /** What the timer is armed for. */
    enum Purpose {
        NONE,
        /** Data is in flight (RFC 6298). */
        RETRANSMIT,
        /** Something is overdue, but may only be reordered (RFC 8985 6.2). */
        REORDER,
        /** The end of the flight is unanswered (RFC 8985 7.2). */
        LOSS_PROBE,
        /** The viewer's window holds data back (RFC 9293 3.8.6.1). */
        PERSIST,
        /** Nothing to do: is the viewer still there (RFC 9293 3.8.4)? */
        KEEP_ALIVE,
        /** FIN-WAIT-2 or TIME-WAIT. */
        LINGER
    }

    private Purpose purpose = Purpose.NONE;
    private long deadlineNs = Long.MAX_VALUE;

    void arm(Purpose newPurpose, long newDeadlineNs) {
        purpose = newPurpose;
        deadlineNs = newDeadlineNs;
    }

    void clear() {
        arm(Purpose.NONE, Long.MAX_VALUE);
    }

    boolean is(Purpose other) {
        return purpose == other;
    }

    Purpose purpose() {
        return purpose;
    }

    long deadlineNs() {
        return deadlineNs;
    }
}
