// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import io.tcpoffload.api.Delivery;
import java.util.Collection;
import java.util.List;

/** How far the viewers of a moment have got towards a stream position. Thread-safe. */
final class Arrival {

    /** A viewer, and what it had missed at that moment. */
    private record Expected(Cursor cursor, long skippedBytes) {
    }

    private final long position;
    private final List<Expected> expected;

    /** @param cursors of the viewers that are there */
    Arrival(Collection<Cursor> cursors, long position) {
        this.position = position;
        expected = cursors.stream().map(cursor -> new Expected(cursor, cursor.skippedBytes())).toList();
    }

    private enum State {
        SENT, SKIPPED, GONE, PENDING
    }

    private State state(Expected viewer) {
        Cursor cursor = viewer.cursor;
        if (cursor.position() >= position) {
            return cursor.skippedBytes() == viewer.skippedBytes ? State.SENT : State.SKIPPED;
        }
        if (cursor.isClosed()) {
            return State.GONE;
        }
        return cursor.awaitsItsStart() ? State.SKIPPED : State.PENDING;
    }

    boolean isComplete() {
        return expected.stream().noneMatch(viewer -> state(viewer) == State.PENDING);
    }

    /** As it is now; adds up to the viewers of the first moment. */
    Delivery toDelivery() {
        int[] counts = new int[State.values().length];
        expected.forEach(viewer -> counts[state(viewer).ordinal()]++);
        return new Delivery(counts[State.SENT.ordinal()], counts[State.SKIPPED.ordinal()], counts[State.GONE.ordinal()],
                counts[State.PENDING.ordinal()]);
    }
}
