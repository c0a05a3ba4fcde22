// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import java.util.concurrent.atomic.AtomicLongArray;

/** The values of {@link OffloadCounter}. Thread-safe. */
public final class OffloadCounters {

    private final AtomicLongArray values = new AtomicLongArray(OffloadCounter.values().length);

    void add(OffloadCounter counter, long n) {
        values.getAndAdd(counter.ordinal(), n);
    }

    public long get(OffloadCounter counter) {
        return values.get(counter.ordinal());
    }
}
