// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLongArray;

/** One number for each {@link ChannelCounter}. Thread-safe; counting allocates nothing. */
public final class ChannelCounters {

    private final AtomicLongArray values = new AtomicLongArray(ChannelCounter.values().length);

    public void add(ChannelCounter counter, long amount) {
        values.getAndAdd(counter.ordinal(), amount);
    }

    public long get(ChannelCounter counter) {
        return values.get(counter.ordinal());
    }

    /** All of them, by name in lower case. */
    public Map<String, Long> toMap() {
        Map<String, Long> map = new TreeMap<>();
        for (ChannelCounter counter : ChannelCounter.values()) {
            map.put(counter.name().toLowerCase(Locale.ROOT), get(counter));
        }
        return map;
    }
}
