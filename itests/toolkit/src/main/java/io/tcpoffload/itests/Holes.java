// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests;

import java.util.ArrayList;
import java.util.List;

/**
 * Where a capture of one direction of a connection, in which nothing is lost before the sender's device, lacks bytes when
 * later ones come. What fills a hole tells why it was there: a segment no younger than the one that came too early was
 * overtaken by it, as between two CPUs that hand packets over; a younger one repeats what got lost on the way.
 */
final class Holes {

    private record Hole(int start, int end, int timestamp) {
    }

    private final List<Hole> open = new ArrayList<>();
    private boolean begun;
    private int next;
    private long repeatedBytes;

    /** A segment with its TSval; length without SYN, and with a FIN. */
    void add(int sequence, int length, int timestamp) {
        int end = sequence + length;
        if (begun && sequence - next > 0) {
            open.add(new Hole(next, sequence, timestamp));
        }
        if (!begun || end - next > 0) {
            next = end;
            begun = true;
        }
        for (Hole hole : List.copyOf(open)) {
            fill(hole, sequence, end, timestamp);
        }
    }

    /** Whether a segment was overtaken: all of it is missing so far, and it is no younger than what came in its place. */
    boolean wasOvertaken(int sequence, int length, int timestamp) {
        return open.stream().anyMatch(hole -> sequence - hole.start >= 0 && sequence + length - hole.end <= 0
                && timestamp - hole.timestamp <= 0);
    }

    private void fill(Hole hole, int sequence, int end, int timestamp) {
        int from = sequence - hole.start > 0 ? sequence : hole.start;
        int to = end - hole.end < 0 ? end : hole.end;
        if (to - from <= 0) {
            return;
        }
        open.remove(hole);
        if (from != hole.start) {
            open.add(new Hole(hole.start, from, hole.timestamp));
        }
        if (to != hole.end) {
            open.add(new Hole(to, hole.end, hole.timestamp));
        }
        if (timestamp - hole.timestamp > 0) {
            repeatedBytes += to - from;
        }
    }

    /** Bytes that were lost on the way: those that came by repetition only, or never. */
    long lostBytes() {
        return repeatedBytes + open.stream().mapToLong(hole -> hole.end - hole.start).sum();
    }
}
