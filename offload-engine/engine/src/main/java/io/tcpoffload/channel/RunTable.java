// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The runs in a store's memory, for the next engine: {@link RunIndex} writes each of its entries here, and reads them when
 * the store is reopened.
 */
final class RunTable {

    private static final VarHandle LONGS =
            MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final int START = 0;
    private static final int ADDRESS = Long.BYTES;
    private static final int SEGMENT = 2 * Long.BYTES;
    private static final int CHECK = 3 * Long.BYTES;

    private final ByteBuffer memory;
    private final int capacity;
    private final long id;

    /**
     * @param memory   the whole store
     * @param capacity most runs, a power of two
     * @param id       the store's
     */
    RunTable(ByteBuffer memory, int capacity, long id) {
        this.memory = memory;
        this.capacity = capacity;
        this.id = id;
    }

    int capacity() {
        return capacity;
    }

    void write(long run, long start, long address, long segment) {
        set(run, START, start);
        set(run, ADDRESS, address);
        set(run, SEGMENT, segment);
        set(run, CHECK, check(run, start, address, segment));
    }

    long start(long run) {
        return get(run, START);
    }

    long address(long run) {
        return get(run, ADDRESS);
    }

    long segment(long run) {
        return get(run, SEGMENT);
    }

    /** Whether the entry is this store's entry of this run, without a bit changed. */
    boolean isSound(long run) {
        return get(run, CHECK) == check(run, start(run), address(run), segment(run));
    }

    private int entry(long run) {
        return StoreDescriptor.RUN_AT + ((int) run & capacity - 1) * StoreDescriptor.RUN_BYTES;
    }

    private long get(long run, int field) {
        return (long) LONGS.getOpaque(memory, entry(run) + field);
    }

    private void set(long run, int field, long value) {
        LONGS.setOpaque(memory, entry(run) + field, value);
    }

    /** Each step is a bijection of what it takes in: no single field can change without the result changing. */
    private long check(long run, long start, long address, long segment) {
        return mix(mix(mix(mix(mix(id) ^ run) ^ start) ^ address) ^ segment);
    }

    /** The finaliser of MurmurHash3. */
    private static long mix(long value) {
        long mixed = value ^ value >>> 33;
        mixed *= 0xff51afd7ed558ccdL;
        mixed ^= mixed >>> 33;
        mixed *= 0xc4ceb9fe1a85ec53L;
        return mixed ^ mixed >>> 33;
    }
}
