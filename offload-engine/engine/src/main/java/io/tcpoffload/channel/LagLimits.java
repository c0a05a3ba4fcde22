// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import io.tcpoffload.api.ChannelSpec;
import io.tcpoffload.api.MediaAmount;
import io.tcpoffload.api.RecoverPolicy;

/**
 * How far viewers of one channel may be behind, as stream positions, worked out once a body: whose position lies before one
 * is beyond that limit. Written by who appends, read by any thread.
 */
final class LagLimits {

    private final PublishTimes times = new PublishTimes();
    private volatile long recoverBelow;
    private volatile long hardBelow;
    private volatile long newestBody;
    private ChannelSpec spec;
    private long head;

    /**
     * @param wanted settings from now on
     * @param at     the store's head
     * @param newest where the newest body starts, as far as is known
     */
    synchronized void begin(ChannelSpec wanted, long at, long newest) {
        head = at;
        newestBody = newest;
        set(wanted);
    }

    /** Other settings. */
    synchronized void set(ChannelSpec wanted) {
        spec = wanted;
        times.reach(Math.max(nanos(wanted.burstSize()), Math.max(nanos(wanted.softLimit()), nanos(wanted.hardLimit()))));
        workOut();
    }

    private static long nanos(MediaAmount amount) {
        return amount.isTime() ? amount.time().toNanos() : 0;
    }

    /** The store's head has moved. */
    synchronized void appended(long to, long nowNs) {
        if (to > head) {
            times.add(head, nowNs);
            newestBody = head;
            head = to;
            workOut();
        }
    }

    private void workOut() {
        boolean two = !spec.softLimit().isDefault() || spec.recoverPolicy() == RecoverPolicy.NONE;
        recoverBelow = before(spec.recoverLimit(), 0);
        hardBelow = two ? before(spec.hardLimit(), 0) : 0;
    }

    /** A position so far behind the newest byte, once {@code more} bytes have been published. */
    private long before(MediaAmount limit, long more) {
        long byBytes = head + more - spec.limitBytes(limit);
        return limit.isTime() ? Math.max(byBytes, times.endOf(nanos(limit))) : byBytes;
    }

    /** Where a burst starts. */
    synchronized long burstStart() {
        MediaAmount burst = spec.burstSize();
        return burst.isTime() ? times.startOf(nanos(burst)) : head - burst.bytes();
    }

    /** Whose position lies before this would be beyond the recover limit after so many bytes more. */
    synchronized long recoverBelow(long more) {
        return before(spec.recoverLimit(), more);
    }

    /** Who is before this is to be set forward, or whatever the policy is. */
    long recoverBelow() {
        return recoverBelow;
    }

    /** Who is before this, and can't be set forward to it, is to be disconnected; 0 if nobody is. */
    long hardBelow() {
        return hardBelow;
    }

    /** Where the newest body starts. */
    long newestBody() {
        return newestBody;
    }
}
