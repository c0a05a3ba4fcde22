// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

/** A sender's {@link SenderCounter} values. */
final class Counters {

    private static final int SIZE = SenderCounter.values().length;

    private final long[] values = new long[SIZE];

    void add(SenderCounter counter, long amount) {
        values[counter.ordinal()] += amount;
    }

    void increment(SenderCounter counter) {
        values[counter.ordinal()]++;
    }

    long get(SenderCounter counter) {
        return values[counter.ordinal()];
    }
}
