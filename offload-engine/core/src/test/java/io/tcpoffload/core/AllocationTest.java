// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** A session's work allocates nothing: transfers, losses, timeouts, probes and idle looks. */
class AllocationTest {

    private static final int MSS = 1448;
    private static final long MS = 1_000_000L;

    private final Sender sender = new Sender(SenderConfig.forMss(MSS).build(), -1_000_000, 1 << 20, true, 0);
    private final Range range = new Range();
    private final int[] blocks = new int[8];
    private long now = MS;

    @Test
    void allocatesNothing() {
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        work(5000);
        final long before = threads.getCurrentThreadAllocatedBytes();
        final long overhead = threads.getCurrentThreadAllocatedBytes() - before;
        final long start = threads.getCurrentThreadAllocatedBytes();
        work(20_000);
        final long allocated = threads.getCurrentThreadAllocatedBytes() - start - overhead;
        assertEquals(0, allocated, "bytes allocated by 20,000 rounds");
        assertTrue(sender.count(SenderCounter.FAST_RECOVERIES) > 100);
        assertTrue(sender.count(SenderCounter.TIMEOUTS) > 100);
        assertTrue(sender.count(SenderCounter.WINDOW_PROBES) > 100);
    }

    private void work(int rounds) {
        for (int i = 0; i < rounds; i++) {
            now += MS;
            send();
            switch (i % 64) {
                case 5 -> loseTheFirst();
                case 29 -> timeOut();
                case 53 -> shutTheWindow();
                default -> sender.onAck(sender.nxt(), 1 << 20, now + MS, now + MS);
            }
        }
    }

    private void send() {
        int n;
        while ((n = sender.sendable(64_240, now)) > 0) {
            sender.onSent(n, now);
        }
    }

    private void loseTheFirst() {
        blocks[0] = sender.una() + MSS;
        blocks[1] = sender.nxt();
        sender.onSack(sender.una(), 1 << 20, blocks, 1, now, now);
        retransmit();
        sender.onAck(sender.nxt(), 1 << 20, now + MS, now + MS);
    }

    private void timeOut() {
        now = sender.nextTimerNs();
        sender.onTimer(now);
        retransmit();
        sender.onAck(sender.nxt(), 1 << 20, now, now);
    }

    private void shutTheWindow() {
        sender.onAck(sender.nxt(), 0, now, now);
        sender.sendable(64_240, now);
        now = sender.nextTimerNs();
        sender.onTimer(now);
        sender.onAck(sender.nxt(), 1 << 20, now, now);
    }

    private void retransmit() {
        while (sender.nextRetransmission(range, 64_240, now)) {
            sender.onRetransmitted(range.seq(), range.sequenceLength(), now);
        }
    }
}
