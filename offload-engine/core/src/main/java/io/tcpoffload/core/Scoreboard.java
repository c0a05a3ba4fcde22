// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

/**
 * The flight, from the oldest unacknowledged byte to the next to send, as consecutive ranges (RFC 6675 3, RFC 8985 5.2):
 * of each when it last left, whether it left more than once, and what is known of it.
 * <pre>
 *   una                                                           nxt
 *    |  in flight, again at t9 | SACKed | lost | SACKed | in flight since t5 |
 * </pre>
 * Nothing here depends on the size of posts or segments. Bounded: ranges that find no place are merged or forgotten,
 * which can cost a retransmission, never data.
 */
final class Scoreboard {

    /**
     * Ranges remembered; the arrays cost 3.3 KB a session. In the steady state a flight takes about {@code 2^MERGE_SHIFT},
     * the rest is for holes.
     */
    static final int MAX_RANGES = 256;

    /**
     * SACK blocks may not take the places of transmissions: 112 holes in one flight is 5 % loss of a 3.2 MB window, and a
     * viewer that SACKs every other byte can make them no more.
     */
    static final int MAX_RANGES_BY_SACK = 224;

    /** Answer of {@link #sack} when the range found no place. */
    static final int OVERFLOW = -1;

    /** RFC 6675 2, RFC 8985 6.2: SACKed segments that make a hole lost when no reordering has been seen. */
    static final int DUP_THRESH = 3;

    /** New data that left within srtt / 16 of other is one range: a quarter of the least reordering window (RFC 8985 6.2). */
    static final int MERGE_SHIFT = 4;

    private static final int SACKED = 1;
    private static final int LOST = 1 << 1;
    private static final int RESENT = 1 << 2;

    private final int[] end = new int[MAX_RANGES];
    private final long[] sentNs = new long[MAX_RANGES];
    private final byte[] state = new byte[MAX_RANGES];
    private int count;
    private int una;
    private int nxt;
    private int sackedRanges;
    private int sackedBytes;
    private int lostBytes;
    private int resentBytes;

    /** What lies between is in flight since an unknown time: it gives no round-trip time (Karn). */
    Scoreboard(int una, int nxt, long nowNs) {
        this.una = una;
        this.nxt = nxt;
        if (una != nxt) {
            put(0, nxt, nowNs, RESENT);
            count = 1;
            account(0, 1);
        }
    }

    int una() {
        return una;
    }

    int nxt() {
        return nxt;
    }

    int inFlight() {
        return Seq.distance(una, nxt);
    }

    /** New data, {@code length} bytes of sequence space, left; {@code mergeNs} tells how near in time counts as the same. */
    boolean sent(int length, long nowNs, long mergeNs) {
        nxt = Seq.plus(nxt, length);
        final int last = count - 1;
        if (count > 0 && state[last] == 0) {
            final long apartNs = nowNs - sentNs[last];
            if (apartNs == 0 || apartNs <= mergeNs && lostBytes + resentBytes == 0) {
                end[last] = nxt;
                return true;
            }
        }
        final boolean forgotten = makeRoom(1);
        put(count, nxt, nowNs, 0);
        count++;
        return !forgotten;
    }

    /**
     * {@code [from, to)}, none of it SACKed, left again.
     *
     * @return false when something SACKed had to be forgotten for it
     */
    boolean resent(int from, int to, long nowNs) {
        final boolean forgotten = makeRoom(2);
        int first = indexOf(from);
        if (first > 0 && start(first) == from && state[first - 1] == RESENT && sentNs[first - 1] == nowNs) {
            first--;
        }
        rewrite(first, indexOf(Seq.plus(to, -1)), from, to, RESENT, nowNs);
        return !forgotten;
    }

    /** {@code [from, to)}, none of it SACKed, is lost: what RFC 6582 says about the first segment. */
    void lose(int from, int to) {
        makeRoom(2);
        final int first = indexOf(from);
        rewrite(first, indexOf(Seq.plus(to, -1)), from, to, LOST | state[first] & RESENT, sentNs[first]);
    }

    /**
     * The viewer holds {@code [from, to)}, which the caller has found to lie inside the flight.
     *
     * @param delivery is told what it was not known to hold
     * @return bytes of it that were not SACKed before, or {@link #OVERFLOW}
     */
    int sack(int from, int to, Delivery delivery) {
        int first = indexOf(from);
        int last = indexOf(Seq.plus(to, -1));
        if (first > 0 && start(first) == from && isSacked(first - 1)) {
            first--;
        }
        if (last + 1 < count && end[last] == to && isSacked(last + 1)) {
            last++;
        }
        if (first == last && isSacked(first)) {
            return 0;
        }
        final int added = (leavesFront(first, from, SACKED) ? 1 : 0) + (leavesBack(last, to, SACKED) ? 1 : 0);
        final int growth = added - (last - first);
        if (growth > 0 && count + growth > MAX_RANGES_BY_SACK) {
            return OVERFLOW;
        }
        int fresh = 0;
        for (int i = first; i <= last; i++) {
            if (!isSacked(i)) {
                final int left = Seq.max(from, start(i));
                final int right = Seq.min(to, end[i]);
                delivery.add(left, right, sentNs[i], isResent(i));
                fresh += Seq.distance(left, right);
            }
        }
        rewrite(first, last, from, to, SACKED, sentNs[first]);
        return fresh;
    }

    /** Everything before {@code ack} is acknowledged; {@code delivery} is told what was not SACKed before. */
    void acknowledge(int ack, Delivery delivery) {
        int drop = 0;
        while (drop < count && Seq.atOrBefore(end[drop], ack)) {
            deliver(drop, end[drop], delivery);
            account(drop, -1);
            una = end[drop];
            drop++;
        }
        if (drop > 0) {
            moveTail(drop, 0);
        }
        if (una != ack) {
            deliver(0, ack, delivery);
            account(0, -1);
            una = ack;
            account(0, 1);
        }
    }

    private void deliver(int i, int upTo, Delivery delivery) {
        if (!isSacked(i)) {
            // inside acknowledge() una follows the ranges, so it is where this one starts
            delivery.add(una, upTo, sentNs[i], isResent(i));
        }
    }

    /** RFC 2018 8: the viewer threw away what it SACKed. */
    void forgetSacked() {
        for (int i = 0; i < count; i++) {
            if (isSacked(i)) {
                change(i, RESENT);
            }
        }
    }

    /** What counted as lost was only late. */
    void unmarkLost() {
        for (int i = 0; i < count; i++) {
            if (isLost(i)) {
                change(i, state[i] & ~LOST);
            }
        }
    }

    /** What cannot be a single segment of {@code mss} bytes or fewer is lost on a path that takes no larger ones. */
    void markLongerLost(int mss) {
        for (int i = 0; i < count; i++) {
            if (!isSacked(i) && Seq.distance(start(i), end[i]) > mss) {
                change(i, state[i] | LOST);
            }
        }
    }

    void markLost(int i) {
        change(i, state[i] | LOST);
    }

    void markAllLost() {
        for (int i = 0; i < count; i++) {
            if (!isSacked(i)) {
                change(i, state[i] | LOST);
            }
        }
    }

    int rangeCount() {
        return count;
    }

    int start(int i) {
        return i == 0 ? una : end[i - 1];
    }

    int end(int i) {
        return end[i];
    }

    long sentNs(int i) {
        return sentNs[i];
    }

    boolean isSacked(int i) {
        return (state[i] & SACKED) != 0;
    }

    boolean isFirstSacked() {
        return count > 0 && isSacked(0);
    }

    boolean isLost(int i) {
        return (state[i] & LOST) != 0;
    }

    boolean isResent(int i) {
        return (state[i] & RESENT) != 0;
    }

    int sackedBytes() {
        return sackedBytes;
    }

    /** Bytes that are lost and have not left again since. */
    int lostBytes() {
        return lostBytes;
    }

    /** Bytes in flight that left more than once. */
    int resentBytes() {
        return resentBytes;
    }

    /** RFC 6675 4, SetPipe(): what is neither SACKed nor lost. */
    int pipeBytes() {
        return inFlight() - sackedBytes - lostBytes;
    }

    /** RFC 8985 6.2: RACK.segs_sacked >= DupThresh, where ranges count as a segment each, and bytes as full segments. */
    boolean isDupThreshSacked(int mss) {
        return sackedRanges >= DUP_THRESH || sackedBytes > (DUP_THRESH - 1) * mss;
    }

    /** The same, with segments counted. */
    boolean isDupThreshSacked(SegmentEdges edges) {
        return sackedSegments(edges) >= DUP_THRESH;
    }

    /** {@link #sackedBytes()} in segments. */
    int sackedSegments(SegmentEdges edges) {
        int segments = 0;
        for (int i = 0; sackedRanges > 0 && i < count; i++) {
            segments += isSacked(i) ? edges.segments(start(i), end[i]) : 0;
        }
        return segments;
    }

    /** {@link #pipeBytes()} in segments. */
    int pipeSegments(SegmentEdges edges) {
        int segments = 0;
        for (int i = 0; i < count; i++) {
            segments += isSacked(i) || isLost(i) ? 0 : edges.segments(start(i), end[i]);
        }
        return segments;
    }

    /** The first range that is lost; {@link #rangeCount()} when there is none. */
    int firstLost() {
        int i = lostBytes == 0 ? count : 0;
        while (i < count && !isLost(i)) {
            i++;
        }
        return i;
    }

    /** Where what is lost from range {@code first} on ends. */
    int lostEnd(int first) {
        int i = first;
        while (i + 1 < count && isLost(i + 1)) {
            i++;
        }
        return end[i];
    }

    /** Whether the viewer holds some of {@code [from, to)}, which lies inside the flight. */
    boolean isAnySacked(int from, int to) {
        for (int i = indexOf(from); i < count && Seq.before(start(i), to); i++) {
            if (isSacked(i)) {
                return true;
            }
        }
        return false;
    }

    /** The range that holds {@code seq}. */
    private int indexOf(int seq) {
        int low = 0;
        int high = count - 1;
        while (low < high) {
            final int middle = (low + high) >>> 1;
            if (Seq.after(end[middle], seq)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    private boolean leavesFront(int i, int from, int newState) {
        return Seq.before(start(i), from) && state[i] != newState;
    }

    private boolean leavesBack(int i, int to, int newState) {
        return Seq.after(end[i], to) && state[i] != newState;
    }

    /** Makes {@code [from, to)} one range; {@code first} to {@code last} hold it, and keep what of them lies outside. */
    private void rewrite(int first, int last, int from, int to, int newState, long newSentNs) {
        final boolean front = leavesFront(first, from, newState);
        final boolean back = leavesBack(last, to, newState);
        final int lastEnd = end[last];
        final long lastSentNs = sentNs[last];
        final int lastState = state[last];
        for (int i = first; i <= last; i++) {
            account(i, -1);
        }
        int i = front ? first + 1 : first;
        moveTail(last + 1, i + (back ? 2 : 1));
        if (front) {
            end[first] = from;
            account(first, 1);
        }
        put(i, back ? to : lastEnd, newSentNs, newState);
        account(i, 1);
        if (back) {
            i++;
            put(i, lastEnd, lastSentNs, lastState);
            account(i, 1);
        }
    }

    /**
     * Merges neighbours, those first that left at nearly the same time, until so many places are free.
     *
     * @return true when a SACKed range was forgotten
     */
    private boolean makeRoom(int places) {
        boolean forgotten = false;
        while (count + places > MAX_RANGES) {
            int best = -1;
            long bestNs = Long.MAX_VALUE;
            for (int i = 0; i + 1 < count; i++) {
                final long apartNs = Math.abs(sentNs[i + 1] - sentNs[i]);
                if (!isSacked(i) && !isSacked(i + 1) && apartNs < bestNs) {
                    best = i;
                    bestNs = apartNs;
                }
            }
            if (best < 0) {
                best = isSacked(0) ? 0 : 1;
                change(best, RESENT);
                forgotten = true;
                best = best == 0 ? 0 : best - 1;
            }
            mergeWithNext(best);
        }
        return forgotten;
    }

    /** Of two that differ the cautious view: the later time, in flight unless both are lost, sent again if either was. */
    private void mergeWithNext(int i) {
        final int both = state[i] & state[i + 1] & LOST | (state[i] | state[i + 1]) & RESENT;
        final long laterNs = Math.max(sentNs[i], sentNs[i + 1]);
        final int mergedEnd = end[i + 1];
        account(i, -1);
        account(i + 1, -1);
        moveTail(i + 2, i + 1);
        put(i, mergedEnd, laterNs, both);
        account(i, 1);
    }

    private void change(int i, int newState) {
        account(i, -1);
        state[i] = (byte) newState;
        account(i, 1);
    }

    private void account(int i, int sign) {
        final int signed = sign * Seq.distance(start(i), end[i]);
        if (isSacked(i)) {
            sackedBytes += signed;
            sackedRanges += sign;
        } else if (isLost(i)) {
            lostBytes += signed;
        } else if (isResent(i)) {
            resentBytes += signed;
        }
    }

    private void put(int i, int newEnd, long newSentNs, int newState) {
        end[i] = newEnd;
        sentNs[i] = newSentNs;
        state[i] = (byte) newState;
    }

    private void moveTail(int from, int to) {
        final int length = count - from;
        System.arraycopy(end, from, end, to, length);
        System.arraycopy(sentNs, from, sentNs, to, length);
        System.arraycopy(state, from, state, to, length);
        count = to + length;
    }
}
