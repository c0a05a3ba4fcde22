// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import static io.tcpoffload.kernel.HookBench.NXT;
import static io.tcpoffload.kernel.HookBench.RCV_NXT;
import static io.tcpoffload.kernel.HookBench.TS_RECENT;
import static io.tcpoffload.kernel.HookBench.UNA;
import static io.tcpoffload.kernel.HookBench.WINDOW;
import static io.tcpoffload.kernel.HookBench.frame;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Header prediction against the general way: a VLAN tag changes nothing in what a segment means, but no tagged packet is
 * predicted. So each segment is shown to the hook twice, bare and tagged, with the record as it was before.
 */
@ExtendWith(Root.class)
class HookPredictionTest {

    private static final int ROUNDS = 4000;

    private record Outcome(int verdict, Map<KernelCounter, Long> counters, List<Integer> events, ByteBuffer record) {
    }

    @ParameterizedTest
    @CsvSource({"true, false", "false, false", "true, true", "false, true"})
    void predictedSegmentsHaveTheSameEffect(boolean timestamps, boolean ipv6) throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int forward = 0;
        try (HookBench bench = new HookBench(SessionState.OWNED, timestamps, ipv6)) {
            ByteBuffer record = bench.kernel.sessions().record(bench.id);
            byte[] asMade = new byte[record.capacity()];
            record.get(0, asMade);
            for (int round = 0; round < ROUNDS; round++) {
                byte[] start = asMade.clone();
                vary(ByteBuffer.wrap(start).order(record.order()), random);
                Frame frame = segment(random, timestamps);
                record.put(0, start);
                Outcome bare = run(bench, frame, record);
                record.put(0, start);
                Outcome tagged = run(bench, frame.tags(5), record);
                assertEquals(tagged, bare, "seed " + seed + ", round " + round);
                forward += bare.record.getInt(SessionDescriptor.UNA) != UNA ? 1 : 0;
            }
        }
        assertTrue(forward > ROUNDS / 20, forward + " of " + ROUNDS + " moved una, seed " + seed);
    }

    private static void vary(ByteBuffer record, Random random) {
        if (random.nextInt(10) == 0) {
            record.putShort(SessionDescriptor.WINDOW, (short) 0);
        }
        if (random.nextInt(10) == 0) {
            record.putLong(SessionDescriptor.TS_RECENT_NS, 0);
        }
        record.put(SessionDescriptor.SACK_COUNT, (byte) random.nextInt(3));
        record.put(SessionDescriptor.RECEIVE_FLAGS, (byte) (random.nextInt(2) * SessionDescriptor.RECEIVED_TS));
    }

    /** Mostly what is expected, with something else in one or two places. */
    private static Frame segment(Random random, boolean timestamps) {
        Frame frame = frame().seq(pick(random, RCV_NXT, RCV_NXT - 1, RCV_NXT + 1))
                .ack(pick(random, UNA + 1 + random.nextInt(NXT - UNA), UNA, UNA - 1, UNA + 1, NXT, NXT + 1))
                .window(pick(random, WINDOW, 0, 1, 0xFFFF))
                .flags(pick(random, Frame.ACK, Frame.ACK | Frame.PSH, Frame.ACK | Frame.FIN, Frame.ACK | Frame.ECE,
                        Frame.ACK | Frame.RST, Frame.SYN, 0))
                .payload(pick(random, 0, 1, 20))
                .padding(pick(random, 0, 6));
        if (timestamps != (random.nextInt(10) == 0)) {
            frame.timestamp(pick(random, TS_RECENT + random.nextInt(1000), TS_RECENT, TS_RECENT - 1,
                    TS_RECENT + Integer.MIN_VALUE), random.nextInt());
        }
        return switch (random.nextInt(12)) {
            case 0 -> frame.badIpChecksum();
            case 1 -> frame.badTcpChecksum();
            case 2 -> frame.fragment(0x2000);
            case 3 -> frame.lengthError(random.nextInt(3) - 1);
            case 4 -> frame.doff(5 + random.nextInt(5));
            case 5, 6, 7 -> frame.unfinishedChecksum();
            default -> frame;
        };
    }

    private static int pick(Random random, int usual, int... others) {
        return random.nextInt(5) > 0 ? usual : others[random.nextInt(others.length)];
    }

    /** Times are those of the run, so they are only compared with "never". */
    private static Outcome run(HookBench bench, Frame frame, ByteBuffer record) throws KernelException {
        bench.moved();
        int verdict = bench.run(frame);
        byte[] bytes = new byte[record.capacity()];
        record.get(0, bytes);
        ByteBuffer after = ByteBuffer.wrap(bytes).order(record.order());
        for (int time : new int[] {SessionDescriptor.ARRIVAL_NS, SessionDescriptor.TS_RECENT_NS, SessionDescriptor.LIMITED_NS}) {
            after.putLong(time, Long.signum(after.getLong(time)));
        }
        return new Outcome(verdict, bench.moved(), bench.reasons(), after);
    }
}
