// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.clauses.Way;
import org.junit.jupiter.api.Test;

@Clause(rfc = "RFC 9293", section = "3.7.4", does = "one small segment at most is unacknowledged (Nagle, as Minshall has it), where"
        + " the owner has not set TCP_NODELAY", way = Way.LINUX)
class SmallSegmentsTest {

    private static final int MSS = 1000;
    private final SmallSegments small = new SmallSegments(true, 5000);

    @Test
    void theFirstMayGo() {
        assertEquals(300, small.admit(300, MSS, 5000, false));
    }

    @Test
    void anotherWaitsForItsAcknowledgement() {
        small.onSent(300, MSS, 5300);
        assertEquals(0, small.admit(200, MSS, 5000, false));
        assertEquals(2000, small.admit(2200, MSS, 5000, false));
        assertEquals(200, small.admit(200, MSS, 5300, false));
    }

    @Test
    void fullSegmentsHoldNothingBack() {
        small.onSent(2000, MSS, 7000);
        assertEquals(200, small.admit(200, MSS, 5000, false));
    }

    @Test
    void theLastBytesGoWithTheFin() {
        small.onSent(300, MSS, 5300);
        assertEquals(200, small.admit(200, MSS, 5000, true));
    }

    @Test
    void noDelay() {
        SmallSegments any = new SmallSegments(false, 5000);
        any.onSent(300, MSS, 5300);
        assertEquals(200, any.admit(200, MSS, 5000, false));
    }
}
