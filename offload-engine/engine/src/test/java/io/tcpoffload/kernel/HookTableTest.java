// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import static io.tcpoffload.kernel.HookBench.NXT;
import static io.tcpoffload.kernel.HookBench.RCV_NXT;
import static io.tcpoffload.kernel.HookBench.RCV_WINDOW;
import static io.tcpoffload.kernel.HookBench.TS_RECENT;
import static io.tcpoffload.kernel.HookBench.UNA;
import static io.tcpoffload.kernel.HookBench.WINDOW;
import static io.tcpoffload.kernel.HookBench.frame;
import static io.tcpoffload.kernel.HookRow.NONE;
import static io.tcpoffload.kernel.HookRow.ack;
import static io.tcpoffload.kernel.HookRow.answer;
import static io.tcpoffload.kernel.HookRow.data;
import static io.tcpoffload.kernel.HookRow.drop;
import static io.tcpoffload.kernel.KernelCounter.*;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.clauses.Hostile;
import io.tcpoffload.clauses.Layer;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * One segment for a session that the engine owns, by IPv4 and by IPv6: verdict, counters, event, and what changed in the
 * record.
 */
@ExtendWith(Root.class)
class HookTableTest {

    private static final int A = Frame.ACK;

    @AfterAll
    static void close() {
        HookBench.closeShared();
    }

    static Stream<HookRow> acknowledgements() {
        return Stream.of(
                ack("forward", frame().ack(UNA + 5000).window(600), NONE, UNA + 5000, 600),
                ack("all that was sent", frame().ack(NXT), NONE, NXT, WINDOW),
                ack("with ECE", frame().ack(NXT).flags(A | Frame.ECE), NONE, NXT, WINDOW),
                ack("window update", frame().window(700), NONE, UNA, 700),
                ack("same segment with a smaller window: reordered", frame().window(300), NONE, UNA, WINDOW),
                ack("window closes", frame().window(0), KernelEvent.ZERO_WINDOW, UNA, 0, ZERO_WINDOWS),
                ack("window closes with an ACK", frame().ack(NXT).window(0), KernelEvent.ZERO_WINDOW, NXT, 0,
                        ZERO_WINDOWS));
    }

    @ParameterizedTest
    @MethodSource("acknowledgements")
    void acknowledgement(HookRow row) throws Exception {
        row.bothFamilies(false);
    }

    static Stream<HookRow> strangeAcknowledgements() {
        return Stream.of(
                answer("of unsent data", frame().ack(NXT + 1), KernelEvent.CHALLENGE, DROP_ACK_UNSENT),
                ack("of one byte", frame().ack(UNA + 1), NONE, UNA + 1, WINDOW),
                ack("duplicate", frame(), KernelEvent.DUP_ACK, UNA, WINDOW, ACKS_DUPLICATE),
                ack("old, in the range of RFC 5961", frame().ack(UNA - 1000).window(900), NONE, UNA, WINDOW, ACKS_OLD));
    }

    @ParameterizedTest
    @MethodSource("strangeAcknowledgements")
    @Hostile(value = "ACK for unsent data", layer = Layer.PACKET,
            counter = "kernel_acks, kernel_acks_duplicate, kernel_acks_old, kernel_drop_ack_unsent")
    @Clause(rfc = "RFC 5961", section = "5.2",
            does = "acknowledgements outside [una - largest window, nxt] are refused by the receive hook")
    void strangeAcknowledgement(HookRow row) throws Exception {
        row.bothFamilies(false);
    }

    static Stream<HookRow> sackBlocks() {
        return Stream.of(
                ack("one block", frame().sack(UNA + 1448, UNA + 2896), KernelEvent.SACK | KernelEvent.DUP_ACK,
                        UNA, WINDOW, ACKS_SACK, ACKS_DUPLICATE),
                ack("DSACK below una", frame().ack(UNA + 100).sack(UNA - 1000, UNA), KernelEvent.SACK, UNA + 100,
                        WINDOW, ACKS_SACK),
                ack("above nxt", frame().ack(NXT).sack(NXT - 10, NXT + 1), NONE, NXT, WINDOW, ACKS_SACK,
                        SACK_BLOCKS_VOID),
                ack("reversed", frame().ack(NXT).sack(UNA + 20, UNA + 10), NONE, NXT, WINDOW, ACKS_SACK,
                        SACK_BLOCKS_VOID),
                ack("far too old", frame().ack(NXT).sack(UNA - HookBench.MAX_WINDOW - 9, UNA), NONE, NXT, WINDOW,
                        ACKS_SACK, SACK_BLOCKS_VOID));
    }

    @ParameterizedTest
    @MethodSource("sackBlocks")
    @Hostile(value = "SACK outside", layer = Layer.PACKET, counter = "kernel_acks_sack, kernel_sack_blocks_void")
    @Clause(rfc = "RFC 2018", section = "4",
            does = "SACK blocks outside the flight do not leave the receive hook")
    void sack(HookRow row) throws Exception {
        row.bothFamilies(false);
    }

    static Stream<HookRow> payload() {
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
                        SEGMENTS_STALE));
    }

    @ParameterizedTest
    @MethodSource("payload")
    @Hostile(value = "upload", layer = Layer.PACKET,
            counter = "kernel_data_in_order, kernel_data_out_of_order, kernel_segments_stale")
    void upload(HookRow row) throws Exception {
        row.bothFamilies(false);
    }

    static Stream<HookRow> fins() {
        return Stream.of(
                data("alone", frame().flags(A | Frame.FIN), KernelEvent.FIN, RCV_NXT + 1, FINS),
                data("with data", frame().flags(A | Frame.FIN).payload(10),
                        KernelEvent.FIN | KernelEvent.DATA, RCV_NXT + 11, FINS, DATA_IN_ORDER),
                data("after a gap", frame().seq(RCV_NXT + 1).flags(A | Frame.FIN), KernelEvent.DATA, RCV_NXT,
                        DATA_OUT_OF_ORDER));
    }

    @ParameterizedTest
    @MethodSource("fins")
    @Hostile(value = "FIN in order", layer = Layer.PACKET, counter = "kernel_fins, kernel_data_out_of_order")
    void fin(HookRow row) throws Exception {
        row.bothFamilies(false);
    }

    static Stream<HookRow> control() {
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

    @ParameterizedTest
    @MethodSource("control")
    @Hostile(value = "RST exact", layer = Layer.PACKET, counter = "kernel_resets, kernel_resets_challenged, "
            + "kernel_drop_reset_outside, kernel_syns_challenged, kernel_drop_flags")
    @Clause(rfc = "RFC 5961", section = "3.2",
            does = "RST: exact kills, in the window challenges, outside does nothing")
    @Clause(rfc = "RFC 5961", section = "4.2",
            does = "a SYN in an established connection is challenged")
    void resetsAndFlags(HookRow row) throws Exception {
        row.bothFamilies(false);
    }

    static Stream<HookRow> blind() {
        return Stream.of(
                answer("ACK far too old", frame().ack(UNA - HookBench.MAX_WINDOW - 1).timestamp(TS_RECENT + 9, 1),
                        KernelEvent.CHALLENGE, DROP_ACK_TOO_OLD),
                answer("ACK of what was never sent", frame().ack(NXT + 1_000_000).timestamp(TS_RECENT + 9, 1),
                        KernelEvent.CHALLENGE, DROP_ACK_UNSENT),
                answer("wild", frame().seq(99).ack(99).payload(10).timestamp(TS_RECENT + 9, 1), KernelEvent.STALE,
                        SEGMENTS_STALE),
                answer("wild, with SACK", frame().seq(RCV_NXT + RCV_WINDOW + 1).sack(UNA + 1, UNA + 2),
                        KernelEvent.STALE, SEGMENTS_STALE));
    }

    @ParameterizedTest
    @MethodSource("blind")
    @Hostile(value = "blind segment", layer = Layer.PACKET,
            counter = "kernel_segments_stale, kernel_drop_ack_too_old, kernel_drop_ack_unsent")
    void blindSegmentChangesNothing(HookRow row) throws Exception {
        for (boolean timestamps : new boolean[] {false, true}) {
            row.bothFamilies(timestamps);
            for (boolean ipv6 : new boolean[] {false, true}) {
                HookBench bench = HookBench.shared(timestamps, ipv6);
                byte[] before = withoutLimit(bench.record());
                bench.run(row.frame());
                assertArrayEquals(before, withoutLimit(bench.record()));
            }
        }
    }

    /** When it was last answered is no state of the connection. */
    private static byte[] withoutLimit(byte[] record) {
        Arrays.fill(record, SessionDescriptor.LIMITED_NS, SessionDescriptor.LIMITED_NS + Long.BYTES, (byte) 0);
        return record;
    }

    static Stream<HookRow> timestamps() {
        return Stream.of(
                ack("newer", frame().ack(NXT).timestamp(TS_RECENT + 1, 9), NONE, NXT, WINDOW),
                ack("the same", frame().ack(NXT).timestamp(TS_RECENT, 9), NONE, NXT, WINDOW),
                ack("unaligned", frame().ack(NXT).options(8, 10, 0x7F, 0, 0, 0, 0, 0, 0, 9, 1, 1), NONE, NXT, WINDOW),
                ack("missing", frame().ack(NXT), NONE, NXT, WINDOW, ACKS_WITHOUT_TIMESTAMP),
                drop("older, nothing new", frame().timestamp(TS_RECENT - 1, 9), DROP_PAWS),
                drop("older, overtaken", frame().ack(UNA - 1).timestamp(TS_RECENT - 1, 9), DROP_PAWS),
                answer("older", frame().ack(NXT).timestamp(TS_RECENT - 1, 9), KernelEvent.CHALLENGE, DROP_PAWS),
                answer("older, with payload", frame().payload(9).timestamp(TS_RECENT - 1, 9), KernelEvent.CHALLENGE,
                        DROP_PAWS),
                answer("older, exact reset", frame().flags(Frame.RST).timestamp(TS_RECENT - 1, 9), KernelEvent.RST,
                        RESETS));
    }

    @ParameterizedTest
    @MethodSource("timestamps")
    @Hostile(value = "old timestamps", layer = Layer.PACKET,
            counter = "kernel_drop_paws, kernel_acks_without_timestamp")
    @Clause(rfc = "RFC 7323", section = "5.3",
            does = "PAWS, in the receive hook: a segment with an older timestamp is dropped, and answered unless it says nothing new; an exact reset is obeyed all the same")
    void timestamp(HookRow row) throws Exception {
        row.bothFamilies(true);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Hostile(value = "GRO super-segments", layer = Layer.PACKET, counter = "kernel_data_in_order")
    void mergedSegmentsAreTakenAsOneAndTrimmed(boolean ipv6) throws Exception {
        HookBench bench = HookBench.shared(false, ipv6);
        Frame merged = frame().seq(RCV_NXT - 1000).ack(NXT).payload(2896).unfinishedChecksum();
        assertEquals(ProgramRun.SHOT, bench.runMerged(merged, 2));
        assertEquals(Set.of(ACKS, DATA_IN_ORDER, EVENTS), bench.moved().keySet());
        assertEquals(RCV_NXT + 1896, bench.kernel.sessions().rcvNxt(bench.id));
        assertEquals(NXT, bench.kernel.sessions().una(bench.id), "acknowledgement first");
        bench.reset();
        assertEquals(ProgramRun.SHOT, bench.runMerged(frame().ack(NXT).payload(2896).badTcpChecksum(), 2));
        assertEquals(RCV_NXT + 2896, bench.kernel.sessions().rcvNxt(bench.id), "verified by whoever merged them");
        bench.reset();
        bench.kernel.sessions().record(bench.id).putInt(SessionDescriptor.RECEIVE_WINDOW, 2000);
        bench.runMerged(frame().payload(2896), 2);
        assertEquals(RCV_NXT + 2000, bench.kernel.sessions().rcvNxt(bench.id), "no more than the window");
    }
}
