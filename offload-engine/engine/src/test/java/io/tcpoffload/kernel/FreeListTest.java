// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FreeListTest {

    @Test
    void claimsAnyAndHandsOutTheOthersInOrder() {
        FreeList free = new FreeList(5);
        free.claim(0);
        free.claim(3);
        assertThrows(IllegalStateException.class, () -> free.claim(3));
        assertTrue(free.isTaken(3));
        assertFalse(free.isTaken(1));
        assertEquals(2, free.used());
        free.put(3);
        for (int expected : new int[] {1, 2, 4, 3, -1}) {
            assertEquals(expected, free.take());
        }
        free.put(0);
        assertThrows(IllegalStateException.class, () -> free.put(0));
        assertEquals(0, free.take());
    }

    @Test
    void doesWhatAQueueDoes() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int capacity = 1 + random.nextInt(20);
        FreeList free = new FreeList(capacity);
        Deque<Integer> model = new ArrayDeque<>();
        for (int id = 0; id < capacity; id++) {
            model.add(id);
        }
        for (int step = 0; step < 10_000; step++) {
            int id = random.nextInt(capacity);
            if (random.nextBoolean()) {
                assertEquals(model.isEmpty() ? -1 : (int) model.poll(), free.take(), "seed " + seed + ", step " + step);
            } else if (model.remove(id)) {
                free.claim(id);
            } else {
                model.add(id);
                free.put(id);
            }
            assertEquals(capacity - model.size(), free.used(), "seed " + seed + ", step " + step);
        }
    }
}
