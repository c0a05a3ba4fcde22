// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import static io.tcpoffload.kernel.HookBench.NXT;
import static io.tcpoffload.kernel.HookBench.RCV_NXT;
import static io.tcpoffload.kernel.HookBench.UNA;
import static io.tcpoffload.kernel.HookBench.frame;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.clauses.Hostile;
import io.tcpoffload.clauses.Layer;
import io.tcpoffload.kernel.Listener.Accepted;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the hook does in each state of a session, and over several segments. */
@ExtendWith(Root.class)
class HookStateTest {

    @Test
    @Hostile(value = "ACK, SYN and random-tuple floods", layer = Layer.PACKET)
    void passesUnownedTrafficOn() throws Exception {
        try (HookBench bench = new HookBench(SessionState.OWNED, false)) {
            byte[] loopback = {127, 0, 0, 1};
            assertEquals(ProgramRun.UNSPEC, bench.run(frame().from(loopback, 40001)));
            byte[] arp = frame().bytes();
            arp[12] = 8;
            arp[13] = 6;
            assertEquals(ProgramRun.UNSPEC, bench.run(arp));
            byte[] udp = frame().bytes();
            udp[14 + 9] = 17;
            assertEquals(ProgramRun.UNSPEC, bench.run(udp));
            assertEquals(ProgramRun.UNSPEC, bench.run(frame().tags(1, 2, 3)));
            assertEquals(ProgramRun.UNSPEC, bench.run(frame().fragment(100)));
            byte[] forSomebodyElse = frame().bytes();
            forSomebodyElse[0] = 2;
            assertEquals(ProgramRun.UNSPEC, bench.run(forSomebodyElse));
            assertEquals(Map.of(), bench.moved());
        }
    }

    @Test
    void leavesAFreeSessionsPacketsToTheKernel() throws Exception {
        try (HookBench bench = new HookBench(SessionState.FREE, false)) {
            assertEquals(ProgramRun.UNSPEC, bench.run(frame()));
            assertEquals(Set.of(KernelCounter.FLOW_WITHOUT_SESSION), bench.moved().keySet());
        }
    }

    @Test
    void learnsOnlyFromSegmentsThatTheSocketWouldTake() throws Exception {
        try (HookBench bench = new HookBench(SessionState.LEARN, false)) {
            assertEquals(ProgramRun.UNSPEC, bench.run(frame()));
            assertEquals(Set.of(KernelCounter.LEARN_PASSED, KernelCounter.LEARN_NOT_CREDIBLE), bench.moved().keySet());
        }
    }

    @Test
    @Hostile(value = "segments that arrive during take-over", layer = Layer.PACKET,
            counter = "kernel_eaten_taking")
    void eatsEverythingWhileTheConnectionChangesHands() throws Exception {
        try (HookBench bench = new HookBench(SessionState.TAKING, false)) {
            assertEquals(ProgramRun.SHOT, bench.run(frame().payload(10)));
            assertEquals(ProgramRun.SHOT, bench.run(frame().badIpChecksum()));
            assertEquals(2, bench.moved().get(KernelCounter.EATEN_TAKING));
            assertEquals(RCV_NXT, bench.kernel.sessions().rcvNxt(bench.id));
        }
    }

    @Test
    @Hostile(value = "upload", layer = Layer.PACKET, counter = "kernel_data_not_taken")
    void withAWindowOfZeroDataIsToldAndNotTaken() throws Exception {
        try (HookBench bench = new HookBench(SessionState.OWNED, false)) {
            bench.kernel.sessions().receiveWindow(bench.id, 0);
            assertEquals(ProgramRun.SHOT, bench.run(frame().payload(100)));
            assertEquals(ProgramRun.SHOT, bench.run(frame().payload(100).flags(Frame.ACK | Frame.FIN)));
            assertEquals(List.of(KernelEvent.DATA, KernelEvent.DATA), bench.reasons());
            assertEquals(RCV_NXT, bench.kernel.sessions().rcvNxt(bench.id));
            assertFalse(bench.kernel.sessions().finReceived(bench.id));
            assertEquals(2, bench.moved().get(KernelCounter.DATA_NOT_TAKEN));
            assertEquals(ProgramRun.SHOT, bench.run(frame().flags(Frame.ACK | Frame.FIN)));
            assertEquals(List.of(KernelEvent.FIN), bench.reasons());
            assertEquals(RCV_NXT + 1, bench.kernel.sessions().rcvNxt(bench.id));
        }
    }

    @Test
    void aWindowThatIsTooSmallTakesWhatItHasRoomFor() throws Exception {
        try (HookBench bench = new HookBench(SessionState.OWNED, false)) {
            bench.kernel.sessions().receiveWindow(bench.id, 60);
            assertEquals(ProgramRun.SHOT, bench.run(frame().payload(100).flags(Frame.ACK | Frame.FIN)));
            assertEquals(List.of(KernelEvent.DATA), bench.reasons());
            assertEquals(RCV_NXT + 60, bench.kernel.sessions().rcvNxt(bench.id));
            assertEquals(Set.of(KernelCounter.DATA_NOT_TAKEN, KernelCounter.DATA_IN_ORDER, KernelCounter.ACKS,
                    KernelCounter.EVENTS),
                    bench.moved().keySet());
        }
    }

    @Test
    @Hostile(value = "4-tuple reuse", layer = Layer.PACKET,
            counter = "kernel_eaten_linger, kernel_linger_ended_by_syn")
    void lingersUntilASynComes() throws Exception {
        try (HookBench bench = new HookBench(SessionState.LINGER, false)) {
            for (int flags : new int[] {Frame.ACK, Frame.ACK | Frame.FIN, Frame.RST, Frame.SYN | Frame.ACK}) {
                assertEquals(ProgramRun.SHOT, bench.run(frame().flags(flags)));
            }
            assertTrue(bench.flowExists());
            assertEquals(ProgramRun.UNSPEC, bench.run(frame().flags(Frame.SYN)));
            assertFalse(bench.flowExists());
            assertEquals(Map.of(KernelCounter.EATEN_LINGER, 4L, KernelCounter.LINGER_ENDED_BY_SYN, 1L),
                    bench.moved());
        }
    }

    @Test
    void definesTheTemplateFromAnAckOfARealConnection() throws Exception {
        for (boolean ipv6 : new boolean[] {false, true}) {
            for (int[] tags : new int[][] {{}, {5}, {5, 6}, {0}, {0, 6}}) {
                learn(tags, tags.length > 0 && tags[0] == 0 ? tags.length - 1 : tags.length, ipv6);
            }
        }
    }

    private static void learn(int[] tags, int expectedTags, boolean ipv6) throws Exception {
        String loopback = ipv6 ? "::1" : "127.0.0.1";
        try (HookBench bench = new HookBench(SessionState.OWNED, false, ipv6);
                Listener listener = new Listener(loopback);
                Socket viewer = new Socket(loopback, listener.address().getPort())) {
            Accepted accepted = listener.accept();
            TcpRepair.enter(accepted.fd());
            TcpState tcp = TcpRepair.read(accepted.fd());
            TcpRepair.leaveSilently(accepted.fd());
            SessionTable sessions = bench.kernel.sessions();
            int id = Takeover.watch(bench.kernel, accepted);
            Frame frame = new Frame().from(Frame.LOOPBACK, viewer.getLocalPort())
                    .to(Frame.LOOPBACK, listener.address().getPort()).seq(tcp.rcvNxt()).ack(tcp.sndNxt()).tags(tags);
            assertEquals(ProgramRun.UNSPEC, bench.run(frame.payload(3)));
            assertEquals(0, sessions.templateNs(id), "payload: not a plain ACK");
            assertEquals(tcp.sndNxt(), sessions.una(id));
            assertEquals(ProgramRun.UNSPEC, bench.run(frame.payload(0).timestamp(0x01020304, 0)));
            assertEquals(tcp.sndNxt(), sessions.una(id));
            assertEquals(ProgramRun.UNSPEC, bench.run(frame.ack(tcp.sndNxt() + 1000)));
            assertEquals(tcp.sndNxt() + 1000, sessions.una(id), "a later one");
            assertNotEquals(0, sessions.templateNs(id));
            assertEquals(0x01020304, sessions.tsRecent(id));
            assertEquals(14 + 4 * expectedTags, sessions.linkLength(id));
            assertEquals(14 + 4 * expectedTags + (ipv6 ? 72 : 52), sessions.headerLength(id));
            assertEquals(1, sessions.ifindex(id));
            assertEquals(ipv6, sessions.ipv6(id));
            checkHeader(ByteBuffer.wrap(sessions.template(id)), accepted, expectedTags, ipv6);
            TcpRepair.close(accepted.fd());
        }
    }

    private static void checkHeader(ByteBuffer header, Accepted accepted, int tags, boolean ipv6) {
        byte[] mac = new byte[6];
        header.get(0, mac);
        assertArrayEquals(new byte[] {2, 0, 0, 0, 0, 9}, mac);
        int l3 = 14 + 4 * tags;
        short type = ipv6 ? (short) 0x86DD : 0x0800;
        assertEquals(tags > 0 ? (short) 0x8100 : type, header.getShort(12));
        if (tags > 0) {
            assertEquals(tags > 1 ? 5 : header.getShort(14), header.getShort(14));
        }
        assertEquals(type, header.getShort(l3 - 2));
        if (ipv6) {
            assertEquals(0x60000000, header.getInt(l3));
            assertEquals(0x0640, header.getShort(l3 + 6));
            assertEquals(1, header.getLong(l3 + 16));
            assertEquals(1, header.getLong(l3 + 32));
        } else {
            assertEquals(0x4500, header.getShort(l3));
            assertEquals(0x4000, header.getShort(l3 + 6));
            assertEquals(0x4006, header.getShort(l3 + 8));
            assertEquals(0x7F000001, header.getInt(l3 + 12));
            assertEquals(0x7F000001, header.getInt(l3 + 16));
        }
        int l4 = l3 + (ipv6 ? 40 : 20);
        InetSocketAddress local = accepted.local();
        assertEquals((short) local.getPort(), header.getShort(l4));
        assertEquals((short) accepted.remote().getPort(), header.getShort(l4 + 2));
        assertEquals((byte) 0x80, header.get(l4 + 12));
        assertEquals(0x0101080A, header.getInt(l4 + 20));
    }

    @Test
    void keepsTheBlocksThatCanBeTrueInOrder() throws Exception {
        try (HookBench bench = new HookBench(SessionState.OWNED, false)) {
            bench.run(frame().sack(UNA + 100, UNA + 200, NXT, NXT + 5, UNA + 300, UNA + 400, UNA + 9, UNA + 9));
            SessionTable sessions = bench.kernel.sessions();
            assertEquals(2, sessions.sackCount(bench.id));
            assertEquals(UNA + 100, sessions.sackStart(bench.id, 0));
            assertEquals(UNA + 400, sessions.sackEnd(bench.id, 1));
            bench.kernel.events().poll(event -> {
                assertEquals(2, event.sackCount());
                assertEquals(UNA + 300, event.sackStart(1));
                assertEquals(bench.id, event.session());
                assertEquals(UNA, event.ack());
                assertEquals(RCV_NXT, event.seq());
                assertEquals(HookBench.WINDOW, event.window());
                assertEquals(sessions.arrivalNs(bench.id), event.arrivalNs());
            }, 1);
            bench.run(frame().ack(UNA + 50));
            assertEquals(0, sessions.sackCount(bench.id));
        }
    }

    @Test
    void reportsTheWindowsOpening() throws Exception {
        try (HookBench bench = new HookBench(SessionState.OWNED, false)) {
            bench.run(frame().window(0));
            bench.run(frame().window(0));
            bench.run(frame().window(80));
            assertEquals(List.of(KernelEvent.ZERO_WINDOW, KernelEvent.WINDOW_OPEN), bench.reasons());
            assertEquals(80, bench.kernel.sessions().window(bench.id));
        }
    }

    @Test
    @Hostile(value = "FIN in order", layer = Layer.PACKET, counter = "kernel_segments_stale")
    void repeatedFinIsAnsweredButNotTakenTwice() throws Exception {
        try (HookBench bench = new HookBench(SessionState.OWNED, false)) {
            bench.run(frame().flags(Frame.ACK | Frame.FIN));
            bench.run(frame().flags(Frame.ACK | Frame.FIN));
            assertEquals(List.of(KernelEvent.FIN, KernelEvent.STALE), bench.reasons());
            assertEquals(RCV_NXT + 1, bench.kernel.sessions().rcvNxt(bench.id));
            assertTrue(bench.kernel.sessions().finReceived(bench.id));
        }
    }

    @Test
    @Hostile(value = "RST exact", layer = Layer.PACKET, counter = "kernel_events_limited")
    void strangersGetOneAnswerIn100Milliseconds() throws Exception {
        try (HookBench bench = new HookBench(SessionState.OWNED, false)) {
            for (int i = 0; i < 5; i++) {
                bench.run(frame().flags(Frame.SYN));
            }
            assertEquals(List.of(KernelEvent.SYN), bench.reasons());
            assertEquals(4, bench.moved().get(KernelCounter.EVENTS_LIMITED));
        }
    }

    @Test
    @Hostile(value = "event ring overrun", layer = Layer.PACKET, counter = "kernel_events_lost")
    void countsEventsThatTheRingHasNoRoomFor() throws Exception {
        try (HookBench bench = new HookBench(SessionState.OWNED, false)) {
            for (int i = 0; i < 100; i++) {
                bench.run(frame());
            }
            int got = bench.reasons().size();
            assertEquals(56, got);
            assertEquals(100 - got, bench.moved().get(KernelCounter.EVENTS_LOST));
            assertEquals(100, bench.kernel.sessions().dupAcks(bench.id));
            bench.run(frame());
            assertEquals(1, bench.reasons().size());
        }
    }

    @Test
    void echoesAndClockComeFromTheSameSegment() throws Exception {
        try (HookBench bench = new HookBench(SessionState.OWNED, true)) {
            SessionTable sessions = bench.kernel.sessions();
            bench.run(frame().ack(UNA + 10).timestamp(HookBench.TS_RECENT + 5, 4711));
            assertTrue(sessions.tsEchoValid(bench.id));
            assertEquals(4711, sessions.tsEcho(bench.id));
            assertEquals(HookBench.TS_RECENT + 5, sessions.tsRecent(bench.id));
            bench.run(frame().ack(UNA + 20));
            assertFalse(sessions.tsEchoValid(bench.id));
        }
    }
}
