// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Reads stores as viewers do. */
final class StoreCheck {

    private StoreCheck() {
    }

    /** The bytes in the store, each of which has to be what {@link Pattern} has at its position. */
    static long requirePattern(SegmentStore store) {
        long tail = store.tail();
        int length = (int) (store.head() - tail);
        assertEquals(-1, Pattern.firstWrong(tail, bytes(store, tail, length), length), "offset of a wrong byte");
        return length;
    }

    static byte[] bytes(SegmentStore store, long position, int length) {
        var extent = new Extent();
        byte[] out = new byte[length];
        for (int done = 0; done < length;) {
            assertTrue(store.locate(position + done, extent), "nothing at " + (position + done));
            int n = Math.min(extent.length(), length - done);
            store.memory().get(extent.memoryOffset(), out, done, n);
            assertTrue(store.stillValid(position + done));
            done += n;
        }
        return out;
    }
}
