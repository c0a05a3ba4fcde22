// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.clauses.Hostile;
import io.tcpoffload.clauses.Layer;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A day of a live stream in virtual time; less of it paced, since that makes far more posts. To be quick, no bytes are
 * moved: a run of segments carries its place in the stream, counted in 64 bits, and the viewer, which unwraps sequence
 * numbers by itself, must find it there.
 */
@DisplayName("Hours of an 8 Mbit/s stream")
class LongStreamTest {

    private static final long MS = SimClock.MS;
    private static final long HOUR = 3_600_000 * MS;
    private static final int MSS = 1448;
    /** 1 MB a second: 8 Mbit/s. */
    private static final int PIECE_BYTES = 64_000;
    private static final long PIECE_NS = 64 * MS;
    private static final long ONE_WAY_NS = 10 * MS;
    private static final int BUFFER = 2_000_000;
    private static final double LOSS_A_RUN = 0.003;

    private final SimClock clock = new SimClock();
    private final TreeMap<Long, Long> beyond = new TreeMap<>();
    private final Range range = new Range();
    private Random random;
    private Sender sender;
    private int isn;
    private long end;
    private long published;
    private long sent;
    private long unaOffset;
    private long delivered;
    private long newest;
    private boolean linkDown;
    private boolean viewerStopped;
    private long read;
    private long edge;
    private long wakeNs = Long.MAX_VALUE;
    private long losses;
    private long probes;

    @ParameterizedTest(name = "{0} h, pacing {1}, seed {2}")
    @CsvSource({"24, false, 1", "5, true, 2"})
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    @DisplayName("Across 20 wraps, with loss, pauses of the viewer and of the link: every byte in its place")
    @Clause(rfc = "RFC 9293", section = "3.4",
            does = "24 hours at 8 Mbit/s, 20 wraps of the sequence numbers, with loss and pauses: every byte in its place")
    @Hostile(value = "4-tuple reuse", layer = Layer.CORE, counter = "sender_timeouts, sender_window_probes")
    void keepsItsPlace(int hours, boolean pacing, long seed) {
        random = new Random(seed);
        isn = random.nextInt();
        edge = BUFFER;
        end = clock.nowNs() + hours * HOUR;
        final long total = hours * HOUR / PIECE_NS * PIECE_BYTES;
        final SenderConfig config = SenderConfig.forMss(MSS).pacing(pacing).build();
        sender = new Sender(config, isn, BUFFER, true, clock.nowNs());
        clock.after(0, this::publish);
        clock.after(HOUR / 2, this::cutLink);
        clock.after(HOUR / 3, this::stopViewer);
        while (delivered < total && clock.step()) {
            // the step is the work
        }
        final String state = "seed " + seed + ": delivered " + delivered + " of " + published + ", lost " + losses
                + ", again " + sender.retransmittedSegments() + ", timeouts " + sender.count(SenderCounter.TIMEOUTS);
        assertEquals(total, delivered, state);
        assertTrue(delivered / (1L << 32) >= hours * 5 / 6, state);
        assertTrue(clock.nowNs() < end + 10_000 * MS, state);
        assertTrue(losses > 1000, state);
        final long allowed = losses * 11 / 10 + sender.count(SenderCounter.LOSS_PROBES) + sender.count(SenderCounter.TIMEOUTS);
        assertTrue(sender.retransmittedSegments() <= allowed, state);
        assertTrue(probes >= hours, state);
        assertTrue(sender.inFlight() <= BUFFER, state);
    }

    private void publish() {
        published += PIECE_BYTES;
        turn();
        if (clock.nowNs() + PIECE_NS < end) {
            clock.after(PIECE_NS, this::publish);
        }
    }

    private void cutLink() {
        linkDown = true;
        clock.after(1500 * MS, () -> linkDown = false);
        clock.after(HOUR, this::cutLink);
    }

    private void stopViewer() {
        viewerStopped = true;
        clock.after(4000 * MS, () -> {
            viewerStopped = false;
            read = delivered;
            edge = read + BUFFER;
            acknowledge();
        });
        clock.after(HOUR, this::stopViewer);
    }

    private void turn() {
        final long now = clock.nowNs();
        if (now >= sender.nextTimerNs()) {
            final TimerAction action = sender.onTimer(now);
            assertTrue(action != TimerAction.GIVE_UP && action != TimerAction.CLOSED, () -> "" + action);
            if (action == TimerAction.PROBE) {
                probes++;
                clock.after(2 * ONE_WAY_NS, this::acknowledge);
            }
        }
        while (sender.nextRetransmission(range, PIECE_BYTES, now)) {
            leave(range.seq(), range.length(), unaOffset + Seq.distance(sender.una(), range.seq()));
            sender.onRetransmitted(range.seq(), range.sequenceLength(), now);
        }
        while (true) {
            final int n = sender.sendable((int) Math.min(PIECE_BYTES, published - sent), now);
            if (n == 0) {
                break;
            }
            leave(sender.nxt(), n, sent);
            sender.onSent(n, now);
            sent += n;
        }
        final long next = sender.nextTimerNs();
        if (next < wakeNs || wakeNs <= now) {
            wakeNs = next;
            clock.after(Math.max(0, next - now), this::turn);
        }
    }

    /** One run of segments, of which the path may lose some. */
    private void leave(int seq, int length, long offset) {
        final int segments = (length + MSS - 1) / MSS;
        if (linkDown) {
            losses += segments;
        } else if (random.nextDouble() < LOSS_A_RUN) {
            final int lost = random.nextInt(segments) * MSS;
            losses++;
            arrive(seq, lost, offset);
            final int after = Math.min(length, lost + MSS);
            arrive(Seq.plus(seq, after), length - after, offset + after);
        } else {
            arrive(seq, length, offset);
        }
    }

    private void arrive(int seq, int length, long offset) {
        if (length > 0) {
            clock.after(ONE_WAY_NS, () -> receive(seq, length, offset));
        }
    }

    private void receive(int seq, int length, long offset) {
        final int expected = Seq.plus(isn, delivered);
        final long from = delivered + Seq.distance(expected, seq);
        assertEquals(offset, from, "the viewer would put these bytes elsewhere");
        assertTrue(from + length <= edge, () -> "beyond the window: " + (from + length - edge));
        hold(from, from + length);
        if (!viewerStopped) {
            read = delivered;
        }
        edge = Math.max(edge, read + BUFFER);
        acknowledge();
    }

    private void hold(long from, long to) {
        long left = from;
        long right = to;
        Map.Entry<Long, Long> range = beyond.floorEntry(right);
        while (range != null && range.getValue() >= left) {
            left = Math.min(left, range.getKey());
            right = Math.max(right, range.getValue());
            beyond.remove(range.getKey());
            range = beyond.floorEntry(right);
        }
        if (left <= delivered) {
            delivered = Math.max(delivered, right);
        } else {
            beyond.put(left, right);
            newest = left;
        }
    }

    private void acknowledge() {
        final long acked = delivered;
        final long window = edge - delivered;
        final int[] blocks = new int[2 * Math.min(3, beyond.size())];
        int i = 0;
        // RFC 2018 4: the newest block first
        final Long right = beyond.get(newest);
        if (right != null) {
            blocks[i++] = Seq.plus(isn, newest);
            blocks[i++] = Seq.plus(isn, right);
        }
        for (final Map.Entry<Long, Long> held : beyond.entrySet()) {
            if (i < blocks.length && held.getKey() != newest) {
                blocks[i++] = Seq.plus(isn, held.getKey());
                blocks[i++] = Seq.plus(isn, held.getValue());
            }
        }
        clock.after(ONE_WAY_NS, () -> hear(acked, window, blocks));
    }

    private void hear(long acked, long window, int[] blocks) {
        final long now = clock.nowNs();
        final int ack = Seq.plus(isn, acked);
        if (blocks.length > 0) {
            sender.onSack(ack, window, blocks, blocks.length / 2, now, now);
        }
        sender.onAck(ack, window, now, now);
        unaOffset += Seq.distance(Seq.plus(isn, unaOffset), sender.una());
        turn();
    }
}
