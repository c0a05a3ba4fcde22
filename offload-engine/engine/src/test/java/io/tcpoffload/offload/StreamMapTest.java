// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class StreamMapTest {

    private final StreamMap map = new StreamMap((seq, position, count) -> { });

    @Test
    void knowsNothingBeforeTheStart() {
        assertEquals(-1, map.positionOf(7));
    }

    @Test
    void followsTheSequenceAcrossItsWrap() {
        int first = Integer.MIN_VALUE - 100;
        map.jump(first, 5000);
        assertEquals(5000, map.positionOf(first));
        assertEquals(5300, map.positionOf(first + 300));
        map.jump(-50, 9000);
        assertEquals(9060, map.positionOf(10));
    }

    @Test
    void cutsARangeAtAJump() {
        map.jump(1000, 0);
        map.jump(1500, 40_000);
        assertEquals(200, map.consecutive(1300, 700));
        assertEquals(700, map.consecutive(1500, 700));
        assertEquals(299, map.positionOf(1299));
        assertEquals(40_001, map.positionOf(1501));
    }

    @Test
    void keepsTheSpanThatIsPartlyAcknowledged() {
        map.jump(1000, 0);
        map.jump(1500, 40_000);
        map.jump(2000, 80_000);
        map.acknowledged(1999);
        assertEquals(-1, map.positionOf(1499));
        assertEquals(40_499, map.positionOf(1999));
        map.acknowledged(2000);
        assertEquals(-1, map.positionOf(1999));
        assertEquals(80_000, map.positionOf(2000));
    }

    @Test
    void aSpanOutlivesTheSequenceSpace() {
        map.jump(1000, 0);
        long position = 0;
        int una = 1000;
        for (int i = 0; i < 100; i++) {
            position += 100_000_000;
            una += 100_000_000;
            map.acknowledged(una);
            assertEquals(position + 5, map.positionOf(una + 5));
        }
    }

    @Test
    void replacesAJumpFromWhichNothingWasSent() {
        map.jump(1000, 0);
        map.jump(1000, 7000);
        assertEquals(7000, map.positionOf(1000));
    }

    @Test
    void refusesMoreJumpsThanItsBound() {
        for (int i = 0; i < StreamMap.MAX_SPANS; i++) {
            assertTrue(map.jump(i * 10, i * 1000));
        }
        assertFalse(map.jump(10_000, 0));
    }
}
