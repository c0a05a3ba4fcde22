// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.clauses.Way;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Pacing by the core")
class PacerTest {

    private static final int MSS = 1448;
    private static final long US = 1000;
    private static final long MS = 1_000_000;
    private static final long SECOND = 1_000_000_000;

    /** A viewer that acknowledges all it gets after a round trip, and a loop that sleeps until the next timer or arrival. */
    private static final class Path {
        final Sender sender;
        final long rttNs;
        final List<long[]> sent = new ArrayList<>();
        private final ArrayDeque<long[]> acks = new ArrayDeque<>();
        private final Range range = new Range();
        long nowNs;
        long left = Long.MAX_VALUE;
        long resent;
        int window = 1 << 30;

        Path(SenderConfig config, long rttNs, int window, long nowNs) {
            this.rttNs = rttNs;
            this.nowNs = nowNs;
            sender = new Sender(config, 0, window, true, nowNs);
            sender.seedRtt(rttNs);
        }

        long wakeNs() {
            return Math.min(sender.nextTimerNs(), acks.isEmpty() ? Long.MAX_VALUE : acks.peek()[0]);
        }

        Path until(long endNs) {
            turn();
            while (wakeNs() < endNs) {
                nowNs = wakeNs();
                turn();
            }
            nowNs = endNs;
            return this;
        }

        void turn() {
            while (!acks.isEmpty() && acks.peek()[0] <= nowNs) {
                final long[] ack = acks.poll();
                sender.onAck((int) ack[1], window, ack[0], nowNs);
            }
            if (sender.nextTimerNs() <= nowNs) {
                sender.onTimer(nowNs);
            }
            while (sender.nextRetransmission(range, 64_240, nowNs)) {
                sender.onRetransmitted(range.seq(), range.sequenceLength(), nowNs);
                resent += range.length();
                sent.add(new long[] {nowNs, range.length()});
            }
            int n;
            while ((n = sender.sendable((int) Math.min(left, 64_240), nowNs)) > 0) {
                sender.onSent(n, nowNs);
                left -= n;
                sent.add(new long[] {nowNs, n});
                acks.add(new long[] {nowNs + rttNs, sender.nxt()});
            }
        }

        long bytesBetween(long fromNs, long toNs) {
            return sent.stream().filter(s -> s[0] >= fromNs && s[0] < toNs).mapToLong(s -> s[1]).sum();
        }
    }

    private static SenderConfig.Builder config() {
        return SenderConfig.forMss(MSS).initialCwndSegments(1000);
    }

    @Test
    @Clause(rfc = "RFC 9293", section = "3.8.2", way = Way.LINUX,
            does = "the first ten segments leave unpaced, then about a millisecond's worth at a time, as "
                + "tcp_update_skb_after_send")
    void theFirstTenSegmentsLeaveAtOnce() {
        final Path path = new Path(SenderConfig.forMss(MSS).initialCwndSegments(200).build(), 100 * MS, 1 << 30, SECOND);
        path.turn();
        assertEquals(10 * MSS, path.sent.get(0)[1]);
        assertEquals(2, path.sent.size(), "and a burst: nothing is charged for the first");
        // 2 * 200 segments in 100 ms are 4 a millisecond
        assertEquals(3 * MSS, path.sender.burstBytes());
        assertEquals(3 * MSS, path.sent.get(1)[1]);
        assertEquals(SECOND + MS, path.sender.nextTimerNs());
    }

    @Test
    @Clause(rfc = "RFC 9293", section = "3.8.2", does = "the rate is right in the long run, whatever the grid; none is early")
    void theLongRunRateIsRight() {
        for (final long rate : new long[] {50_000, 1_000_000, 7_654_321, 60_000_000, 250_000_000, 1_000_000_000}) {
            for (final int burst : new int[] {65_535, 3000}) {
                final long rttNs = rate > 100_000_000 ? MS : 5 * MS;
                final Path path = new Path(config().maxPacingBytesPerSecond(rate).maxBurstBytes(burst).build(), rttNs, 1 << 30,
                        SECOND);
                path.until(SECOND + 200 * MS);
                final long endNs = path.nowNs + (rate < 1_000_000 ? 20 : 1) * SECOND;
                final long fromNs = path.nowNs;
                path.until(endNs);
                final double measured = path.bytesBetween(fromNs, endNs) * 1e9 / (endNs - fromNs);
                assertEquals(rate, measured, rate * 0.005 + 3.0 * MSS, "burst " + burst);
            }
        }
    }

    @Test
    @Clause(rfc = "RFC 9293", section = "3.8.2", does = "a release is later than its exact time by less than the quantum")
    void aReleaseIsLateByLessThanTheQuantum() {
        final long rate = 3_210_987;
        final Pacer pacer = new Pacer(MS, 0);
        double exactNs = 5 * SECOND;
        long nowNs = 5 * SECOND;
        for (int i = 0; i < 10_000; i++) {
            final int n = pacer.admit(10 * MSS, 2 * MSS, 65_535, rate, nowNs);
            assertTrue(n == 2 * MSS || n == 4 * MSS, i + ": " + n);
            assertTrue(nowNs >= exactNs - 20_000 && nowNs < exactNs + MS + 20_000, i + ": " + (nowNs - exactNs));
            pacer.onSent(n, rate, false, nowNs);
            exactNs += n * 1e9 / rate;
            assertTrue(exactNs + 20_000 > nowNs, "all that was due has left");
            nowNs = pacer.releaseNs();
            assertEquals(0, nowNs % MS);
            assertEquals(0, pacer.admit(10 * MSS, 2 * MSS, 65_535, rate, nowNs - 1));
        }
    }

    @Test
    @Clause(rfc = "RFC 9293", section = "3.8.2",
            does = "viewers in step whose bursts are equal are released in the same turn, though their rates differ")
    void viewersInStepStayInStep() {
        // a live stream: 60 ms of 8 Mbit/s at a time; paths of 20.0 to 20.4 ms
        final List<Path> viewers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            final Path viewer = new Path(SenderConfig.forMss(MSS).build(), 20 * MS + i * 100 * US, 1 << 20, SECOND);
            viewer.left = 0;
            viewers.add(viewer);
        }
        int bursts = 0;
        int apart = 0;
        final long[] rates = new long[viewers.size()];
        for (int piece = 1; piece < 200; piece++) {
            for (int i = 0; i < rates.length; i++) {
                final Path viewer = viewers.get(i);
                viewer.sent.clear();
                viewer.left = 60_000;
                rates[i] = viewer.sender.pacingBytesPerSecond();
                viewer.until(SECOND + piece * 60 * MS);
                assertEquals(0, viewer.left);
                // the acknowledgements of a piece may have changed it while it left
                rates[i] = rates[i] == viewer.sender.pacingBytesPerSecond() ? rates[i] : -i - 1;
            }
            for (int i = 1; i < rates.length; i++) {
                if (rates[i] == rates[i - 1]) {
                    bursts += viewers.get(i).sent.size();
                    apart += apart(viewers.get(i).sent, viewers.get(i - 1).sent);
                }
            }
        }
        assertTrue(bursts > 2000, "bursts " + bursts);
        assertEquals(0, apart, "of " + bursts);
    }

    private static int apart(List<long[]> some, List<long[]> others) {
        int apart = Math.abs(some.size() - others.size());
        for (int i = 0; i < Math.min(some.size(), others.size()); i++) {
            apart += some.get(i)[0] == others.get(i)[0] && some.get(i)[1] == others.get(i)[1] ? 0 : 1;
        }
        return apart;
    }

    @Test
    @Clause(rfc = "RFC 9293", section = "3.8.2",
            does = "less than half a millisecond away bursts are 64 KB, and a viewer gets what it gets without pacing")
    void aNearViewerIsNotSlowed() {
        final long[] bytes = new long[2];
        for (int i = 0; i < 2; i++) {
            final Path path = new Path(SenderConfig.forMss(MSS).pacing(i == 0).build(), 100 * US, 1 << 30, SECOND);
            path.window = 256_000;
            // an acknowledgement that the viewer delayed
            path.left = 1000;
            path.turn();
            path.sender.onAck(path.sender.nxt(), path.window, SECOND + 40 * MS, SECOND + 40 * MS);
            path.nowNs = SECOND + 50 * MS;
            path.left = Long.MAX_VALUE;
            path.until(SECOND + 70 * MS);
            bytes[i] = path.bytesBetween(0, Long.MAX_VALUE);
        }
        assertTrue(bytes[0] > bytes[1] * 0.95, bytes[0] + " paced, " + bytes[1] + " not");
        final Path near = new Path(config().build(), 400 * US, 1 << 30, SECOND);
        near.until(SECOND + 5 * MS);
        assertEquals(65_535 / MSS * MSS, near.sender.burstBytes());
    }

    @Test
    void aTimerIsWantedOnlyWhenSomethingIsHeld() {
        final Path path = new Path(config().keepAliveIdleNs(0).build(), 100 * MS, 1 << 30, SECOND);
        path.left = 12 * MSS;
        path.turn();
        path.left = 0;
        assertEquals(0, path.sender.sendable(0, path.nowNs));
        // the timeouts of what is in flight
        assertTrue(path.sender.nextTimerNs() >= SECOND + 200 * MS);
        path.left = 100 * MSS;
        path.turn();
        final long releaseNs = path.sender.nextTimerNs();
        assertTrue(releaseNs <= SECOND + 2 * MS, () -> "" + (releaseNs - SECOND));
        // the data is gone, as when a viewer skips
        assertEquals(0, path.sender.sendable(0, path.nowNs));
        assertTrue(path.sender.nextTimerNs() >= SECOND + 200 * MS);
        // told once, even if nothing comes of it
        path.turn();
        assertEquals(TimerAction.NONE, path.sender.onTimer(releaseNs));
        assertTrue(path.sender.nextTimerNs() >= SECOND + 200 * MS);
    }

    @Test
    @Clause(rfc = "RFC 9293", section = "3.8.2", way = Way.LINUX, does = "retransmissions are paced, as tcp_xmit_retransmit_queue")
    void retransmissionsArePaced() {
        final Path path = new Path(config().maxPacingBytesPerSecond(1_000_000).build(), 20 * MS, 1 << 30, SECOND);
        path.until(SECOND + 100 * MS);
        path.acks.clear();
        path.left = 0;
        final long fromNs = path.nowNs;
        // all that is in flight leaves again
        path.sender.onPathMtu(1000, fromNs);
        path.until(fromNs + 30 * MS);
        assertTrue(path.resent > 15_000, "resent " + path.resent);
        for (final long[] s : path.sent) {
            assertTrue(s[0] < fromNs || s[1] <= 3 * MSS, () -> s[1] + " at once");
        }
        final long lastNs = path.sent.get(path.sent.size() - 1)[0];
        assertTrue(lastNs - fromNs >= (path.resent - 4 * MSS) * 1000, () -> path.resent + " in " + (lastNs - fromNs));
    }

    @Test
    @Clause(rfc = "RFC 9293", section = "3.8.2",
            does = "what a busy loop releases late is made up for, up to 8 ms; after a pause comes no burst")
    void aPauseOfTheLoopIsMadeUpForInPart() {
        final long rate = 1_000_000;
        for (final int lateMs : new int[] {0, 3, 6, 100}) {
            final Path path = new Path(config().maxPacingBytesPerSecond(rate).build(), 20 * MS, 1 << 30, SECOND);
            path.until(SECOND + 100 * MS);
            path.nowNs = path.sender.nextTimerNs() + lateMs * MS;
            path.sent.clear();
            path.turn();
            final long atOnce = path.sent.stream().mapToLong(s -> s[1]).sum();
            final long due = 2 * MSS + rate * Math.min(lateMs + 1, 8) / 1000;
            assertTrue(atOnce >= 2 * MSS && atOnce <= due, () -> atOnce + " after " + lateMs + " ms");
            assertTrue(lateMs == 0 || atOnce >= rate * Math.min(lateMs, 8) / 1000, () -> atOnce + " after " + lateMs + " ms");
        }
    }

    @Test
    @Clause(rfc = "RFC 9293", section = "3.8.2",
            does = "an 8 Mbit/s stream in 64 KB pieces loses nothing in a queue of 32 KB, which unpaced it does")
    void burstsFitASmallQueue() {
        final long[] lost = new long[2];
        for (int i = 0; i < 2; i++) {
            final SimWorld.Settings s = new SimWorld.Settings();
            s.totalBytes = 20_000_000;
            s.queueBytes = 32_000;
            s.config = SenderConfig.forMss(s.mss).pacing(i == 0).build();
            final SimWorld world = new SimWorld(7, s);
            world.host.publishLive(64_000, 64 * MS);
            assertTrue(world.run(40 * SECOND), world::toString);
            lost[i] = world.down.lost();
        }
        assertEquals(0, lost[0]);
        assertTrue(lost[1] > 20, "lost " + lost[1]);
    }

    @AtEveryWrap
    void offMeansOff(int isn) {
        final Scenario s = Scenario.withSack(isn).send(10_000).at(50).ack(10_000).send(20_000);
        assertEquals(20_000, s.sender.inFlight());
    }
}
