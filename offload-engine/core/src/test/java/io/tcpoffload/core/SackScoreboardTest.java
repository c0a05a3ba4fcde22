// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SackScoreboardTest {

    @AtEveryWrap
    void mergesWhatTouchesOrOverlaps(int isn) {
        final SackScoreboard board = new SackScoreboard();
        assertEquals(100, board.add(isn + 100, isn + 200));
        assertEquals(100, board.add(isn + 300, isn + 400));
        assertEquals(2, board.rangeCount());
        assertEquals(0, board.add(isn + 120, isn + 180));
        assertEquals(100, board.add(isn + 200, isn + 300));
        assertEquals(1, board.rangeCount());
        assertEquals(isn + 400, board.firstUnsackedFrom(isn + 100));
        assertEquals(isn + 100, board.holeEnd(isn, isn + 1000));
    }

    @AtEveryWrap
    void refusesTheRangeThatFindsNoPlaceButStillMerges(int isn) {
        final SackScoreboard board = new SackScoreboard();
        for (int i = 0; i < SackScoreboard.MAX_RANGES; i++) {
            assertEquals(1, board.add(isn + 10 * i, isn + 10 * i + 1));
        }
        assertEquals(SackScoreboard.OVERFLOW, board.add(isn + 5, isn + 6));
        assertEquals(9, board.add(isn + 1, isn + 10));
        assertEquals(1, board.add(isn + 25, isn + 26));
        assertEquals(SackScoreboard.MAX_RANGES + 10, board.bytes());
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void agreesWithASetOfBytes(long seed) {
        final Random random = new Random(seed);
        final int isn = random.nextInt(3) - 300;
        final SackScoreboard board = new SackScoreboard();
        final BitSet model = new BitSet();
        int una = 0;
        for (int step = 0; step < 5000; step++) {
            final String where = "seed " + seed + ", step " + step;
            if (random.nextInt(50) == 0) {
                una += random.nextInt(300);
                final int before = model.cardinality();
                model.clear(0, una);
                assertEquals(before - model.cardinality(), board.removeBelow(isn + una), where);
            }
            final int from = una + 1 + random.nextInt(600);
            final int to = from + 1 + random.nextInt(40);
            final int before = model.cardinality();
            model.set(from, to);
            assertEquals(model.cardinality() - before, board.add(isn + from, isn + to), where);
            assertEquals(model.cardinality(), board.bytes(), where);
            final int a = una + random.nextInt(700);
            final int b = a + random.nextInt(100);
            assertEquals(b - a - model.get(a, b).cardinality(), board.unsackedBetween(isn + a, isn + b), where);
            assertEquals(model.nextClearBit(a), board.firstUnsackedFrom(isn + a) - isn, where);
            assertEquals(model.get(a), board.covers(isn + a), where);
            final int next = model.nextSetBit(model.nextClearBit(a));
            final int end = next < 0 ? a + 5000 : next;
            assertEquals(end, board.holeEnd(isn + model.nextClearBit(a), isn + a + 5000) - isn, where);
            final int edge = board.lossEdge(isn + una, 50) - isn;
            assertTrue(edge == una || model.get(edge) && !model.get(edge - 1), where);
        }
    }
}
