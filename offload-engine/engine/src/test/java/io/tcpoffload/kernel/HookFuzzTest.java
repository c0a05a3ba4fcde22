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

import io.tcpoffload.clauses.Hostile;
import io.tcpoffload.clauses.Layer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Mutated packets, by seed, for as long as there is time ({@code -Dtcpoffload.fuzz.seconds}, 2 each), with an
 * engine and without, against three rules: what still carries the addresses and ports of an owned session is never passed
 * up; every packet that is eaten is counted; and only what was counted as a valid acknowledgement has changed the record.
 */
@ExtendWith(Root.class)
class HookFuzzTest {

    private static final long SECONDS = Long.getLong("tcpoffload.fuzz.seconds", 2);
    private static final int ETHERNET = 14;
    private static final long AWAY_NS = TimeUnit.SECONDS.toNanos(2);

    @ParameterizedTest
    @CsvSource({"false, false", "true, false", "false, true", "true, true"})
    @Hostile(value = "truncated headers", layer = Layer.PACKET)
    @Hostile(value = "ACK, SYN and random-tuple floods", layer = Layer.PACKET)
    void mutatedPacketsKeepTheRules(boolean ipv6, boolean away) throws Exception {
        long seed = Long.getLong("tcpoffload.fuzz.seed", System.nanoTime());
        Random random = new Random(seed);
        HookBench bench = new HookBench(SessionState.OWNED, true, ipv6).withTemplate();
        byte[] start = bench.record();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        long packets = 0;
        long taken = 0;
        long passed = 0;
        long answered = 0;
        while (System.nanoTime() < end) {
            if (away) {
                bench.kernel.heartbeat(System.nanoTime() - AWAY_NS);
            }
            byte[] packet = mutate(base(random, ipv6), random);
            bench.kernel.sessions().record(bench.id).put(0, start);
            int verdict = bench.run(packet);
            Map<KernelCounter, Long> moved = bench.moved();
            bench.reasons();
            String what = "seed " + seed + ", packet " + packets + ": " + HexFormat.of().formatHex(packet) + " " + moved;
            byte[] after = bench.record();
            assertTrue(verdict == ProgramRun.SHOT || verdict == ProgramRun.UNSPEC
                    || away && verdict == ProgramRun.REDIRECT, what);
            if (isOurs(packet, ipv6)) {
                assertTrue(verdict != ProgramRun.UNSPEC, what);
            }
            assertEquals(verdict == ProgramRun.REDIRECT, moved.containsKey(KernelCounter.ANSWERS), what);
            assertTrue(!moved.containsKey(KernelCounter.ANSWERS_FAILED), what);
            if (verdict == ProgramRun.REDIRECT) {
                answered++;
            }
            if (verdict != ProgramRun.UNSPEC) {
                assertTrue(!moved.isEmpty(), what);
            } else {
                assertEquals(Map.of(), moved, what);
                passed++;
            }
            if (!moved.containsKey(KernelCounter.ACKS)) {
                byte[] unmoved = moved.containsKey(KernelCounter.RESETS) ? noted(start) : start;
                assertEquals(HexFormat.of().formatHex(timeless(unmoved)), HexFormat.of().formatHex(timeless(after)), what);
            } else {
                taken++;
            }
            int una = bench.kernel.sessions().una(bench.id);
            assertTrue(una - UNA >= 0 && NXT - una >= 0, what);
            packets++;
        }
        System.out.println("HookFuzzTest seed " + seed + ": " + packets + " packets, " + taken + " taken, " + passed
                + " passed up, " + answered + " answered");
        bench.close();
        assertTrue(away == answered > 0, answered + " answered");
        assertTrue(packets > 1000 && taken > packets / 100 && passed > 0, packets + ", " + taken + ", " + passed);
    }

    /** What a valid reset makes of the record. */
    private static byte[] noted(byte[] record) {
        byte[] copy = record.clone();
        copy[SessionDescriptor.RECEIVE_FLAGS] |= SessionDescriptor.RECEIVED_RST;
        ByteBuffer view = ByteBuffer.wrap(copy).order(ByteOrder.nativeOrder());
        view.putInt(SessionDescriptor.VERSION, view.getInt(SessionDescriptor.VERSION) + 2);
        return copy;
    }

    /** The limits of events and of ICMP are no state of the connection. */
    private static byte[] timeless(byte[] record) {
        byte[] copy = record.clone();
        Arrays.fill(copy, SessionDescriptor.LIMITED_NS, SessionDescriptor.LIMITED_NS + Long.BYTES, (byte) 0);
        Arrays.fill(copy, SessionDescriptor.ICMP_NS, SessionDescriptor.ICMP_NS + Long.BYTES, (byte) 0);
        return copy;
    }

    private static byte[] base(Random random, boolean ipv6) {
        if (random.nextInt(8) == 0) {
            return IcmpFrame.tooBig(ipv6, 500 + random.nextInt(1200)).seq(UNA - 2 + random.nextInt(5)).bytes();
        }
        Frame frame = frame().ipv6(ipv6).seq(RCV_NXT + random.nextInt(3) - 1)
                .ack(random.nextBoolean() ? UNA + random.nextInt(NXT - UNA + 1) : random.nextInt())
                .window(random.nextInt(4) == 0 ? random.nextInt(0x10000) : WINDOW).payload(random.nextInt(3) * 20)
                .flags(random.nextInt(3) == 0 ? random.nextInt(256) : Frame.ACK);
        switch (random.nextInt(4)) {
            case 0 -> frame.timestamp(TS_RECENT + random.nextInt(3) - 1, random.nextInt());
            case 1 -> frame.sack(UNA + random.nextInt(9), UNA + random.nextInt(20));
            case 2 -> {
                byte[] options = new byte[4 * random.nextInt(11)];
                random.nextBytes(options);
                int[] ints = new int[options.length];
                Arrays.setAll(ints, i -> random.nextInt(3) == 0 ? 1 : options[i] & 15);
                frame.options(ints);
            }
            default -> { }
        }
        if (ipv6 && random.nextInt(3) == 0) {
            int[] types = {0, 43, 44, 60, 51, 50, 59, 6};
            for (int i = random.nextInt(5); i >= 0; i--) {
                frame.extension(types[random.nextInt(types.length)], 1 + random.nextInt(3));
            }
        }
        return frame.bytes();
    }

    /** A few bytes other than the checksums can see, or the end cut off. Unmutated packets are among them. */
    private static byte[] mutate(byte[] packet, Random random) {
        byte[] mutated = packet.clone();
        for (int i = random.nextInt(4); i > 0; i--) {
            mutated[12 + random.nextInt(mutated.length - 12)] = (byte) random.nextInt(256);
        }
        int least = ETHERNET + (mutated[12] == (byte) 0x86 ? 40 : 20); // test runs refuse a part of an IP header
        return random.nextInt(6) == 0 && mutated.length > least
                ? Arrays.copyOf(mutated, least + random.nextInt(mutated.length - least)) : mutated;
    }

    /** An IP header without options or extensions, not a later fragment, then TCP with the session's addresses and ports. */
    private static boolean isOurs(byte[] packet, boolean ipv6) {
        byte[] sample = frame().ipv6(ipv6).bytes();
        int tcp = ETHERNET + (ipv6 ? 40 : 20);
        if (packet.length < tcp + 4 || !same(packet, sample, 12, 14) || !same(packet, sample, tcp, tcp + 4)) {
            return false;
        }
        return ipv6 ? packet[ETHERNET + 6] == 6 && same(packet, sample, ETHERNET + 8, tcp)
                : (packet[ETHERNET] & 15) <= 5 && packet[ETHERNET + 9] == 6 && same(packet, sample, ETHERNET + 12, tcp)
                        && (packet[ETHERNET + 6] & 0x1F) == 0 && packet[ETHERNET + 7] == 0;
    }

    private static boolean same(byte[] one, byte[] other, int from, int to) {
        return Arrays.equals(one, from, to, other, from, to);
    }
}
