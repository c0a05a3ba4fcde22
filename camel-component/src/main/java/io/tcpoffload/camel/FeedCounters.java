// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import java.util.concurrent.atomic.AtomicLong;

/** What a producer has done with the bodies for one channel. Thread-safe. */
final class FeedCounters {

    private final AtomicLong bodies = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();
    private final AtomicLong missed = new AtomicLong();

    void countAccepted(long more) {
        bodies.incrementAndGet();
        bytes.addAndGet(more);
    }

    /** @param accepted bytes of the body that were accepted before */
    void countFailed(long accepted) {
        failed.incrementAndGet();
        bytes.addAndGet(accepted);
    }

    void countDropped() {
        dropped.incrementAndGet();
    }

    void countMissed(int viewers) {
        missed.addAndGet(viewers);
    }

    /** Bodies accepted to their end. */
    long bodies() {
        return bodies.get();
    }

    long bytes() {
        return bytes.get();
    }

    /** Bodies whose exchange failed. */
    long failed() {
        return failed.get();
    }

    /** Bodies dropped while they waited for their turn. */
    long dropped() {
        return dropped.get();
    }

    /** Viewers that did not get all of a body, with {@link WaitFor#SENT}. */
    long missed() {
        return missed.get();
    }
}
