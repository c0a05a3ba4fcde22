// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;

/** A session's work allocates nothing: transfers, losses, timeouts, probes and idle looks. */
class AllocationTest {

    private static final int MSS = 1448;
    private static final long MS = 1_000_000L;

    private final Sender sender = new Sender(SenderConfig.forMss(MSS).ecn(true).pacing(false).build(), -1_000_000, 1 << 20, true, 0);
    private final Range range = new Range();
    private final int[] blocks = new int[8];
    private long now = MS;
    private final Sender paced = new Sender(SenderConfig.forMss(MSS).ecn(true).build(), -1_000_000, 1 << 20, true, 0);
    private final int[] sentUpTo = new int[20];
    private long held;

    @Test
    void allocatesNothing() {
        assertAllocatesNothing(this::work);
        for (final SenderCounter counter : new SenderCounter[] {SenderCounter.FAST_RECOVERIES, SenderCounter.TIMEOUTS,
            SenderCounter.WINDOW_PROBES, SenderCounter.LOSS_PROBES, SenderCounter.DSACK_BLOCKS, SenderCounter.ECN_REDUCTIONS,
            SenderCounter.SPURIOUS_TIMEOUTS, SenderCounter.REDUCTIONS_UNDONE}) {
            assertTrue(sender.count(counter) > 100, () -> counter + ": " + sender.count(counter));
        }
    }

    @Test
    void allocatesNothingPaced() {
        assertAllocatesNothing(this::pacedWork);
        for (final SenderCounter counter : new SenderCounter[] {SenderCounter.FAST_RECOVERIES, SenderCounter.REDUCTIONS_UNDONE,
            SenderCounter.PATH_MTU_REDUCTIONS, SenderCounter.ECHOES_IGNORED}) {
            assertTrue(paced.count(counter) > 20, () -> counter + ": " + paced.count(counter));
        }
        assertTrue(held > 1000, "held " + held);
    }

    private static void assertAllocatesNothing(IntConsumer work) {
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        work.accept(5000);
        long least = Long.MAX_VALUE;
        // the JVM itself may allocate when it compiles or reports; what we allocate we allocate every time
        for (int i = 0; i < 3; i++) {
            final long before = threads.getCurrentThreadAllocatedBytes();
            final long overhead = threads.getCurrentThreadAllocatedBytes() - before;
            final long start = threads.getCurrentThreadAllocatedBytes();
            work.accept(20_000);
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - start - overhead);
        }
        assertEquals(0, least, "bytes allocated by 20,000 rounds");
    }

    /** A path of 20 ms; now and then a late segment, an impossible echo, a smaller or larger path. */
    private void pacedWork(int rounds) {
        for (int i = 0; i < rounds; i++) {
            now += MS;
            final int ack = sentUpTo[i % sentUpTo.length];
            switch (i % 256) {
                case 40 -> overtake();
                case 140 -> paced.onAck(ack, 1 << 20, now + MS, now, now);
                case 200 -> paced.onPathMtu(paced.mss() == MSS ? 1000 : MSS, now);
                default -> {
                    if (Seq.after(ack, paced.una())) {
                        paced.onAck(ack, 1 << 20, now - 20 * MS, now, now);
                    }
                }
            }
            if (now >= paced.nextTimerNs()) {
                paced.onTimer(now);
            }
            while (paced.nextRetransmission(range, 64_240, now)) {
                paced.onRetransmitted(range.seq(), range.sequenceLength(), now);
            }
            int n;
            while ((n = paced.sendable(64_240, now)) > 0) {
                paced.onSent(n, now);
            }
            held += paced.nextTimerNs() <= now + 2 * MS ? 1 : 0;
            sentUpTo[i % sentUpTo.length] = paced.nxt();
        }
    }

    /** The first segment in flight arrives after all others, and after it has left again. */
    private void overtake() {
        final int first = paced.una();
        final int nxt = paced.nxt();
        blocks[0] = first + MSS;
        blocks[1] = nxt;
        if (Seq.before(blocks[0], nxt)) {
            paced.onSack(first, 1 << 20, blocks, 1, now - 20 * MS, now, now);
            now += 2 * MS;
            if (paced.nextRetransmission(range, 64_240, now)) {
                paced.onRetransmitted(range.seq(), range.sequenceLength(), now);
            }
            now += MS;
            paced.onAck(nxt, 1 << 20, now - 23 * MS, now, now);
        }
    }

    private void work(int rounds) {
        for (int i = 0; i < rounds; i++) {
            now += MS;
            send();
            switch (i % 64) {
                case 5 -> loseTheFirst();
                case 17 -> retransmitForNothing();
                case 23 -> notifyCongestion();
                case 29 -> timeOut();
                case 41 -> timeOutForNothing();
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

    private void retransmitForNothing() {
        final int una = sender.una();
        loseTheFirst();
        blocks[0] = una;
        blocks[1] = una + MSS;
        sender.onSack(sender.una(), 1 << 20, blocks, 1, now, now);
    }

    private void notifyCongestion() {
        sender.onEce(now);
        sender.takeCwrDue();
        sender.onAck(sender.nxt(), 1 << 20, now, now);
    }

    private void timeOut() {
        waitForTimeout();
        sender.onAck(sender.nxt(), 1 << 20, now, now);
    }

    private void timeOutForNothing() {
        waitForTimeout();
        sender.onAck(sender.una() + MSS / 2, 1 << 20, now, now);
        sender.onAck(sender.nxt(), 1 << 20, now, now);
    }

    private void waitForTimeout() {
        final long timeouts = sender.count(SenderCounter.TIMEOUTS);
        while (sender.count(SenderCounter.TIMEOUTS) == timeouts) {
            now = sender.nextTimerNs();
            sender.onTimer(now);
            retransmit();
            send();
        }
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
