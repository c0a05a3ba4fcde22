// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import static io.tcpoffload.kernel.HookBench.NXT;
import static io.tcpoffload.kernel.HookBench.RCV_NXT;
import static io.tcpoffload.kernel.HookBench.RCV_WINDOW;
import static io.tcpoffload.kernel.HookBench.TS_RECENT;
import static io.tcpoffload.kernel.HookBench.UNA;
import static io.tcpoffload.kernel.HookBench.frame;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.kernel.ProgramRun.Outcome;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the hook makes of a segment while no engine is there, byte by byte. */
@ExtendWith(Root.class)
class HookAbsenceTest {

    private static final long AWAY_NS = 1_500_000_000L;
    private static final long GONE_NS = KernelConfig.DEFAULT_GRACE_NS + 1_000_000;
    private static final int NO_ANSWER = -1;
    private static final int NEW_DATA = 100;

    private static HookBench bench(boolean timestamps, boolean ipv6, long silentNs) throws KernelException {
        HookBench bench = new HookBench(SessionState.OWNED, timestamps, ipv6).withTemplate();
        bench.kernel.heartbeat(System.nanoTime() - silentNs);
        return bench;
    }

    /** By name: the segment, and what its answer acknowledges. */
    private static Map<String, Map.Entry<Frame, Integer>> cases(boolean timestamps) {
        Map<String, Map.Entry<Frame, Integer>> cases = new LinkedHashMap<>();
        cases.put("data", Map.entry(frame().payload(NEW_DATA), RCV_NXT + NEW_DATA));
        cases.put("a jumbo frame of data", Map.entry(frame().payload(3000), RCV_NXT + 3000));
        cases.put("data and FIN", Map.entry(frame().payload(9).flags(Frame.ACK | Frame.FIN), RCV_NXT + 10));
        cases.put("FIN", Map.entry(frame().flags(Frame.ACK | Frame.FIN), RCV_NXT + 1));
        cases.put("data out of order", Map.entry(frame().seq(RCV_NXT + 5).payload(5), RCV_NXT));
        cases.put("keep-alive", Map.entry(frame().seq(RCV_NXT - 1), RCV_NXT));
        cases.put("keep-alive with a byte", Map.entry(frame().seq(RCV_NXT - 1).payload(1), RCV_NXT));
        cases.put("beyond the window", Map.entry(frame().seq(RCV_NXT + RCV_WINDOW + 1).payload(1), RCV_NXT));
        cases.put("SYN", Map.entry(frame().flags(Frame.SYN), RCV_NXT));
        cases.put("reset in the window", Map.entry(frame().seq(RCV_NXT + 9).flags(Frame.RST), RCV_NXT));
        cases.put("ACK of unsent data", Map.entry(frame().ack(NXT + 1), RCV_NXT));
        cases.put("behind VLAN tags", Map.entry(frame().payload(NEW_DATA).tags(5, 6), RCV_NXT + NEW_DATA));
        if (timestamps) {
            cases.put("old timestamp with data", Map.entry(frame().payload(1).timestamp(TS_RECENT - 1, 9), RCV_NXT));
        }
        cases.put("duplicate ACK", Map.entry(frame(), NO_ANSWER));
        cases.put("ACK", Map.entry(frame().ack(UNA + 5), NO_ANSWER));
        cases.put("ACK with a closed window", Map.entry(frame().window(0), NO_ANSWER));
        cases.put("SACK", Map.entry(frame().sack(UNA + 100, UNA + 200), NO_ANSWER));
        cases.put("exact reset", Map.entry(frame().flags(Frame.RST), NO_ANSWER));
        cases.put("blind reset", Map.entry(frame().seq(RCV_NXT - 9).flags(Frame.RST), NO_ANSWER));
        cases.put("no flags", Map.entry(frame().flags(0), NO_ANSWER));
        return cases;
    }

    @ParameterizedTest
    @CsvSource({"true, false", "false, false", "true, true", "false, true"})
    void answersWhatTheEngineWouldAcknowledge(boolean timestamps, boolean ipv6) throws Exception {
        try (HookBench bench = bench(timestamps, ipv6, AWAY_NS)) {
            for (Map.Entry<String, Map.Entry<Frame, Integer>> row : cases(timestamps).entrySet()) {
                bench.reset();
                Outcome outcome = bench.transform(row.getValue().getKey());
                int acknowledged = row.getValue().getValue();
                String name = row.getKey() + ", timestamps " + timestamps + ", IPv6 " + ipv6;
                Map<KernelCounter, Long> moved = bench.moved();
                bench.reasons();
                assertEquals(SessionState.OWNED, bench.kernel.sessions().state(bench.id), name);
                if (acknowledged == NO_ANSWER) {
                    assertEquals(ProgramRun.SHOT, outcome.verdict(), name);
                } else {
                    assertEquals(ProgramRun.REDIRECT, outcome.verdict(), name + moved);
                    assertEquals(1, moved.get(KernelCounter.ANSWERS), name);
                    check(name, outcome.packet(), bench, Frame.ACK, NXT, acknowledged);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"true, false", "false, false", "true, true", "false, true"})
    void resetsWhoeverSendsSomethingWhenTheGraceIsOver(boolean timestamps, boolean ipv6) throws Exception {
        try (HookBench bench = bench(timestamps, ipv6, GONE_NS)) {
            for (Map.Entry<String, Map.Entry<Frame, Integer>> row : cases(timestamps).entrySet()) {
                String name = row.getKey() + ", timestamps " + timestamps + ", IPv6 " + ipv6;
                if (row.getKey().equals("ACK") || row.getKey().contains("reset")) {
                    continue; // predicted, which answers nothing; a reset is never answered with one
                }
                bench.reset();
                Outcome outcome = bench.transform(row.getValue().getKey());
                assertEquals(ProgramRun.REDIRECT, outcome.verdict(), name);
                assertEquals(Map.of(KernelCounter.ORPHANS_RESET, 1L), bench.moved(), name);
                assertEquals(SessionState.LINGER, bench.kernel.sessions().state(bench.id), name);
                int expected = row.getKey().equals("ACK of unsent data") ? NXT + 1 : UNA;
                check(name, outcome.packet(), bench, Frame.RST | Frame.ACK, expected, RCV_NXT);
            }
        }
    }

    /** The first may have been lost, or the viewer may have acknowledged more than was known. */
    @Test
    void resetsAgainWithTheNumberThatTheViewerNowExpects() throws Exception {
        try (HookBench bench = bench(true, false, GONE_NS)) {
            bench.transform(frame().payload(1));
            Outcome challenge = bench.transform(frame().ack(UNA + 77).timestamp(TS_RECENT + 1, 0));
            assertEquals(ProgramRun.REDIRECT, challenge.verdict());
            check("challenge", challenge.packet(), bench, Frame.RST | Frame.ACK, UNA + 77, RCV_NXT);
            assertEquals(1, bench.moved().get(KernelCounter.ORPHANS_RESET));
            assertEquals(ProgramRun.SHOT, bench.transform(frame().flags(Frame.RST)).verdict());
            assertEquals(ProgramRun.UNSPEC, bench.transform(frame().flags(Frame.SYN)).verdict());
            assertTrue(!bench.flowExists(), "the ports are used again");
        }
    }

    @Test
    void saysNothingWhileTheEngineIsThere() throws Exception {
        for (long silentNs : new long[] {0, 900_000_000}) {
            try (HookBench bench = bench(true, false, silentNs)) {
                for (Map.Entry<String, Map.Entry<Frame, Integer>> row : cases(true).entrySet()) {
                    bench.reset();
                    assertEquals(ProgramRun.SHOT, bench.transform(row.getValue().getKey()).verdict(), row.getKey());
                    assertTrue(!bench.moved().containsKey(KernelCounter.ANSWERS), row.getKey());
                }
            }
        }
    }

    /** What leaves is the template's, complete in itself: addresses, lengths, checksums, numbers. */
    private static void check(String name, byte[] packet, HookBench bench, int flags, int seq, int ack) {
        ByteBuffer b = ByteBuffer.wrap(packet);
        int network = bench.ipv6 ? 40 : 20;
        int tcp = 14 + network;
        boolean timestamps = bench.kernel.sessions().timestamps(bench.id);
        int length = timestamps ? 32 : 20;
        assertEquals(tcp + length, packet.length, name);
        assertEquals(0x020000000009L, b.getLong(0) >>> 16, name);
        assertEquals(0x020000000001L, b.getLong(4) & 0xFFFFFFFFFFFFL, name);
        assertEquals(bench.ipv6 ? (short) 0x86DD : (short) 0x0800, b.getShort(12), name);
        if (bench.ipv6) {
            assertEquals(length, b.getShort(18), name);
        } else {
            assertEquals(20 + length, b.getShort(16), name);
            assertEquals(0xFFFF, Frame.sum(packet, 14, 20, 0), name);
        }
        assertEquals(8080, b.getShort(tcp), name);
        assertEquals((short) 40000, b.getShort(tcp + 2), name);
        assertEquals(seq, b.getInt(tcp + 4), name);
        assertEquals(ack, b.getInt(tcp + 8), name);
        assertEquals(length << 2 << 8 | flags, b.getShort(tcp + 12) & 0xFFFF, name);
        byte[] addresses = Arrays.copyOfRange(packet, bench.ipv6 ? 22 : 26, tcp);
        assertEquals(0xFFFF, Frame.sum(packet, tcp, length, Frame.sum(addresses, 0, addresses.length, 6 + length)), name);
    }
}
