// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumMap;
import java.util.Map;

/**
 * What the kernel programs counted since {@link KernelSide#open}, or since the first of the engines that went on with each
 * other's tables. The map holds a row of counters for each of
 * {@link #SHARDS} groups of CPUs, so that CPUs do not fight for a line. Any thread.
 */
public final class KernelCounters {

    /** Rows: CPU number modulo this. */
    static final int SHARDS = 16;
    /** Counters in a row: a power of two with room to grow. */
    static final int ROW = 64;

    private final ByteBuffer rows;

    KernelCounters(ByteBuffer rows) {
        this.rows = rows.order(ByteOrder.nativeOrder());
    }

    public long get(KernelCounter counter) {
        long sum = 0;
        for (int shard = 0; shard < SHARDS; shard++) {
            sum += rows.getLong((shard * ROW + counter.ordinal()) * Long.BYTES);
        }
        return sum;
    }

    public Map<KernelCounter, Long> snapshot() {
        Map<KernelCounter, Long> all = new EnumMap<>(KernelCounter.class);
        for (KernelCounter counter : KernelCounter.values()) {
            all.put(counter, get(counter));
        }
        return all;
    }
}
