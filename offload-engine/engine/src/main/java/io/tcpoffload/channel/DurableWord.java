// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A number in a store's memory that outlives its writer: kept three times, written one after another. Wherever the
 * writer was stopped two of the three agree, on the value before or after; and a bit that has flipped in one of them is
 * outvoted. The copies are {@code ~value} and {@code value ^ id}, so that neither zeros nor another store's words agree.
 *
 * <p>Written by one thread at a time. Readers have the value elsewhere.
 */
final class DurableWord {

    private static final VarHandle LONGS =
            MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private final ByteBuffer memory;
    private final int at;
    private final int copiesAt;
    private final long id;

    /**
     * @param at       offset of the value
     * @param copiesAt offset of the other two
     * @param id       the store's
     */
    DurableWord(ByteBuffer memory, int at, int copiesAt, long id) {
        this.memory = memory;
        this.at = at;
        this.copiesAt = copiesAt;
        this.id = id;
    }

    /** After all that was written before. */
    void write(long value) {
        LONGS.setRelease(memory, at, value);
        LONGS.setRelease(memory, copiesAt, ~value);
        LONGS.setRelease(memory, copiesAt + Long.BYTES, value ^ id);
    }

    /**
     * What two of the three agree on. For when nobody writes.
     *
     * @throws StoreRefusedException if no two agree
     */
    long agreed(String name) throws StoreRefusedException {
        long first = (long) LONGS.getAcquire(memory, at);
        long second = ~(long) LONGS.getAcquire(memory, copiesAt);
        long third = (long) LONGS.getAcquire(memory, copiesAt + Long.BYTES) ^ id;
        if (first != second && first != third && second != third) {
            throw new StoreRefusedException(name + " is damaged: its copies are " + first + ", " + second + " and " + third);
        }
        return second == third ? second : first;
    }
}
