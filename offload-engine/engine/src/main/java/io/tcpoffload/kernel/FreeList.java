// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

/**
 * Numbers not in use, first in first out: a number rests as long as possible before it is used again, so that a
 * packet still under way in the hook does not write into another session's record. Thread safe.
 */
final class FreeList {

    private final int[] ring;
    private final boolean[] taken;
    private int head;
    private int count;

    FreeList(int capacity) {
        ring = new int[capacity];
        taken = new boolean[capacity];
        for (int id = 0; id < capacity; id++) {
            ring[id] = id;
        }
        count = capacity;
    }

    synchronized int take() {
        if (count == 0) {
            return -1;
        }
        int id = ring[head];
        head = (head + 1) % ring.length;
        count--;
        taken[id] = true;
        return id;
    }

    synchronized void put(int id) {
        if (!taken[id]) {
            throw new IllegalStateException("session " + id + " is free already");
        }
        taken[id] = false;
        ring[(head + count) % ring.length] = id;
        count++;
    }

    synchronized int used() {
        return ring.length - count;
    }
}
