// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.core.Sender;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Clause(rfc = "RFC 7323", section = "4.1", does = "the time a segment left is read from the timestamp that comes back")
class TimestampsTest {

    private static final long MS = 1_000_000L;

    /** The sum of clock and offset wraps as 32 bits do, and so does the clock. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, 123_456_789})
    void findsTheMillisecondInWhichTheSegmentLeft(int offset) {
        for (long leftMs : new long[] {5, (1L << 31) - 10, (1L << 32) - 10, (1L << 32) + 5}) {
            int value = (int) leftMs + offset;
            assertEquals(leftMs * MS, Timestamps.sentNs(value, offset, (leftMs + 20) * MS + 7));
            assertEquals(leftMs * MS, Timestamps.sentNs(value, offset, leftMs * MS + 999_999));
        }
    }

    @Test
    void believesNoEchoOfTheFutureNorOfLongAgo() {
        long nowMs = 1L << 33;
        assertEquals(Sender.NO_ECHO, Timestamps.sentNs((int) nowMs + 1, 0, nowMs * MS));
        assertEquals(Sender.NO_ECHO, Timestamps.sentNs((int) (nowMs - Timestamps.OLDEST_MS - 1), 0, nowMs * MS));
        assertEquals((nowMs - Timestamps.OLDEST_MS) * MS,
                Timestamps.sentNs((int) (nowMs - Timestamps.OLDEST_MS), 0, nowMs * MS));
    }
}
