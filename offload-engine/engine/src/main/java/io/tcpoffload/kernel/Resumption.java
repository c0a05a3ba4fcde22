// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What an engine writes down of a session for the engine that comes after it: {@link #BYTES} a slot, mapped, host byte
 * order. It is a BPF map that no program looks at, so it outlives the process however that ends. A slot is zeroed when
 * its session is allocated. Accessors allocate nothing; each slot belongs to its session's owner thread.
 */
public final class Resumption {

    /** Bytes of a slot. */
    public static final int BYTES = 512;

    private static final VarHandle INT = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());
    private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private final ByteBuffer slots;

    /** Over a copy of another engine's: for reading. */
    public static Resumption copy(byte[] slots) {
        return new Resumption(ByteBuffer.wrap(slots));
    }

    Resumption(ByteBuffer slots) {
        this.slots = slots.order(ByteOrder.nativeOrder());
    }

    public int getInt(int slot, int offset) {
        return slots.getInt(at(slot, offset, Integer.BYTES));
    }

    public void putInt(int slot, int offset, int value) {
        slots.putInt(at(slot, offset, Integer.BYTES), value);
    }

    public long getLong(int slot, int offset) {
        return slots.getLong(at(slot, offset, Long.BYTES));
    }

    public void putLong(int slot, int offset, long value) {
        slots.putLong(at(slot, offset, Long.BYTES), value);
    }

    /** Ordered before all that is read afterwards; {@code offset} is a multiple of 4. */
    public int getIntAcquire(int slot, int offset) {
        return (int) INT.getAcquire(slots, at(slot, offset, Integer.BYTES));
    }

    /** Ordered after all that was written before; {@code offset} is a multiple of 4. */
    public void putIntRelease(int slot, int offset, int value) {
        INT.setRelease(slots, at(slot, offset, Integer.BYTES), value);
    }

    /** Ordered before all that is read afterwards; {@code offset} is a multiple of 8. */
    public long getLongAcquire(int slot, int offset) {
        return (long) LONG.getAcquire(slots, at(slot, offset, Long.BYTES));
    }

    /** Ordered after all that was written before; {@code offset} is a multiple of 8. */
    public void putLongRelease(int slot, int offset, long value) {
        LONG.setRelease(slots, at(slot, offset, Long.BYTES), value);
    }

    /** A buffer over one slot, in host byte order. Allocates. */
    public ByteBuffer slot(int slot) {
        return slots.slice(at(slot, 0, BYTES), BYTES).order(ByteOrder.nativeOrder());
    }

    void clear(int slot) {
        for (int offset = 0; offset < BYTES; offset += Long.BYTES) {
            putLong(slot, offset, 0);
        }
    }

    private static int at(int slot, int offset, int bytes) {
        if (offset < 0 || offset > BYTES - bytes) {
            throw new IndexOutOfBoundsException("byte " + offset + " of a slot of " + BYTES);
        }
        return slot * BYTES + offset;
    }
}
