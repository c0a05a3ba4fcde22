// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

/**
 * Numbers not in use, first in first out: a number rests as long as possible before it is used again, so that a
 * packet still under way in the hook does not write into another session's record. A ring of links, in which any number
 * can be taken. Thread safe.
 */
final class FreeList {

    private static final int TAKEN = -1;

    private final int[] next;
    private final int[] previous;
    /** Stands between the last and the first. */
    private final int end;
    private int used;

    FreeList(int capacity) {
        next = new int[capacity + 1];
        previous = new int[capacity + 1];
        end = capacity;
        for (int id = 0; id <= capacity; id++) {
            next[id] = id == end ? 0 : id + 1;
            previous[id] = id == 0 ? end : id - 1;
        }
    }

    synchronized int take() {
        int id = next[end];
        if (id == end) {
            return -1;
        }
        claim(id);
        return id;
    }

    /** Takes this one. */
    synchronized void claim(int id) {
        if (next[id] == TAKEN) {
            throw new IllegalStateException("session " + id + " is taken already");
        }
        next[previous[id]] = next[id];
        previous[next[id]] = previous[id];
        next[id] = TAKEN;
        used++;
    }

    synchronized void put(int id) {
        if (next[id] != TAKEN) {
            throw new IllegalStateException("session " + id + " is free already");
        }
        previous[id] = previous[end];
        next[id] = end;
        next[previous[id]] = id;
        previous[end] = id;
        used--;
    }

    synchronized boolean isTaken(int id) {
        return next[id] == TAKEN;
    }

    synchronized int used() {
        return used;
    }
}
