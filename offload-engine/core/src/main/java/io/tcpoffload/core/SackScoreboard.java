// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

/**
 * What the viewer holds beyond the cumulative acknowledgement: disjoint SACKed ranges in ascending order (RFC 2018,
 * RFC 6675 3). Bounded; a range that finds no place is forgotten, so its bytes may be sent again, which is safe.
 */
final class SackScoreboard {

    /**
     * Separate ranges remembered. 128 holes in one flight is 5 % loss of a 3.5 MB window; the two arrays cost 1 KB a
     * session, and a viewer that SACKs every other byte can make them no longer.
     */
    static final int MAX_RANGES = 128;

    /** Answer of {@link #add} when the range found no place. */
    static final int OVERFLOW = -1;

    /** RFC 6675 2: duplicates after which a segment counts as lost. */
    static final int DUP_THRESH = 3;

    private final int[] left = new int[MAX_RANGES];
    private final int[] right = new int[MAX_RANGES];
    private int count;
    private int bytes;

    /**
     * Remembers {@code [from, to)}, which the caller has found valid.
     *
     * @return bytes of it that were not SACKed before, or {@link #OVERFLOW}
     */
    int add(int from, int to) {
        int first = count;
        while (first > 0 && Seq.atOrAfter(right[first - 1], from)) {
            first--;
        }
        int end = first;
        int known = 0;
        int newLeft = from;
        int newRight = to;
        while (end < count && Seq.atOrBefore(left[end], to)) {
            known += Seq.distance(left[end], right[end]);
            newLeft = Seq.min(newLeft, left[end]);
            newRight = Seq.max(newRight, right[end]);
            end++;
        }
        if (end == first && count == MAX_RANGES) {
            return OVERFLOW;
        }
        moveTail(end, first + 1);
        left[first] = newLeft;
        right[first] = newRight;
        final int fresh = Seq.distance(newLeft, newRight) - known;
        bytes += fresh;
        return fresh;
    }

    /**
     * Forgets everything before {@code una}.
     *
     * @return bytes forgotten
     */
    int removeBelow(int una) {
        int drop = 0;
        int removed = 0;
        while (drop < count && Seq.atOrBefore(right[drop], una)) {
            removed += Seq.distance(left[drop], right[drop]);
            drop++;
        }
        if (drop > 0) {
            moveTail(drop, 0);
        }
        if (count > 0 && Seq.before(left[0], una)) {
            removed += Seq.distance(left[0], una);
            left[0] = una;
        }
        bytes -= removed;
        return removed;
    }

    void clear() {
        count = 0;
        bytes = 0;
    }

    boolean isEmpty() {
        return count == 0;
    }

    int rangeCount() {
        return count;
    }

    /** SACKed bytes in all. */
    int bytes() {
        return bytes;
    }

    /** True when the byte at {@code seq} is SACKed. */
    boolean covers(int seq) {
        return firstUnsackedFrom(seq) != seq;
    }

    /** {@code seq}, or the end of the SACKed range it lies in. */
    int firstUnsackedFrom(int seq) {
        for (int i = 0; i < count && Seq.atOrBefore(left[i], seq); i++) {
            if (Seq.after(right[i], seq)) {
                return right[i];
            }
        }
        return seq;
    }

    /** Where the hole that {@code seq} lies in ends: the next SACKed byte, at most {@code limit}. */
    int holeEnd(int seq, int limit) {
        for (int i = 0; i < count; i++) {
            if (Seq.after(left[i], seq)) {
                return Seq.min(left[i], limit);
            }
        }
        return limit;
    }

    /** Bytes of {@code [from, to)} that are not SACKed; 0 when it is empty. */
    int unsackedBetween(int from, int to) {
        if (Seq.atOrAfter(from, to)) {
            return 0;
        }
        int unsacked = Seq.distance(from, to);
        for (int i = 0; i < count && Seq.before(left[i], to); i++) {
            if (Seq.after(right[i], from)) {
                unsacked -= Seq.distance(Seq.max(left[i], from), Seq.min(right[i], to));
            }
        }
        return unsacked;
    }

    /**
     * The end of what is lost by RFC 6675 4, IsLost(): every unSACKed byte before it has {@link #DUP_THRESH} separate
     * ranges above, or more than {@code (DUP_THRESH - 1) * mss} SACKed bytes. {@code una} when nothing is.
     */
    int lossEdge(int una, int mss) {
        final int enough = (DUP_THRESH - 1) * mss;
        int above = 0;
        for (int i = count - 1; i >= 0; i--) {
            above += Seq.distance(left[i], right[i]);
            if (above > enough || count - i >= DUP_THRESH) {
                return left[i];
            }
        }
        return una;
    }

    private void moveTail(int from, int to) {
        final int length = count - from;
        System.arraycopy(left, from, left, to, length);
        System.arraycopy(right, from, right, to, length);
        count = to + length;
    }
}
