// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import io.tcpoffload.api.RecoverPolicy;
import io.tcpoffload.api.SyncMethod;

/** Where in a channel a viewer may start or go on. Owned by one thread. */
final class SyncPoints {

    private static final long NONE = -1;

    private final StoredMedia store;
    private final LagLimits limits;
    private final Extent scratch = new Extent();

    SyncPoints(StoredMedia store, LagLimits limits) {
        this.store = store;
        this.limits = limits;
    }

    /**
     * Where a viewer starts.
     *
     * @param since the store's head when the viewer came
     * @return -1 if there is no such place yet
     */
    long start(SyncMethod method, long since) {
        return switch (method) {
            case LATEST -> store.head() == 0 ? NONE : packetAtOrAfter(limits.newestBody());
            case NEXT_KEYFRAME -> store.joinPointAtOrAfter(since);
            case LATEST_KEYFRAME -> store.newestJoinPoint();
            case BURST -> store.head() == 0 ? NONE : packetAtOrAfter(Math.max(limits.burstStart(), store.tail()));
            case BURST_KEYFRAME -> keyframeBefore(limits.burstStart());
        };
    }

    /**
     * Where a viewer starts for whom there was no such place when it came: it misses nothing of what came since.
     *
     * @param since the store's head then
     * @return -1 if there is still none
     */
    long startAfterWaiting(SyncMethod method, long since) {
        return switch (method) {
            case LATEST, BURST -> store.head() == since ? NONE : packetAtOrAfter(Math.max(since, store.tail()));
            case NEXT_KEYFRAME, LATEST_KEYFRAME, BURST_KEYFRAME -> store.joinPointAtOrAfter(since);
        };
    }

    private long keyframeBefore(long position) {
        long before = store.joinPointAtOrBefore(position);
        return before >= 0 ? before : store.joinPointAtOrAfter(0);
    }

    /** Where a viewer that is too far behind goes on; -1 if its channel has no such place. */
    long resync(RecoverPolicy policy) {
        return switch (policy) {
            case NONE, DISCONNECT -> NONE;
            case LATEST -> packetAtOrAfter(limits.newestBody());
            case SOFT_LIMIT -> packetAtOrAfter(limits.recoverBelow());
            case KEYFRAME -> store.newestJoinPoint();
        };
    }

    /** The first byte of a packet or segment, at or after a position in the store. */
    private long packetAtOrAfter(long position) {
        if (!store.locate(position, scratch)) {
            return position;
        }
        long packet = position + TsPacket.rest(scratch.segmentStart(), position);
        long segment = store.joinPointAtOrAfter(position);
        return segment >= 0 ? Math.min(packet, segment) : packet;
    }
}
