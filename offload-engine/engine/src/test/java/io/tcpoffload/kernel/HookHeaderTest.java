// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import static io.tcpoffload.kernel.HookBench.NXT;
import static io.tcpoffload.kernel.HookBench.TS_RECENT;
import static io.tcpoffload.kernel.HookBench.WINDOW;
import static io.tcpoffload.kernel.HookBench.frame;
import static io.tcpoffload.kernel.HookRow.NONE;
import static io.tcpoffload.kernel.HookRow.ack;
import static io.tcpoffload.kernel.HookRow.drop;
import static io.tcpoffload.kernel.KernelCounter.*;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.clauses.Hostile;
import io.tcpoffload.clauses.Layer;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Headers that lie, and headers that are only unusual, for a session that the engine owns. */
@ExtendWith(Root.class)
class HookHeaderTest {

    private static final int HOP_BY_HOP = 0;
    private static final int ROUTING = 43;
    private static final int FRAGMENT = 44;
    private static final int ENCRYPTED = 50;
    private static final int AUTHENTICATED = 51;
    private static final int OPTIONS = 60;
    /** MAX_EXTENSION_HEADERS of network.h. */
    private static final int CAP = 32;

    @AfterAll
    static void close() {
        HookBench.closeShared();
    }

    static Stream<HookRow> lengths() {
        return Stream.of(
                ack("padding is not payload", frame().ack(NXT).padding(6), NONE, NXT, WINDOW),
                drop("IP length longer than the packet", frame().lengthError(1), DROP_BAD_IP_HEADER),
                drop("IP length without room for TCP", frame().lengthError(-1), DROP_BAD_IP_HEADER),
                drop("data offset too small", frame().doff(4), DROP_BAD_TCP_HEADER),
                drop("data offset past the end", frame().doff(6), DROP_BAD_TCP_HEADER));
    }

    @ParameterizedTest
    @MethodSource("lengths")
    @Hostile(value = "truncated headers", layer = Layer.PACKET,
            counter = "kernel_drop_bad_ip_header, kernel_drop_bad_tcp_header")
    void lengthsThatDisagree(HookRow row) throws Exception {
        row.bothFamilies(false);
    }

    @Test
    @Hostile(value = "truncated headers", layer = Layer.PACKET, counter = "kernel_drop_bad_ip_header")
    void anIpHeaderLengthThatIsTooSmall() throws Exception {
        drop("IHL 4", frame().ihl(4), DROP_BAD_IP_HEADER).run(false, false);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Hostile(value = "truncated headers", layer = Layer.PACKET, counter = "kernel_drop_bad_ip_header")
    void truncatedPacketsWithPortsAreEaten(boolean ipv6) throws Exception {
        byte[] whole = frame().ipv6(ipv6).timestamp(TS_RECENT, 1).payload(5).bytes();
        int ports = 14 + (ipv6 ? 40 : 20) + 4;
        for (int length = ports; length < whole.length; length++) {
            HookBench bench = HookBench.shared(true, ipv6);
            byte[] before = bench.record();
            assertEquals(ProgramRun.SHOT, bench.run(Arrays.copyOf(whole, length)), "cut to " + length);
            assertEquals(Set.of(DROP_BAD_IP_HEADER), bench.moved().keySet());
            assertArrayEquals(before, bench.record());
        }
    }

    static Stream<HookRow> options() {
        return Stream.of(
                ack("40 NOPs", frame().ack(NXT).options(IntStream.range(0, 40).map(i -> 1).toArray()), NONE, NXT,
                        WINDOW),
                ack("unknown option", frame().ack(NXT).options(99, 4, 0, 0), NONE, NXT, WINDOW),
                ack("end of options, then garbage", frame().ack(NXT).options(0, 99, 0, 0), NONE, NXT, WINDOW),
                drop("length 0", frame().options(99, 0, 0, 0), DROP_TCP_OPTION),
                drop("length 1", frame().options(99, 1, 0, 0), DROP_TCP_OPTION),
                drop("past the end", frame().options(1, 1, 99, 3), DROP_TCP_OPTION),
                drop("kind as the last byte", frame().options(1, 1, 1, 99), DROP_TCP_OPTION),
                drop("SACK of odd length", frame().options(1, 5, 7, 0, 0, 0, 0, 0), DROP_TCP_OPTION),
                drop("SACK without a block", frame().options(1, 1, 5, 2), DROP_TCP_OPTION),
                drop("timestamp of wrong length", frame().options(8, 8, 0, 0, 0, 0, 0, 0), DROP_TCP_OPTION));
    }

    @ParameterizedTest
    @MethodSource("options")
    @Hostile(value = "options of length", layer = Layer.PACKET, counter = "kernel_drop_tcp_option")
    void tcpOption(HookRow row) throws Exception {
        row.bothFamilies(false);
    }

    static Stream<HookRow> checksums() {
        return Stream.of(
                ack("unfinished, of a local sender", frame().ack(NXT).unfinishedChecksum(), NONE, NXT, WINDOW),
                drop("bad TCP", frame().badTcpChecksum(), DROP_TCP_CHECKSUM),
                drop("bad TCP over payload", frame().payload(1000).badTcpChecksum(), DROP_TCP_CHECKSUM));
    }

    @ParameterizedTest
    @MethodSource("checksums")
    @Hostile(value = "bad IP or TCP checksum", layer = Layer.PACKET, counter = "kernel_drop_tcp_checksum")
    void tcpChecksum(HookRow row) throws Exception {
        row.bothFamilies(false);
    }

    @Test
    @Hostile(value = "bad IP or TCP checksum", layer = Layer.PACKET, counter = "kernel_drop_ip_checksum")
    void ipChecksum() throws Exception {
        drop("bad", frame().badIpChecksum(), DROP_IP_CHECKSUM).run(false, false);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Hostile(value = "bad IP or TCP checksum", layer = Layer.PACKET, counter = "kernel_drop_tcp_checksum")
    void anUnfinishedChecksumFromHardwareIsABadOne(boolean ipv6) throws Exception {
        HookBench bench = HookBench.shared(false, ipv6);
        assertEquals(ProgramRun.SHOT, bench.runOnHardware(frame().ack(NXT)));
        assertEquals(Set.of(ACKS), bench.moved().keySet());
        for (int payload : new int[] {0, 9}) {
            bench.reset();
            assertEquals(ProgramRun.SHOT, bench.runOnHardware(frame().ack(NXT).payload(payload).unfinishedChecksum()));
            assertEquals(Set.of(DROP_TCP_CHECKSUM), bench.moved().keySet());
        }
    }

    static Stream<HookRow> networkLayer() {
        return Stream.of(
                ack("one VLAN tag", frame().ack(NXT).tags(5), NONE, NXT, WINDOW),
                ack("two VLAN tags", frame().ack(NXT).tags(5, 6), NONE, NXT, WINDOW),
                ack("a priority tag", frame().ack(NXT).tags(0xE000), NONE, NXT, WINDOW),
                drop("fragment, first", frame().fragment(0x2000), DROP_FRAGMENT),
                drop("fragment, first, tagged", frame().fragment(0x2000).tags(5, 6), DROP_FRAGMENT));
    }

    @ParameterizedTest
    @MethodSource("networkLayer")
    @Hostile(value = "fragments", layer = Layer.PACKET, counter = "kernel_drop_fragment")
    void fragmentsAndTags(HookRow row) throws Exception {
        row.bothFamilies(false);
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 40})
    @Hostile(value = "fragments", layer = Layer.PACKET, counter = "kernel_drop_ip_options")
    void ipv4Options(int bytes) throws Exception {
        drop("IP options", frame().ipOptions(bytes), DROP_IP_OPTIONS).run(false, false);
    }

    static Stream<HookRow> extensionHeaders() {
        byte[] atomic = new byte[8];
        byte[] first = {0, 0, 0, 1, 0, 0, 0, 7};
        return Stream.of(
                ack("hop-by-hop", frame().ack(NXT).extension(HOP_BY_HOP, 1), NONE, NXT, WINDOW),
                ack("options of 24 bytes", frame().ack(NXT).extension(OPTIONS, 3), NONE, NXT, WINDOW),
                ack("routing", frame().ack(NXT).extension(ROUTING, 1), NONE, NXT, WINDOW),
                ack("hop-by-hop, options, routing, options", frame().ack(NXT).extension(HOP_BY_HOP, 1)
                        .extension(OPTIONS, 2).extension(ROUTING, 3).extension(OPTIONS, 1), NONE, NXT, WINDOW),
                ack("fragment that is the whole packet", frame().ack(NXT).extension(FRAGMENT, atomic), NONE, NXT, WINDOW),
                ack("options behind a fragment header", frame().ack(NXT).extension(FRAGMENT, atomic).extension(OPTIONS, 1),
                        NONE, NXT, WINDOW),
                drop("first of several fragments, between options", frame().extension(HOP_BY_HOP, 1)
                        .extension(FRAGMENT, first).extension(OPTIONS, 1), DROP_FRAGMENT),
                ack("as many as are looked through", chain(CAP), NONE, NXT, WINDOW),
                drop("one more", chain(CAP + 1), DROP_EXTENSION_HEADERS),
                drop("many more", chain(150), DROP_EXTENSION_HEADERS),
                drop("past the length of the packet", frame().extension(OPTIONS, 4).lengthError(-40),
                        DROP_BAD_IP_HEADER));
    }

    private static Frame chain(int headers) {
        Frame frame = frame().ack(NXT);
        for (int i = 0; i < headers; i++) {
            frame.extension(OPTIONS, 1);
        }
        return frame;
    }

    @ParameterizedTest
    @MethodSource("extensionHeaders")
    @Clause(rfc = "RFC 8504", section = "5.3", does = "more than 32 extension headers are dropped and counted")
    @Clause(rfc = "RFC 6946", section = "4", does = "a fragment that is the whole packet is a packet like any other")
    @Hostile(value = "fragments", layer = Layer.PACKET,
            counter = "kernel_drop_extension_headers, kernel_drop_bad_ip_header, kernel_drop_fragment")
    void ipv6ExtensionHeaders(HookRow row) throws Exception {
        row.run(false, true);
    }

    @Test
    @Hostile(value = "fragments", layer = Layer.PACKET)
    void whatHasNoPortsIsLeftToTheKernelWhichCannotDeliverIt() throws Exception {
        byte[] later = {0, 0, 0, 8, 0, 0, 0, 7};
        HookBench bench = HookBench.shared(false, true);
        assertEquals(ProgramRun.UNSPEC, bench.run(frame().extension(FRAGMENT, later)));
        assertEquals(ProgramRun.UNSPEC, bench.run(frame().extension(OPTIONS, 1).cutTo(14 + 40 + 2)));
        assertEquals(ProgramRun.UNSPEC, bench.run(frame().extension(AUTHENTICATED, 3)));
        assertEquals(ProgramRun.UNSPEC, bench.run(frame().extension(ENCRYPTED, 1)));
        assertEquals(Set.of(), bench.moved().keySet());
        bench = HookBench.shared(false, false);
        assertEquals(ProgramRun.UNSPEC, bench.run(frame().fragment(100)));
        assertEquals(Set.of(), bench.moved().keySet());
    }
}
