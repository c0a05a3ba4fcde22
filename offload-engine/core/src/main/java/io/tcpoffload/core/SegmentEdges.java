// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import java.util.Arrays;

/**
 * Which segments the flight consists of, so that what is sent again is what was sent, as in Linux
 * ({@code __tcp_retransmit_skb}). Kept are the starts of runs: a run is what left as one, full segments with perhaps a short
 * one at the end. Bounded: of a flight with more runs the newest are taken for one, which costs only their boundaries.
 */
final class SegmentEdges {

    /** 4 KB a session. A thousand small segments in flight are more than any window of small writes. */
    static final int MAX_EDGES = 1024;

    private static final int FIRST_ROOM = 16;

    private final SegmentSize segment;
    private int[] edges = new int[FIRST_ROOM];
    private int count;

    /** What lies between is in flight, in segments that nobody knows. */
    SegmentEdges(SegmentSize segment, int una) {
        this.segment = segment;
        add(una);
    }

    /** New data left from {@code seq} on, or a FIN of its own. */
    void onSent(int seq) {
        if (!begins(seq)) {
            add(seq);
        }
    }

    /** Whether a run starts there. */
    boolean begins(int seq) {
        return edges[indexOf(seq)] == seq;
    }

    private void add(int seq) {
        if (count == MAX_EDGES) {
            return;
        }
        if (count == edges.length) {
            edges = Arrays.copyOf(edges, 2 * count);
        }
        edges[count++] = seq;
    }

    /** Everything before {@code una} is acknowledged. */
    void acknowledge(int una) {
        int gone = 0;
        while (gone + 1 < count && Seq.atOrBefore(edges[gone + 1], una)) {
            gone++;
        }
        if (gone > 0) {
            count -= gone;
            System.arraycopy(edges, gone, edges, 0, count);
        }
    }

    /** Where the run that holds {@code seq} ends: {@code nxt} for the last. */
    int runEnd(int seq, int nxt) {
        final int next = indexOf(seq) + 1;
        return next < count ? edges[next] : nxt;
    }

    /** Where the segment that holds {@code seq} starts; before {@code una} when it was acknowledged in part. */
    int segmentStart(int seq) {
        final int run = edges[indexOf(seq)];
        return Seq.plus(seq, -(Seq.distance(run, seq) % segment.bytes()));
    }

    /** Where it ends. */
    int segmentEnd(int seq, int nxt) {
        return Seq.min(Seq.plus(segmentStart(seq), segment.bytes()), runEnd(seq, nxt));
    }

    /** The first segment that starts at {@code seq}, inside the flight, or behind it. */
    int roundedUp(int seq, int nxt) {
        return segmentStart(seq) == seq ? seq : segmentEnd(seq, nxt);
    }

    /** The last segment's end at {@code seq} or before. */
    int roundedDown(int seq, int nxt) {
        return seq == nxt ? seq : segmentStart(seq);
    }

    /** Segments of which {@code [from, to)} has something. */
    int segments(int from, int to) {
        int segments = 0;
        int at = from;
        for (int i = indexOf(from); Seq.before(at, to); i++) {
            final int end = i + 1 < count ? Seq.min(edges[i + 1], to) : to;
            final int first = Seq.distance(edges[i], at) / segment.bytes();
            final int last = (Seq.distance(edges[i], end) - 1) / segment.bytes();
            segments += last - first + 1;
            at = end;
        }
        return segments;
    }

    /** Whether exactly one segment, be it short or full, starts at {@code seq} and ends where its run does. */
    boolean isSingle(int seq, int nxt) {
        return begins(seq) && Seq.distance(seq, runEnd(seq, nxt)) <= segment.bytes();
    }

    /** {@code [from, to)} is one segment from now on; a run starts at {@code to}, or it is all there is. */
    void join(int from, int to) {
        final int first = indexOf(from);
        int next = first + 1;
        while (next < count && Seq.before(edges[next], to)) {
            next++;
        }
        int keep = first + 1;
        if (Seq.distance(edges[first], from) % segment.bytes() != 0) {
            /* Only the oldest segment can have lost its front, by an acknowledgement. */
            edges[first] = from;
        }
        System.arraycopy(edges, next, edges, keep, count - next);
        count -= next - keep;
    }

    /** The run that holds {@code seq}. */
    private int indexOf(int seq) {
        int low = 0;
        int high = count - 1;
        while (low < high) {
            final int middle = (low + high + 1) >>> 1;
            if (Seq.atOrBefore(edges[middle], seq)) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }
}
