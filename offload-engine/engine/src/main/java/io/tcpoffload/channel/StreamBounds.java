// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Which part of the stream can be read: {@code [tail, head)}. One writer, many readers. Stream offsets count bytes from
 * 0 and never wrap: at 10 Gbit/s a long lasts 230 years.
 *
 * <p>Each is written to the store's memory before a reader sees it: no viewer gets a byte of which the next engine would
 * not know.
 */
final class StreamBounds {

    private static final VarHandle HEAD;
    private static final VarHandle TAIL;
    private static final VarHandle NEWEST_JOIN_POINT;

    static {
        try {
            var lookup = MethodHandles.lookup();
            HEAD = lookup.findVarHandle(StreamBounds.class, "head", long.class);
            TAIL = lookup.findVarHandle(StreamBounds.class, "tail", long.class);
            NEWEST_JOIN_POINT = lookup.findVarHandle(StreamBounds.class, "newestJoinPoint", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final DurableWord durableHead;
    private final DurableWord durableTail;
    private final DurableWord durableNewestJoinPoint;
    private long head;
    private long tail;
    private long newestJoinPoint = -1;

    /** @param words the store's */
    StreamBounds(StoreWords words) {
        durableHead = words.head();
        durableTail = words.tail();
        durableNewestJoinPoint = words.newestJoinPoint();
    }

    /** Before there is a reader. */
    void begin(long tail, long head, long newestJoinPoint) {
        withdrawBefore(tail);
        durableNewestJoinPoint.write(newestJoinPoint);
        NEWEST_JOIN_POINT.setRelease(this, newestJoinPoint);
        publishUpTo(head, false);
    }

    long head() {
        return (long) HEAD.getAcquire(this);
    }

    long tail() {
        return (long) TAIL.getAcquire(this);
    }

    /** Where the newest segment started, whether or not that can still be read; -1 before the first. */
    long newestJoinPoint() {
        return (long) NEWEST_JOIN_POINT.getAcquire(this);
    }

    /** Reader: whether what it has copied from this position on, up to a head it saw, was not being overwritten. */
    boolean stillValid(long position) {
        VarHandle.acquireFence();
        return tail() <= position;
    }

    /** Writer: withdraws what lies before a position. A full fence must follow before any byte is overwritten. */
    void withdrawBefore(long position) {
        durableTail.write(position);
        TAIL.setRelease(this, position);
    }

    /** Writer: offers what has been written up to a position. */
    void publishUpTo(long position, boolean joinPoint) {
        if (joinPoint) {
            durableNewestJoinPoint.write(head);
            NEWEST_JOIN_POINT.setRelease(this, head);
        }
        durableHead.write(position);
        HEAD.setRelease(this, position);
    }
}
