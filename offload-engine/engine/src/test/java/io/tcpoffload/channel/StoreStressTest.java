// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One writer laps a small store thousands of times while readers copy at the live edge and at the very tail. */
class StoreStressTest {

    private static final int SIZE = 64 << 10;
    private static final int LAPS = 3000;
    /** Of the content; a prime, so that a place in memory holds something else on each lap. */
    private static final int PERIOD = 65_537;
    private static final byte[] CONTENT = content();

    private record Read(long good, long torn) {
    }

    @Test
    @Timeout(60)
    void readersNeverTakeOverwrittenBytesForGood() throws Exception {
        long seed = System.nanoTime();
        var done = new AtomicBoolean();
        var threads = Executors.newFixedThreadPool(3);
        try (var store = new SegmentStore(null, "stress", SIZE, () -> { })) {
            List<Future<Read>> readers = new ArrayList<>();
            readers.add(threads.submit(reader(store, done, seed + 1, true)));
            readers.add(threads.submit(reader(store, done, seed + 2, false)));
            write(store, new Random(seed));
            done.set(true);
            long good = 0;
            long torn = 0;
            for (var reader : readers) {
                good += reader.get().good();
                torn += reader.get().torn();
            }
            assertTrue(good > LAPS, good + " good reads, seed " + seed);
            assertTrue(torn > 0, "no read was overtaken: the test proves nothing; seed " + seed);
        } catch (AssertionError e) {
            throw new AssertionError("seed " + seed, e);
        } finally {
            done.set(true);
            threads.shutdownNow();
        }
    }

    private static byte[] content() {
        byte[] twice = Arrays.copyOf(Pattern.bytes(0, PERIOD), 2 * PERIOD);
        System.arraycopy(twice, 0, twice, PERIOD, PERIOD);
        return twice;
    }

    private static void write(SegmentStore store, Random random) {
        while (store.head() < (long) LAPS * SIZE) {
            int length = 1 + random.nextInt(random.nextInt(20) == 0 ? SIZE / 2 : 3000);
            store.append(ByteBuffer.wrap(CONTENT, (int) (store.head() % PERIOD), length), random.nextInt(4) == 0);
            if (random.nextInt(8) == 0) {
                Thread.yield();
            }
        }
    }

    private static Callable<Read> reader(SegmentStore store, AtomicBoolean done, long seed, boolean atTail) {
        return () -> {
            var random = new Random(seed);
            var extent = new Extent();
            var memory = store.memory();
            byte[] copy = new byte[8192];
            long good = 0;
            long torn = 0;
            while (!done.get()) {
                long tail = store.tail();
                long position = atTail ? tail : tail + random.nextInt(SIZE);
                if (!store.locate(position, extent)) {
                    continue;
                }
                assertEquals(position, extent.position());
                int length = Math.min(extent.length(), copy.length);
                assertTrue(length > 0 && extent.memoryOffset() + length <= SIZE);
                memory.get(extent.memoryOffset(), copy, 0, length);
                if (!store.stillValid(position)) {
                    torn++;
                    continue;
                }
                good++;
                int phase = (int) (position % PERIOD);
                int wrong = Arrays.mismatch(copy, 0, length, CONTENT, phase, phase + length);
                assertEquals(-1, wrong, "offset of a wrong byte after position " + position);
            }
            return new Read(good, torn);
        };
    }
}
