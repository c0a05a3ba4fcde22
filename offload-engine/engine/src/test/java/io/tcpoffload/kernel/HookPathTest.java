// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import static io.tcpoffload.kernel.HookBench.NXT;
import static io.tcpoffload.kernel.HookBench.RCV_NXT;
import static io.tcpoffload.kernel.HookBench.UNA;
import static io.tcpoffload.kernel.HookBench.frame;
import static io.tcpoffload.kernel.KernelCounter.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.clauses.Hostile;
import io.tcpoffload.clauses.Layer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a segment tells about its way: where it came from, and whether the network was congested. */
@ExtendWith(Root.class)
class HookPathTest {

    private static final int CE = 3;
    private static final int CWR = 0x80;
    private static final byte[] OTHER_MAC = {2, 0, 0, 0, 0, 77};

    @AfterAll
    static void close() {
        HookBench.closeShared();
    }

    private static boolean echoes(HookBench bench) {
        return (bench.record()[SessionDescriptor.RECEIVE_FLAGS] & SessionDescriptor.RECEIVED_CE) != 0;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Clause(rfc = "RFC 3168", section = "6.1.3", does = "a mark on the viewer's data is echoed until its CWR")
    void aMarkIsEchoedUntilTheViewerHasSlowedDown(boolean ipv6) throws Exception {
        HookBench bench = HookBench.shared(false, ipv6);
        bench.kernel.sessions().record(bench.id).put(SessionDescriptor.ECN, (byte) 1);
        bench.run(frame().ack(NXT).ecn(CE));
        assertEquals(false, echoes(bench), "an acknowledgement carries no mark");
        bench.run(frame().payload(10).ecn(CE));
        assertEquals(true, echoes(bench));
        assertEquals(1, bench.moved().get(CE_MARKS));
        bench.run(frame().seq(RCV_NXT + 10).payload(10).ecn(2));
        assertEquals(true, echoes(bench), "until CWR");
        bench.run(frame().seq(RCV_NXT + 20).payload(10).ecn(2).flags(Frame.ACK | CWR));
        assertEquals(false, echoes(bench));
        bench.run(frame().seq(RCV_NXT + 30).payload(10).ecn(CE).flags(Frame.ACK | CWR));
        assertEquals(true, echoes(bench), "marked again");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void marksMeanNothingWhereEcnWasNotNegotiated(boolean ipv6) throws Exception {
        HookBench bench = HookBench.shared(false, ipv6);
        bench.run(frame().payload(10).ecn(CE));
        assertEquals(false, echoes(bench));
        assertEquals(null, bench.moved().get(CE_MARKS));
    }

    @Test
    void countsEchoesOfOurOwnMarks() throws Exception {
        HookBench bench = HookBench.shared(false, false);
        bench.run(frame().ack(UNA + 10).flags(Frame.ACK | Frame.ECE));
        bench.run(frame().ack(UNA + 20).flags(Frame.ACK | Frame.ECE));
        assertEquals(2, bench.kernel.sessions().ecnEchoes(bench.id));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Hostile(value = "4-tuple reuse", layer = Layer.PACKET, counter = "kernel_paths_changed")
    void anotherMacAddressIsAnEventOnce(boolean ipv6) throws Exception {
        HookBench bench = HookBench.shared(false, ipv6);
        bench.run(frame().ack(UNA + 10));
        assertEquals(List.of(), bench.reasons());
        bench.run(frame().ack(UNA + 20).fromMac(OTHER_MAC));
        assertEquals(List.of(KernelEvent.PATH), bench.reasons());
        bench.run(frame().ack(UNA + 30).fromMac(OTHER_MAC));
        bench.run(frame().ack(UNA + 40));
        assertEquals(List.of(), bench.reasons(), "one a second");
        assertEquals(1, bench.moved().get(PATHS_CHANGED));
        assertEquals(UNA + 40, bench.kernel.sessions().una(bench.id));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Hostile(value = "blind segment", layer = Layer.PACKET, counter = "kernel_drop_ack_unsent")
    void aStrangersMacAddressIsNoPath(boolean ipv6) throws Exception {
        HookBench bench = HookBench.shared(false, ipv6);
        long path = bench.kernel.sessions().record(bench.id).getLong(SessionDescriptor.PATH);
        bench.run(frame().ack(NXT + 1).fromMac(OTHER_MAC));
        assertEquals(List.of(KernelEvent.CHALLENGE), bench.reasons());
        assertEquals(path, bench.kernel.sessions().record(bench.id).getLong(SessionDescriptor.PATH));
    }

    @Test
    void theFirstSegmentOfAnAdoptedSessionTellsItsPath() throws Exception {
        HookBench bench = HookBench.shared(false, false);
        bench.kernel.sessions().record(bench.id).putLong(SessionDescriptor.PATH, 0);
        bench.run(frame().ack(UNA + 20).fromMac(OTHER_MAC));
        assertEquals(Map.of(ACKS, 1L), bench.moved());
        assertNotEquals(0, bench.kernel.sessions().record(bench.id).getLong(SessionDescriptor.PATH));
    }
}
