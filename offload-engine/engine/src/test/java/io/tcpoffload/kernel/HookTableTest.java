// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import static io.tcpoffload.kernel.HookBench.NXT;
import static io.tcpoffload.kernel.HookBench.RCV_NXT;
import static io.tcpoffload.kernel.HookBench.RCV_WINDOW;
import static io.tcpoffload.kernel.HookBench.TS_RECENT;
import static io.tcpoffload.kernel.HookBench.UNA;
import static io.tcpoffload.kernel.HookBench.WINDOW;
import static io.tcpoffload.kernel.HookBench.frame;
import static io.tcpoffload.kernel.KernelCounter.*;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One segment for a session that the engine owns: verdict, counters, event, and what changed in the record. */
@ExtendWith(Root.class)
class HookTableTest {

    private static final int NONE = 0;
    private static final int A = Frame.ACK;

    /**
     * @param name     what arrives
     * @param frame    the bytes
     * @param event    expected reasons, 0: no event
     * @param una      expected left edge
     * @param window   expected raw window
     * @param rcvNxt   expected next byte of the viewer
     * @param counters expected to move, besides EVENTS
     */
    record Row(String name, Frame frame, int event, int una, int window, int rcvNxt, List<KernelCounter> counters) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Row drop(String name, Frame frame, KernelCounter counter) {
        return new Row(name, frame, NONE, UNA, WINDOW, RCV_NXT, List.of(counter));
    }

    private static Row answer(String name, Frame frame, int event, KernelCounter... counters) {
        return new Row(name, frame, event, UNA, WINDOW, RCV_NXT, List.of(counters));
    }

    private static Row data(String name, Frame frame, int event, int rcvNxt, KernelCounter... counters) {
        return new Row(name, frame, event, UNA, WINDOW, rcvNxt,
                Stream.concat(Stream.of(ACKS), Arrays.stream(counters)).toList());
    }

    private static Row ack(String name, Frame frame, int event, int una, int window, KernelCounter... counters) {
        return new Row(name, frame, event, una, window, RCV_NXT,
                Stream.concat(Stream.of(ACKS), Arrays.stream(counters)).toList());
    }

    static Stream<Row> acknowledgements() {
        Frame next = frame().ack(UNA + 5000).window(600);
        return Stream.of(
                ack("forward", next, NONE, UNA + 5000, 600),
                ack("all that was sent", frame().ack(NXT), NONE, NXT, WINDOW),
                ack("unfinished checksum of a local sender", frame().ack(NXT).unfinishedChecksum(), NONE, NXT, WINDOW),
                ack("one VLAN tag", frame().ack(NXT).tags(5), NONE, NXT, WINDOW),
                ack("two VLAN tags", frame().ack(NXT).tags(5, 6), NONE, NXT, WINDOW),
                ack("padding is not payload", frame().ack(NXT).padding(6), NONE, NXT, WINDOW),
                ack("40 NOPs", frame().ack(NXT).options(IntStream.range(0, 40).map(i -> 1).toArray()), NONE, NXT,
                        WINDOW),
                ack("unknown option", frame().ack(NXT).options(99, 4, 0, 0), NONE, NXT, WINDOW),
                ack("end of options, then garbage", frame().ack(NXT).options(0, 99, 0, 0), NONE, NXT, WINDOW),
                ack("with ECE", frame().ack(NXT).flags(A | Frame.ECE), NONE, NXT, WINDOW),
                ack("duplicate", frame(), KernelEvent.DUP_ACK, UNA, WINDOW, ACKS_DUPLICATE),
                ack("window update", frame().window(700), NONE, UNA, 700),
                ack("same segment with a smaller window: reordered", frame().window(300), NONE, UNA, WINDOW),
                ack("window closes", frame().window(0), KernelEvent.ZERO_WINDOW, UNA, 0, ZERO_WINDOWS),
                ack("window closes with an ACK", frame().ack(NXT).window(0), KernelEvent.ZERO_WINDOW, NXT, 0,
                        ZERO_WINDOWS),
                ack("one SACK block", frame().sack(UNA + 1448, UNA + 2896), KernelEvent.SACK | KernelEvent.DUP_ACK,
                        UNA, WINDOW, ACKS_SACK, ACKS_DUPLICATE),
                ack("DSACK below una", frame().ack(UNA + 100).sack(UNA - 1000, UNA), KernelEvent.SACK, UNA + 100,
                        WINDOW, ACKS_SACK),
                ack("SACK above nxt", frame().ack(NXT).sack(NXT - 10, NXT + 1), NONE, NXT, WINDOW, ACKS_SACK,
                        SACK_BLOCKS_VOID),
                ack("SACK reversed", frame().ack(NXT).sack(UNA + 20, UNA + 10), NONE, NXT, WINDOW, ACKS_SACK,
                        SACK_BLOCKS_VOID),
                ack("old, in the range of RFC 5961", frame().ack(UNA - 1000).window(900), NONE, UNA, WINDOW,
                        ACKS_OLD));
    }

    static Stream<Row> payload() {
        return Stream.of(
                data("in order", frame().payload(100), KernelEvent.DATA, RCV_NXT + 100, DATA_IN_ORDER),
                data("odd length", frame().payload(1333), KernelEvent.DATA, RCV_NXT + 1333, DATA_IN_ORDER),
                data("after a gap", frame().seq(RCV_NXT + 10).payload(100), KernelEvent.DATA, RCV_NXT,
                        DATA_OUT_OF_ORDER),
                data("partly old", frame().seq(RCV_NXT - 50).payload(100), KernelEvent.DATA, RCV_NXT + 50,
                        DATA_IN_ORDER),
                data("just before", frame().seq(RCV_NXT - 100).payload(100), KernelEvent.STALE, RCV_NXT,
                        SEGMENTS_STALE),
                answer("long before", frame().seq(RCV_NXT - 500).payload(100), KernelEvent.STALE, SEGMENTS_STALE),
                answer("keep-alive probe", frame().seq(RCV_NXT - 1), KernelEvent.STALE, SEGMENTS_STALE),
                answer("behind the window", frame().seq(RCV_NXT + RCV_WINDOW + 1).payload(1), KernelEvent.STALE,
                        SEGMENTS_STALE),
                data("FIN", frame().flags(A | Frame.FIN), KernelEvent.FIN, RCV_NXT + 1, FINS),
                data("FIN with data", frame().flags(A | Frame.FIN).payload(10),
                        KernelEvent.FIN | KernelEvent.DATA, RCV_NXT + 11, FINS, DATA_IN_ORDER),
                data("FIN after a gap", frame().seq(RCV_NXT + 1).flags(A | Frame.FIN), KernelEvent.DATA, RCV_NXT,
                        DATA_OUT_OF_ORDER));
    }

    static Stream<Row> control() {
        return Stream.of(
                answer("exact reset", frame().flags(Frame.RST), KernelEvent.RST, RESETS),
                answer("exact reset with a wild ACK", frame().flags(Frame.RST | A).ack(99), KernelEvent.RST, RESETS),
                answer("reset in the window", frame().seq(RCV_NXT + 9).flags(Frame.RST), KernelEvent.CHALLENGE,
                        RESETS_CHALLENGED),
                drop("blind reset", frame().seq(RCV_NXT + RCV_WINDOW + 9).flags(Frame.RST), DROP_RESET_OUTSIDE),
                drop("old reset", frame().seq(RCV_NXT - 1).flags(Frame.RST), DROP_RESET_OUTSIDE),
                answer("SYN", frame().flags(Frame.SYN), KernelEvent.SYN, SYNS_CHALLENGED),
                answer("SYN with an ACK", frame().flags(Frame.SYN | A), KernelEvent.SYN, SYNS_CHALLENGED),
                drop("no flags", frame().flags(0), DROP_FLAGS),
                drop("all flags", frame().flags(0xFF), DROP_FLAGS),
                drop("SYN and FIN", frame().flags(Frame.SYN | Frame.FIN), DROP_FLAGS),
                drop("FIN without ACK", frame().flags(Frame.FIN), DROP_FLAGS));
    }

    static Stream<Row> hostile() {
        return Stream.of(
                drop("ACK of unsent data", frame().ack(NXT + 1), DROP_ACK_UNSENT),
                answer("ACK far too old", frame().ack(UNA - HookBench.MAX_WINDOW - 1), KernelEvent.CHALLENGE,
                        DROP_ACK_TOO_OLD),
                answer("blind segment", frame().seq(99).ack(99).payload(10), KernelEvent.STALE, SEGMENTS_STALE),
                drop("fragment, first", frame().fragment(0x2000), DROP_FRAGMENT),
                drop("IP options", frame().ipOptions(4), DROP_IP_OPTIONS),
                drop("IHL too small", frame().ihl(4), DROP_BAD_IP_HEADER),
                drop("IP length longer than the packet", frame().lengthError(1), DROP_BAD_IP_HEADER),
                drop("IP length without room for TCP", frame().lengthError(-1), DROP_BAD_IP_HEADER),
                drop("cut in the TCP header", frame().cutTo(14 + 20 + 10), DROP_BAD_IP_HEADER),
                drop("bad IP checksum", frame().badIpChecksum(), DROP_IP_CHECKSUM),
                drop("bad TCP checksum", frame().badTcpChecksum(), DROP_TCP_CHECKSUM),
                drop("bad TCP checksum over payload", frame().payload(1000).badTcpChecksum(), DROP_TCP_CHECKSUM),
                drop("data offset too small", frame().doff(4), DROP_BAD_TCP_HEADER),
                drop("data offset past the end", frame().doff(6), DROP_BAD_TCP_HEADER),
                drop("option of length 0", frame().options(99, 0, 0, 0), DROP_TCP_OPTION),
                drop("option of length 1", frame().options(99, 1, 0, 0), DROP_TCP_OPTION),
                drop("option past the end", frame().options(1, 1, 99, 3), DROP_TCP_OPTION),
                drop("option kind as the last byte", frame().options(1, 1, 1, 99), DROP_TCP_OPTION),
                drop("SACK of odd length", frame().options(1, 5, 7, 0, 0, 0, 0, 0), DROP_TCP_OPTION),
                drop("SACK without a block", frame().options(1, 1, 5, 2), DROP_TCP_OPTION),
                drop("timestamp of wrong length", frame().options(8, 8, 0, 0, 0, 0, 0, 0), DROP_TCP_OPTION));
    }

    @ParameterizedTest
    @MethodSource({"acknowledgements", "payload", "control", "hostile"})
    void ownedSession(Row row) throws Exception {
        try (HookBench bench = new HookBench(SessionState.OWNED, false)) {
            assertEquals(ProgramRun.SHOT, bench.run(row.frame));
            check(bench, row);
        }
    }

    static Stream<Row> timestamps() {
        return Stream.of(
                ack("newer", frame().ack(NXT).timestamp(TS_RECENT + 1, 9), NONE, NXT, WINDOW),
                ack("the same", frame().ack(NXT).timestamp(TS_RECENT, 9), NONE, NXT, WINDOW),
                ack("unaligned", frame().ack(NXT).options(8, 10, 0x7F, 0, 0, 0, 0, 0, 0, 9, 1, 1), NONE, NXT, WINDOW),
                ack("missing", frame().ack(NXT), NONE, NXT, WINDOW, ACKS_WITHOUT_TIMESTAMP),
                drop("older", frame().ack(NXT).timestamp(TS_RECENT - 1, 9), DROP_PAWS),
                answer("older, with payload", frame().payload(9).timestamp(TS_RECENT - 1, 9), KernelEvent.CHALLENGE,
                        DROP_PAWS),
                answer("older, exact reset", frame().flags(Frame.RST).timestamp(TS_RECENT - 1, 9), KernelEvent.RST,
                        RESETS));
    }

    @ParameterizedTest
    @MethodSource("timestamps")
    void ownedSessionWithTimestamps(Row row) throws Exception {
        try (HookBench bench = new HookBench(SessionState.OWNED, true)) {
            assertEquals(ProgramRun.SHOT, bench.run(row.frame));
            check(bench, row);
        }
    }

    private static void check(HookBench bench, Row row) {
        Set<KernelCounter> expected = new TreeSet<>(row.counters);
        if (row.event != NONE) {
            expected.add(EVENTS);
        }
        assertEquals(expected, bench.moved().keySet());
        assertEquals(row.event == NONE ? List.of() : List.of(row.event), bench.reasons());
        SessionTable sessions = bench.kernel.sessions();
        assertEquals(row.una, sessions.una(bench.id), "una");
        assertEquals(row.window, sessions.window(bench.id), "window");
        assertEquals(row.rcvNxt, sessions.rcvNxt(bench.id), "rcvNxt");
        assertEquals(row.counters.contains(ACKS), sessions.arrivalNs(bench.id) != 0, "liveness");
        assertEquals(0, sessions.version(bench.id) & 1);
    }

    static Stream<Frame> shortened() {
        byte[] whole = frame().timestamp(TS_RECENT, 1).payload(5).bytes();
        return IntStream.range(14 + 20 + 4, whole.length).mapToObj(length -> frame().timestamp(TS_RECENT, 1)
                .payload(5).cutTo(length));
    }

    @ParameterizedTest
    @MethodSource("shortened")
    void truncatedPacketsWithPortsAreEaten(Frame frame) throws Exception {
        try (HookBench bench = new HookBench(SessionState.OWNED, true)) {
            byte[] before = image(bench);
            assertEquals(ProgramRun.SHOT, bench.run(frame));
            assertEquals(Set.of(DROP_BAD_IP_HEADER), bench.moved().keySet());
            assertEquals(hex(before), hex(image(bench)));
        }
    }

    private static byte[] image(HookBench bench) {
        ByteBuffer record = bench.kernel.sessions().record(bench.id);
        byte[] bytes = new byte[record.remaining()];
        record.get(bytes);
        return bytes;
    }

    private static String hex(byte[] bytes) {
        return IntStream.range(0, bytes.length).mapToObj(i -> String.format("%02x", bytes[i]))
                .collect(Collectors.joining());
    }
}
