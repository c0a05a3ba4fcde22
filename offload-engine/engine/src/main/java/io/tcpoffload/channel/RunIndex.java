// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A bounded ring of runs. A run is a stretch of the stream that lies in one piece in memory and within one segment; it
 * ends where the next one starts. One writer, many readers without locks: the writer moves {@link #first()} past an
 * entry before it reuses it, so that a reader that finds {@code first} unmoved has read intact entries.
 *
 * <pre>
 *   entry = | stream start | memory address | segment start |      3 longs
 * </pre>
 *
 * Numbers of runs and memory addresses count on for ever; the place in the ring and in memory is the remainder. A run
 * is a join point when its segment starts with it.
 *
 * <p>Each run is written to the store's memory before a reader sees it: {@link RunTable}.
 */
final class RunIndex {

    private static final VarHandle ENTRY = MethodHandles.arrayElementVarHandle(long[].class);
    private static final VarHandle FIRST;
    private static final VarHandle NEXT;
    private static final int LONGS = 3;
    private static final int START = 0;
    private static final int ADDRESS = 1;
    private static final int SEGMENT = 2;

    static {
        try {
            FIRST = MethodHandles.lookup().findVarHandle(RunIndex.class, "first", long.class);
            NEXT = MethodHandles.lookup().findVarHandle(RunIndex.class, "next", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final RunTable table;
    private final DurableWord durableFirst;
    private final DurableWord durableNext;
    private final long[] entries;
    private final int mask;
    private long first;
    private long next;

    RunIndex(RunTable table, StoreWords words) {
        int capacity = table.capacity();
        if (Integer.bitCount(capacity) != 1) {
            throw new IllegalArgumentException(capacity + " is no power of two");
        }
        this.table = table;
        durableFirst = words.first();
        durableNext = words.next();
        entries = new long[capacity * LONGS];
        mask = capacity - 1;
    }

    /** Takes over these runs of the table. Before there is a reader. */
    void begin(long first, long next) {
        for (long run = first; run < next; run++) {
            set(run, START, table.start(run));
            set(run, ADDRESS, table.address(run));
            set(run, SEGMENT, table.segment(run));
        }
        durableNext.write(next);
        NEXT.setRelease(this, next);
        dropBefore(first);
    }

    /** Number of the oldest run. */
    long first() {
        return (long) FIRST.getAcquire(this);
    }

    /** Number the next run will get. */
    long next() {
        return (long) NEXT.getAcquire(this);
    }

    long start(long run) {
        return get(run, START);
    }

    long address(long run) {
        return get(run, ADDRESS);
    }

    long segment(long run) {
        return get(run, SEGMENT);
    }

    boolean isJoinPoint(long run) {
        return segment(run) == start(run);
    }

    private long get(long run, int field) {
        return (long) ENTRY.getOpaque(entries, ((int) run & mask) * LONGS + field);
    }

    private void set(long run, int field, long value) {
        ENTRY.setOpaque(entries, ((int) run & mask) * LONGS + field, value);
    }

    /** Writer: whether {@link #add} would need a run dropped first. */
    boolean isFull() {
        return next - first > mask;
    }

    /** Writer: forgets all runs before this one. The caller puts a full fence after it. */
    void dropBefore(long run) {
        durableFirst.write(run);
        FIRST.setRelease(this, run);
    }

    /** Writer: adds a run; not when {@link #isFull()}. */
    void add(long start, long address, long segment) {
        table.write(next, start, address, segment);
        durableNext.write(next + 1);
        set(next, START, start);
        set(next, ADDRESS, address);
        set(next, SEGMENT, segment);
        NEXT.setRelease(this, next + 1);
    }

    /**
     * The last run among {@code from} to {@code to - 1} that starts at or before a position, or {@code from - 1}. The
     * newest runs are looked at first, because that is where viewers of a live channel are.
     */
    long find(long position, long from, long to) {
        if (to > from && start(to - 1) <= position) {
            return to - 1;
        }
        long low = from - 1;
        long high = to - 1;
        while (high - low > 1) {
            long middle = (low + high) >>> 1;
            if (start(middle) <= position) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /**
     * {@link #find(long, long, long)}, quicker when it is the run {@code near} or the one after it. Viewers in step ask for
     * one position one after the other, and each of them goes on where it was.
     */
    long find(long position, long from, long to, long near) {
        if (near >= from && near < to && start(near) <= position) {
            if (near + 1 == to || start(near + 1) > position) {
                return near;
            }
            if (near + 2 == to || near + 2 < to && start(near + 2) > position) {
                return near + 1;
            }
        }
        return find(position, from, to);
    }

    /** Where the first join point at or after a position is, or -1. */
    long joinPointAtOrAfter(long position) {
        while (true) {
            long oldest = first();
            long end = next();
            long found = -1;
            for (long run = Math.max(oldest, find(position, oldest, end)); run < end && found < 0; run++) {
                if (start(run) >= position && isJoinPoint(run)) {
                    found = start(run);
                }
            }
            if (isIntact(oldest)) {
                return found;
            }
        }
    }

    /** Where the last join point at or before a position is, or -1. */
    long joinPointAtOrBefore(long position) {
        while (true) {
            long oldest = first();
            long run = find(position, oldest, next());
            while (run >= oldest && !isJoinPoint(run)) {
                run--;
            }
            long found = run < oldest ? -1 : start(run);
            if (isIntact(oldest)) {
                return found;
            }
        }
    }

    /** Whether entries read since {@link #first()} gave this number are good. */
    boolean isIntact(long oldest) {
        VarHandle.acquireFence();
        return first() <= oldest;
    }
}
