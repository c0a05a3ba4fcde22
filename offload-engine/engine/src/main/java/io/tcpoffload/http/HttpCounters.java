// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.http;

import java.util.concurrent.atomic.AtomicLongArray;

/** One number for each {@link HttpCounter}. Thread-safe. */
final class HttpCounters {

    private final AtomicLongArray values = new AtomicLongArray(HttpCounter.values().length);

    void increment(HttpCounter counter) {
        values.getAndIncrement(counter.ordinal());
    }

    long get(HttpCounter counter) {
        return values.get(counter.ordinal());
    }
}
