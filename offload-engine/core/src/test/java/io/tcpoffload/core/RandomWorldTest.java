// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any path: byte-exact and terminating. The simulated ends check every byte, right edge, congestion window and SACKed
 * range themselves. Choose a seed with {@code -Dtcpoffload.seed=N}.
 */
@DisplayName("Random paths with loss, duplication, reordering and slow viewers")
class RandomWorldTest {

    static final int RUNS = 1000;

    static LongStream seeds() {
        final Long one = Long.getLong("tcpoffload.seed");
        return one != null ? LongStream.of(one) : LongStream.rangeClosed(1, RUNS);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
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
        s.postFailure = random.nextInt(4) == 0 ? 0.1 : 0;
        s.viewerBuffer = 2000 + random.nextInt(300_000);
        s.windowUnit = 1 << random.nextInt(8);
        s.pollNs = random.nextBoolean() ? SimClock.MS : 20_000 + random.nextInt(5_000_000);
        final CongestionAlgorithm[] algorithms = CongestionAlgorithm.values();
        s.config = SenderConfig.forMss(s.mss).giveUpNs(600_000 * SimClock.MS)
                .congestionAlgorithm(algorithms[random.nextInt(algorithms.length)]).build();
        final SimWorld world = new SimWorld(seed, s);
        if (random.nextInt(4) == 0) {
            world.host.publishLive(1 + random.nextInt(20_000), (1 + random.nextInt(60)) * SimClock.MS);
        }
        if (random.nextInt(3) == 0) {
            world.clock.after(random.nextInt(500) * SimClock.MS, world.viewer::stopReading);
            world.clock.after((500 + random.nextInt(20_000)) * SimClock.MS, world.viewer::resumeReading);
        }
        if (random.nextInt(8) == 0) {
            world.host.allowResendingSacked();
            world.clock.after(random.nextInt(500) * SimClock.MS, world.viewer::renege);
        }
        if (random.nextInt(4) == 0) {
            world.host.readRecordFirst();
        }
        final boolean done;
        try {
            done = world.run(7_200_000 * SimClock.MS);
        } catch (final AssertionError e) {
            throw new AssertionError("seed " + seed + ": " + e.getMessage() + ": " + world, e);
        }
        assertTrue(done, () -> "seed " + seed + ": " + world);
    }
}
