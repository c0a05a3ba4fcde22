// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

/**
 * Where in the channel's stream the bytes of a session's sequence space come from. Sequence numbers run on without a
 * gap (RFC 9293 section 3.4); the stream position jumps when a viewer joins or skips. A span starts at each jump, and
 * spans that are wholly acknowledged are forgotten.
 */
final class StreamMap {

    /**
     * A viewer skips at most once a segment, and a span lives only until it is acknowledged: more than this many jumps
     * inside one flight means a viewer that skips faster than it acknowledges.
     */
    static final int MAX_SPANS = 16;

    /** Told of the spans whenever others are in force, so that somebody else can go on with them. */
    interface Log {

        /** @param count how many of the caller's reused arrays hold */
        void spans(int[] seq, long[] position, int count);
    }

    /** Far enough from 2^31, at which sequence numbers can't be compared any more, and seldom enough to cost nothing. */
    private static final int MOST_LOG_AGE = 1 << 29;

    private final int[] seq = new int[MAX_SPANS];
    private final long[] position = new long[MAX_SPANS];
    private final Log log;
    private int count;
    private int loggedSeq;

    StreamMap(Log log) {
        this.log = log;
    }

    /** The spans that a former owner has logged, oldest first. */
    static StreamMap resumed(Journal journal) {
        StreamMap map = new StreamMap(journal::spans);
        map.count = journal.spans();
        for (int i = 0; i < map.count; i++) {
            map.seq[i] = journal.spanSeq(i);
            map.position[i] = journal.spanPosition(i);
        }
        map.loggedSeq = map.seq[0];
        return map;
    }

    private void log() {
        loggedSeq = seq[0];
        log.spans(seq, position, count);
    }

    /**
     * Notes that the byte with sequence number {@code nextSeq} is the stream's byte {@code nextPosition}.
     *
     * @return false if too many jumps are unacknowledged; the session can't go on then
     */
    boolean jump(int nextSeq, long nextPosition) {
        if (count > 0 && seq[count - 1] == nextSeq) {
            position[count - 1] = nextPosition;
            log();
            return true;
        }
        if (count == MAX_SPANS) {
            return false;
        }
        seq[count] = nextSeq;
        position[count] = nextPosition;
        count++;
        log();
        return true;
    }

    /**
     * Forgets what lies before {@code una}. The oldest span moves its start along: it may last for ever, and sequence
     * numbers can be compared only within 2^31 (RFC 9293 section 3.4).
     */
    void acknowledged(int una) {
        int first = 0;
        while (first + 1 < count && una - seq[first + 1] >= 0) {
            first++;
        }
        if (first > 0) {
            System.arraycopy(seq, first, seq, 0, count - first);
            System.arraycopy(position, first, position, 0, count - first);
            count -= first;
        }
        if (count > 0 && una - seq[0] > 0) {
            position[0] += una - seq[0];
            seq[0] = una;
        }
        if (first > 0 || seq[0] - loggedSeq > MOST_LOG_AGE) {
            log();
        }
    }

    /** The stream position of a sequence number at or after the oldest span's start, or -1. */
    long positionOf(int s) {
        int i = spanOf(s);
        return i < 0 ? -1 : position[i] + (s - seq[i]);
    }

    /** How many bytes from {@code s} on are consecutive in the stream, at most {@code length}. */
    int consecutive(int s, int length) {
        int next = spanOf(s) + 1;
        return next < count ? Math.min(length, seq[next] - s) : length;
    }

    private int spanOf(int s) {
        int i = count - 1;
        while (i >= 0 && s - seq[i] < 0) {
            i--;
        }
        return i;
    }
}
