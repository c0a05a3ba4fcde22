// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import static io.tcpoffload.kernel.HookBench.NXT;
import static io.tcpoffload.kernel.HookBench.UNA;
import static io.tcpoffload.kernel.KernelCounter.*;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.clauses.Hostile;
import io.tcpoffload.clauses.Layer;
import io.tcpoffload.clauses.Way;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What routers say of an owned session's segments, and what others make up. MSS and headers there make 1500 bytes. */
@ExtendWith(Root.class)
class HookIcmpTest {

    @AfterAll
    static void close() {
        HookBench.closeShared();
    }

    /** A session whose packets are as large as Ethernet's. */
    private static HookBench bench(boolean ipv6) throws KernelException {
        HookBench bench = HookBench.shared(false, ipv6);
        bench.kernel.sessions().mss(bench.id, 1500 - 20 - (ipv6 ? 40 : 20));
        return bench;
    }

    private static void drops(IcmpFrame frame, boolean ipv6, KernelCounter counter) throws KernelException {
        HookBench bench = bench(ipv6);
        byte[] before = bench.record();
        assertEquals(ProgramRun.SHOT, bench.run(frame.bytes()));
        assertEquals(Set.of(counter), bench.moved().keySet());
        assertEquals(List.of(), bench.reasons());
        assertArrayEquals(before, bench.record());
    }

    private static void passes(byte[] packet, boolean ipv6) throws KernelException {
        HookBench bench = bench(ipv6);
        assertEquals(ProgramRun.UNSPEC, bench.run(packet));
        assertEquals(Set.of(), bench.moved().keySet());
    }

    @ParameterizedTest
    @CsvSource({"false, 1400, 1400", "false, 1499, 1499", "false, 600, 600", "false, 552, 552", "false, 551, 552",
        "false, 68, 552", "false, 0, 552", "true, 1400, 1400", "true, 1280, 1280"})
    @Clause(rfc = "RFC 5927", section = "7.2", does = "an ICMP message lowers the path MTU only if it quotes a sequence"
            + " number in flight")
    @Clause(rfc = "RFC 1191", section = "5", way = Way.LINUX,
            does = "no MTU, or one below 552 (net.ipv4.route.min_pmtu), counts as 552")
    @Hostile(value = "ICMP", layer = Layer.PACKET, counter = "kernel_icmp_mtu")
    void aSmallerMtuOfASegmentInFlightIsAnEvent(boolean ipv6, int mtu, int told) throws Exception {
        for (int seq : new int[] {UNA, NXT - 1}) {
            HookBench bench = bench(ipv6);
            assertEquals(ProgramRun.SHOT, bench.run(IcmpFrame.tooBig(ipv6, mtu).seq(seq).bytes()));
            assertEquals(Set.of(ICMP_MTU, EVENTS), bench.moved().keySet());
            List<Integer> payload = new ArrayList<>();
            bench.kernel.events().poll(event -> {
                assertEquals(KernelEvent.PMTU, event.reasons());
                assertEquals(bench.id, event.session());
                assertEquals(seq, event.seq());
                payload.add(event.payload());
            }, 9);
            assertEquals(List.of(told), payload);
        }
    }

    @ParameterizedTest
    @CsvSource({"false, 1500", "false, 9000", "false, 65535", "true, 1500", "true, 100000", "true, 1279", "true, 0"})
    @Clause(rfc = "RFC 8201", section = "4", does = "a packet too big message below 1280 changes nothing, nor does one that"
            + " raises the MTU")
    @Hostile(value = "ICMP", layer = Layer.PACKET, counter = "kernel_icmp_mtu_void")
    void anMtuThatCannotBeOrIsNoSmallerIsVoid(boolean ipv6, int mtu) throws Exception {
        drops(IcmpFrame.tooBig(ipv6, mtu), ipv6, ICMP_MTU_VOID);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Clause(rfc = "RFC 5927", section = "4.1", does = "an ICMP message with a sequence number outside the flight is dropped")
    @Hostile(value = "ICMP", layer = Layer.PACKET, counter = "kernel_icmp_void")
    void aSequenceNumberOutsideTheFlightIsForged(boolean ipv6) throws Exception {
        for (int seq : new int[] {UNA - 1, NXT, NXT + 1_000_000, 0, UNA + Integer.MIN_VALUE}) {
            drops(IcmpFrame.tooBig(ipv6, 1300).seq(seq), ipv6, ICMP_VOID);
            drops(unreachable(ipv6).seq(seq), ipv6, ICMP_VOID);
        }
    }

    private static IcmpFrame unreachable(boolean ipv6) {
        return ipv6 ? new IcmpFrame(true, IcmpFrame.UNREACHABLE6, 4) : new IcmpFrame(false, IcmpFrame.UNREACHABLE, 3);
    }

    @ParameterizedTest
    @CsvSource({"false, 3, 0", "false, 3, 1", "false, 3, 3", "false, 11, 0", "true, 1, 0", "true, 1, 4", "true, 3, 0"})
    @Clause(rfc = "RFC 9293", section = "3.9.2.2", does = "unreachable and time exceeded are soft, hard ones too")
    @Hostile(value = "ICMP", layer = Layer.PACKET, counter = "kernel_icmp_unreachable")
    void unreachableAndTimeExceededAreSoft(boolean ipv6, int type, int code) throws Exception {
        HookBench bench = bench(ipv6);
        assertEquals(ProgramRun.SHOT, bench.run(new IcmpFrame(ipv6, type, code).bytes()));
        assertEquals(Set.of(ICMP_UNREACHABLE, EVENTS), bench.moved().keySet());
        List<Integer> payload = new ArrayList<>();
        bench.kernel.events().poll(event -> {
            assertEquals(KernelEvent.UNREACHABLE, event.reasons());
            payload.add(event.payload());
        }, 9);
        assertEquals(List.of(type << 8 | code), payload);
        assertEquals(SessionState.OWNED, bench.kernel.sessions().state(bench.id));
    }

    @ParameterizedTest
    @CsvSource({"false, 4, 0", "false, 12, 0", "true, 4, 1"})
    @Clause(rfc = "RFC 6633", section = "5", does = "source quench is ignored")
    @Hostile(value = "ICMP", layer = Layer.PACKET, counter = "kernel_icmp_ignored")
    void sourceQuenchAndParameterProblemsAreIgnored(boolean ipv6, int type, int code) throws Exception {
        drops(new IcmpFrame(ipv6, type, code), ipv6, ICMP_IGNORED);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Hostile(value = "ICMP", layer = Layer.PACKET, counter = "kernel_icmp_ignored")
    void oneMessageIn100MillisecondsIsHeard(boolean ipv6) throws Exception {
        HookBench bench = bench(ipv6);
        for (int i = 0; i < 4; i++) {
            bench.run(IcmpFrame.tooBig(ipv6, 1400 - i).bytes());
        }
        assertEquals(List.of(KernelEvent.PMTU), bench.reasons());
        assertEquals(3, bench.moved().get(ICMP_IGNORED));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Hostile(value = "ICMP", layer = Layer.PACKET, counter = "kernel_icmp_checksum, kernel_drop_bad_ip_header")
    void damagedMessagesAreDropped(boolean ipv6) throws Exception {
        drops(IcmpFrame.tooBig(ipv6, 1300).badChecksum(), ipv6, ICMP_CHECKSUM);
        drops(IcmpFrame.tooBig(ipv6, 1300).lengthError(1), ipv6, DROP_BAD_IP_HEADER);
        drops(IcmpFrame.tooBig(ipv6, 1300).lengthError(-1), ipv6, ICMP_CHECKSUM);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Hostile(value = "ICMP", layer = Layer.PACKET)
    void othersMessagesAreTheKernels(boolean ipv6) throws Exception {
        passes(IcmpFrame.tooBig(ipv6, 1300).port(8081).bytes(), ipv6);
        passes(IcmpFrame.tooBig(ipv6, 1300).protocol(17).bytes(), ipv6);
        passes(IcmpFrame.tooBig(ipv6, 1300).quoted(7).bytes(), ipv6);
        passes(new IcmpFrame(ipv6, ipv6 ? 128 : 8, 0).bytes(), ipv6);
        if (!ipv6) {
            passes(new IcmpFrame(false, 5, 1).bytes(), false); // redirect: routes are the kernel's
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Hostile(value = "ICMP", layer = Layer.PACKET, counter = "kernel_eaten_taking, kernel_eaten_linger")
    void theKernelHearsNothingOfAConnectionThatChangesHandsOrIsOver(boolean ipv6) throws Exception {
        HookBench bench = bench(ipv6);
        for (int state : new int[] {SessionState.TAKING, SessionState.LINGER}) {
            bench.kernel.sessions().state(bench.id, state);
            assertEquals(ProgramRun.SHOT, bench.run(IcmpFrame.tooBig(ipv6, 1300).bytes()));
        }
        assertEquals(Set.of(EATEN_TAKING, EATEN_LINGER), bench.moved().keySet());
        bench.kernel.sessions().state(bench.id, SessionState.LEARN);
        assertEquals(ProgramRun.UNSPEC, bench.run(IcmpFrame.tooBig(ipv6, 1300).bytes()));
    }
}
