// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

/**
 * What the timestamp that an acknowledgement echoes tells (RFC 7323 4): when the segment left that let the acknowledgement go
 * forward, be it the first transmission or another. Believed only where a segment of ours can have left.
 */
final class TimestampEcho {

    /** A timestamp tells the time to a millisecond, rounded down. */
    static final long RESOLUTION_NS = 1_000_000L;

    private long earliestNs;
    private long sentNs;
    private boolean known;

    /** @param nowNs when the connection was taken over: what is echoed from before is not ours */
    TimestampEcho(long nowNs) {
        earliestNs = nowNs;
    }

    /**
     * Takes the echo of an acknowledgement that went forward. It may have been faster than any before.
     *
     * @param lastNs when something was sent last; its timestamp was made a little later
     * @return false when it is of a segment that never was
     */
    boolean take(long echoNs, long lastNs, long arrivalNs) {
        known = echoNs != Sender.NO_ECHO && echoNs <= Math.min(lastNs + RESOLUTION_NS, arrivalNs) && echoNs > earliestNs - RESOLUTION_NS;
        sentNs = echoNs;
        return known || echoNs == Sender.NO_ECHO;
    }

    /** No acknowledgement, or none that went forward: what it echoes says nothing new (RFC 7323 4.1). */
    void none() {
        known = false;
    }

    /** All that left up to {@code ns} has arrived: who acknowledges more echoes what left then or later. */
    void onAllArrived(long ns) {
        earliestNs = Math.max(earliestNs, ns);
    }

    /** True when what is echoed is known to have left before what left at {@code ns} (RFC 3522 3.2). */
    boolean isBefore(long ns) {
        return known && sentNs + RESOLUTION_NS <= ns;
    }

    /** Round-trip time, to a millisecond as Linux rounds it, or {@link Delivery#NONE}. */
    long rttNs(long arrivalNs) {
        return known ? Math.max(arrivalNs - sentNs, RESOLUTION_NS) : Delivery.NONE;
    }
}
