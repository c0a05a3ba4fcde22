// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import java.util.PriorityQueue;

/** Virtual time: events in order of time, and of their making where the time is the same. */
final class SimClock {

    static final long MS = 1_000_000L;

    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private long nowNs = 1_000 * MS;
    private long made;

    long nowNs() {
        return nowNs;
    }

    void after(long delayNs, Runnable action) {
        events.add(new Event(nowNs + delayNs, made++, action));
    }

    /** Runs the next event; false when there is none. */
    boolean step() {
        final Event event = events.poll();
        if (event == null) {
            return false;
        }
        nowNs = event.timeNs;
        event.action.run();
        return true;
    }

    private record Event(long timeNs, long number, Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            return timeNs != other.timeNs ? Long.compare(timeNs, other.timeNs) : Long.compare(number, other.number);
        }
    }
}
