// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tcpoffload.core.Sender;
import io.tcpoffload.core.SenderConfig;
import io.tcpoffload.core.SenderCounter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SenderTotalsTest {

    @Test
    void whatEndedSessionsCountedIsKept() {
        final SenderTotals totals = new SenderTotals();
        for (int i = 0; i < 3; i++) {
            final Sender sender = new Sender(SenderConfig.forMss(1000).build(), -1000, 100_000, true, 0);
            sender.onSent(sender.sendable(2500, 0), 0);
            sender.onAck(5000, 100_000, 1, 1);
            totals.add(sender);
        }
        final Map<String, Long> report = totals.with(List.of());
        assertEquals(SenderCounter.values().length, report.size());
        assertEquals(7500, report.get("sender_bytes_sent"));
        assertEquals(3, report.get("sender_acks_for_unsent_data"));
        assertEquals(0, report.get("sender_timeouts"));
    }
}
