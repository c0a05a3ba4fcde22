// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.clauses.Hostile;
import io.tcpoffload.clauses.Layer;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any path: byte-exact and terminating, and nothing left behind. The simulated ends check every byte, right edge,
 * congestion window and SACKed range themselves. Choose a seed with {@code -Dtcpoffload.seed=N}.
 */
@DisplayName("Random paths with loss, damage, duplication, reordering, congestion marks, changing MTU and slow viewers")
class RandomWorldTest {

    static final int RUNS = 1000;

    static LongStream seeds() {
        final Long one = Long.getLong("tcpoffload.seed");
        return one != null ? LongStream.of(one) : LongStream.rangeClosed(1, RUNS);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    @Clause(rfc = "RFC 9293", section = "3.4", does = "any path: every byte in order, and an end")
    @Hostile(value = "zero window", layer = Layer.CORE)
    @Hostile(value = "SACK outside", layer = Layer.CORE, counter = "sender_reneges")
    void deliversEveryByteAndEnds(long seed) {
        final Random random = new Random(seed);
        final SimWorld.Settings s = new SimWorld.Settings();
        s.totalBytes = 1 + random.nextInt(400_000);
        // most runs wrap somewhere inside the stream, at zero or at the sign bit
        s.isn = (random.nextBoolean() ? 0 : Integer.MIN_VALUE) - random.nextInt((int) s.totalBytes + 20_000);
        s.mss = random.nextInt(4) == 0 ? 88 + random.nextInt(500) : 500 + random.nextInt(8500);
        s.sack = random.nextInt(3) > 0;
        s.oneWayNs = (1 + random.nextInt(80)) * SimClock.MS;
        s.bytesPerSecond = 100_000 + (long) (Math.pow(random.nextDouble(), 3) * 50_000_000);
        s.queueBytes = 10_000 + random.nextInt(200_000);
        s.loss = random.nextInt(4) == 0 ? 0 : random.nextDouble() * 0.06;
        s.ackLoss = random.nextInt(3) == 0 ? random.nextDouble() * 0.2 : 0;
        s.duplication = random.nextInt(3) == 0 ? random.nextDouble() * 0.05 : 0;
        s.reordering = random.nextInt(3) == 0 ? random.nextDouble() * 0.1 : 0;
        s.damage = random.nextInt(4) == 0 ? random.nextDouble() * 0.03 : 0;
        s.ecn = random.nextInt(3) == 0;
        s.markBytes = s.ecn ? s.queueBytes / (2 + random.nextInt(8)) : Long.MAX_VALUE;
        s.timestamps = random.nextBoolean();
        s.postFailure = random.nextInt(4) == 0 ? 0.1 : 0;
        s.viewerBuffer = 2000 + random.nextInt(300_000);
        s.windowUnit = 1 << random.nextInt(8);
        s.pollNs = random.nextBoolean() ? SimClock.MS : 20_000 + random.nextInt(5_000_000);
        final CongestionAlgorithm[] algorithms = CongestionAlgorithm.values();
        s.config = SenderConfig.forMss(s.mss).giveUpNs(600_000 * SimClock.MS)
                .congestionAlgorithm(algorithms[random.nextInt(algorithms.length)])
                .ecn(s.ecn).pacing(random.nextInt(4) > 0).pacingQuantumNs(random.nextBoolean() ? 0 : SimClock.MS)
                .maxBurstBytes(88 + random.nextInt(65_000)).build();
        final SimWorld world = new SimWorld(seed, s);
        if (random.nextInt(4) == 0) {
            world.host.publishLive(1 + random.nextInt(20_000), (1 + random.nextInt(60)) * SimClock.MS);
        }
        if (random.nextInt(3) == 0) {
            world.clock.after(random.nextInt(500) * SimClock.MS, world.viewer::stopReading);
            world.clock.after((500 + random.nextInt(20_000)) * SimClock.MS, world.viewer::resumeReading);
        }
        final boolean reneges = random.nextInt(8) == 0;
        if (reneges) {
            world.host.allowResendingSacked();
            world.clock.after(random.nextInt(500) * SimClock.MS, world.viewer::renege);
        }
        final int pathChanges = random.nextInt(4) == 0 ? 1 + random.nextInt(2) : 0;
        for (int i = 0; i < pathChanges; i++) {
            final int segment = 88 + random.nextInt(s.mss);
            world.clock.after(random.nextInt(1000) * SimClock.MS, () -> world.limitPath(segment));
        }
        if (random.nextInt(4) == 0) {
            world.host.readRecordFirst();
        }
        final boolean done;
        try {
            done = world.run(7_200_000 * SimClock.MS);
            if (done) {
                world.checkNothingIsLeft();
            }
        } catch (final AssertionError e) {
            throw new AssertionError("seed " + seed + ": " + e.getMessage() + ": " + world, e);
        }
        assertTrue(done, () -> "seed " + seed + ": " + world);
        assertEquals(s.totalBytes, world.viewer.delivered());
        if (s.sack && s.reordering == 0 && s.ackLoss == 0 && !reneges && pathChanges == 0) {
            final long allowed = world.down.lost() * 11 / 10 + world.sender.count(SenderCounter.LOSS_PROBES)
                    + world.sender.count(SenderCounter.TIMEOUTS);
            assertTrue(world.sender.retransmittedSegments() <= allowed, () -> "seed " + seed + ": " + world);
        }
    }
}
