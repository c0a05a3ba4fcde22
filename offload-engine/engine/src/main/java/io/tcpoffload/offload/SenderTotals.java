// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import io.tcpoffload.core.Sender;
import io.tcpoffload.core.SenderCounter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What all senders together have counted, those of sessions that are gone included. Loop thread. */
final class SenderTotals {

    private static final SenderCounter[] COUNTERS = SenderCounter.values();

    private final long[] gone = new long[COUNTERS.length];

    /** The session leaves the loop. */
    void add(Sender sender) {
        for (SenderCounter counter : COUNTERS) {
            gone[counter.ordinal()] += sender.count(counter);
        }
    }

    /** By name, such as {@code sender_loss_probes}. */
    Map<String, Long> with(List<ViewerSession> present) {
        Map<String, Long> all = new TreeMap<>();
        for (SenderCounter counter : COUNTERS) {
            long sum = gone[counter.ordinal()];
            for (ViewerSession session : present) {
                sum += session.sender().count(counter);
            }
            all.put("sender_" + counter.name().toLowerCase(Locale.ROOT), sum);
        }
        return all;
    }
}
