// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Which part of the stream can be read: {@code [tail, head)}. One writer, many readers. Stream offsets count bytes from
 * 0 and never wrap: at 10 Gbit/s a long lasts 230 years.
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

    private long head;
    private long tail;
    private long newestJoinPoint = -1;

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
        TAIL.setRelease(this, position);
    }

    /** Writer: offers what has been written up to a position. */
    void publishUpTo(long position, boolean joinPoint) {
        if (joinPoint) {
            NEWEST_JOIN_POINT.setRelease(this, head);
        }
        HEAD.setRelease(this, position);
    }
}
