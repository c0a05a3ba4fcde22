// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.clauses.Way;
import io.tcpoffload.itests.KernelSender;
import io.tcpoffload.itests.Netns;
import io.tcpoffload.itests.peer.RawHost;
import io.tcpoffload.itests.peer.RawPort;
import io.tcpoffload.itests.peer.Segment;
import io.tcpoffload.itests.peer.SynOptions;
import io.tcpoffload.itests.peer.TcpPeer;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a wire-level test tool sees of a connection that it has put under the engine: its TUN device appears after the
 * engine has started, and every segment is looked at.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AdoptionByTunIT {

    private static final int PORT = 7070;
    private static final int MSS = 1000;
    /** With timestamps. */
    private static final int SEGMENT = MSS - 12;
    private static final String SERVER = "10.205.1.1";
    private static final String PEER = "10.205.1.2";
    private static final String SERVER6 = "fd00:205:1::1";
    private static final String PEER6 = "fd00:205:1::2";
    private static final SynOptions OPTIONS = SynOptions.usual().withMss(MSS);

    @TempDir
    static Path directory;

    private Netns ns;
    private AdoptingEngine engine;
    private KernelSender owner;
    private RawPort port;
    private RawHost host;

    @BeforeAll
    void start() {
        ns = Netns.create("t");
        ns.sysctl("net.ipv4.tcp_no_metrics_save", "1");
        owner = new KernelSender(ns, PORT);
        engine = new AdoptingEngine(ns, directory);
        port = RawPort.tun(ns, "tunlate");
        ns.run("ip", "addr", "add", SERVER + "/24", "dev", "tunlate");
        ns.run("ip", "addr", "add", SERVER6 + "/64", "dev", "tunlate", "nodad");
        ns.run("ip", "link", "set", "tunlate", "up");
        host = new RawHost(port, null, null, PEER, PEER6);
    }

    @AfterAll
    void stop() {
        try {
            owner.close();
            engine.close();
            assertEquals(List.of(), engine.warnings());
        } finally {
            port.close();
            ns.close();
        }
    }

    private TcpPeer connect(String server, SynOptions options) {
        TcpPeer peer = host.peer(new InetSocketAddress(server, PORT), options);
        peer.connect();
        peer.origin();
        return peer;
    }

    private long adopt(TcpPeer peer) {
        int fd = owner.find(peer.localPort());
        long session = engine.adopt(owner.pid(), fd);
        System.out.println("adopted in " + engine.answerMicros() + " us");
        owner.forget(fd);
        return session;
    }

    @Test
    @Clause(rfc = "RFC 6928", section = "2", does = "an adopted connection begins with the window that Linux had: ten segments",
            way = Way.LINUX)
    void tenSegmentsThenTwoForEachAcknowledged() {
        try (TcpPeer peer = connect(SERVER, OPTIONS)) {
            long session = adopt(peer);
            engine.order("write " + session + " 30000");
            for (int i = 0; i < 10; i++) {
                peer.expect(peer.data((long) i * SEGMENT, SEGMENT), TcpPeer.SOON);
            }
            assertEquals(10, engine.info(session).number("cwnd"));
            assertEquals(10, engine.info(session).number("in_flight"));
            peer.acknowledgeTo(2L * SEGMENT);
            peer.next().send();
            for (int i = 10; i < 14; i++) {
                peer.await(peer.data((long) i * SEGMENT, SEGMENT), TcpPeer.SOON);
            }
            assertEquals(12, engine.info(session).number("cwnd"));
            peer.takeTo(30_000, TcpPeer.SOON);
            engine.order("abort " + session);
            peer.await(peer.resetSegment(), TcpPeer.SOON);
            assertEquals(List.of(), peer.complaints());
        }
    }

    @Test
    void theLastSegmentIsPushedAndCarriesTheFinThatWaitsForIt() {
        try (TcpPeer peer = connect(SERVER, OPTIONS)) {
            long session = adopt(peer);
            engine.order("write " + session + " " + (11 * SEGMENT + 10));
            engine.order("close " + session);
            peer.takeTo(10L * SEGMENT, TcpPeer.SOON);
            peer.next().send();
            Segment last = peer.await(peer.finAfter(11L * SEGMENT + 10), TcpPeer.SOON);
            assertEquals(10, last.length());
            assertTrue(last.has(Segment.PSH));
            peer.acknowledgeTo(11L * SEGMENT + 11);
            peer.next().send();
            engine.awaitState(session, "FIN-WAIT-2");
            peer.fin();
            peer.await(peer.pureAck(1), TcpPeer.SOON);
            engine.awaitState(session, "TIME-WAIT");
        }
    }

    @Test
    @Clause(rfc = "RFC 7323", section = "3.2", does = "TSecr of the first segment after an adoption is the peer's last TSval, as"
            + " the kernel had it", way = Way.RFC)
    void timestampsGoOn() {
        try (TcpPeer peer = connect(SERVER, OPTIONS)) {
            int before = peer.synAck().timestampValue();
            long session = adopt(peer);
            engine.order("write " + session + " 100");
            Segment first = peer.expect(peer.data(0, 100), TcpPeer.SOON);
            assertTrue(first.timestampValue() - before >= 0 && first.timestampValue() - before < 60_000,
                    before + " " + first.timestampValue());
            peer.acknowledgeTo(100);
            peer.next().send();
            engine.order("abort " + session);
            assertEquals(List.of(), peer.complaints(), "one of them would be a wrong echo");
        }
    }

    @Test
    @Clause(rfc = "RFC 6298", section = "2.4", does = "a lost segment is sent again after 200 ms and the round trip, and then after"
            + " twice as long", way = Way.LINUX)
    void aLostSegmentIsSentAgainWhenLinuxWould() {
        try (TcpPeer peer = connect(SERVER, OPTIONS.withSack())) {
            long session = adopt(peer);
            engine.order("write " + session + " 500");
            Segment first = peer.expect(peer.data(0, 500), TcpPeer.SOON);
            Segment probe = peer.expect(peer.data(0, 500), TcpPeer.SOON);
            Segment second = peer.expect(peer.data(0, 500), TcpPeer.SOON);
            Segment third = peer.expect(peer.data(0, 500), TcpPeer.SOON);
            assertAtLeast(200, TcpPeer.msBetween(first, probe));
            assertAtLeast(200, TcpPeer.msBetween(probe, second));
            assertAtLeast(400, TcpPeer.msBetween(second, third));
            assertEquals(1, engine.info(session).number("cwnd"));
            engine.order("abort " + session);
        }
    }

    private static void assertAtLeast(double ms, double between) {
        assertTrue(between >= ms - 1, between + " ms, not " + ms);
    }

    @Test
    @Clause(rfc = "RFC 9293", section = "3.8.6.3", does = "what the peer sends is acknowledged at once, with the window that the"
            + " kernel had advertised", way = Way.LINUX)
    void dataIsAcknowledgedAndTheWindowStays() {
        try (TcpPeer peer = connect(SERVER, OPTIONS)) {
            long session = adopt(peer);
            engine.order("write " + session + " 10");
            int window = peer.expect(peer.data(0, 10), TcpPeer.SOON).window();
            peer.acknowledgeTo(10);
            peer.say(new byte[700]);
            Segment ack = peer.await(peer.pureAck(700), TcpPeer.SOON);
            assertEquals(window, ack.window());
            engine.order("abort " + session);
        }
    }

    @Test
    @Clause(rfc = "RFC 9293", section = "3.7.4", does = "without TCP_NODELAY one small segment at most is unacknowledged (Nagle, as"
            + " Minshall has it)", way = Way.LINUX)
    void smallSegmentsFollowTheOwnersSetting() {
        try (TcpPeer peer = connect(SERVER, OPTIONS)) {
            long session = adopt(peer); /* the owner has set TCP_NODELAY */
            engine.order("write " + session + " 100");
            engine.order("write " + session + " 100");
            peer.expect(peer.data(0, 100), TcpPeer.SOON);
            peer.expect(peer.data(100, 100), TcpPeer.SOON);
            engine.order("abort " + session);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {SERVER, SERVER6})
    void theOwnersTtlAndTosStay(String server) {
        try (TcpPeer peer = connect(server, OPTIONS)) {
            owner.ip(owner.find(peer.localPort()), 33, 0xB8);
            long session = adopt(peer);
            engine.order("write " + session + " 100");
            Segment data = peer.expect(peer.data(0, 100), TcpPeer.SOON);
            assertEquals(33, data.hopLimit());
            assertEquals(0xB8, data.trafficClass());
            engine.order("abort " + session);
            Segment reset = peer.await(peer.resetSegment(), TcpPeer.SOON);
            assertEquals(33, reset.hopLimit());
            assertEquals(0xB8, reset.trafficClass());
            assertEquals(List.of(), peer.complaints());
        }
    }

    @Test
    void servesByIpv6() {
        try (TcpPeer peer = connect(SERVER6, OPTIONS)) {
            long session = adopt(peer);
            engine.order("write " + session + " 20000");
            peer.takeTo(20_000, TcpPeer.SOON);
            assertEquals("tunlate", engine.info(session).text("device"));
            engine.order("abort " + session);
            assertEquals(List.of(), peer.complaints());
        }
    }

    @Test
    @Clause(rfc = "RFC 9293", section = "3.8.6.1", does = "a zero window is probed with one byte less than una, for ever while it is"
            + " answered", way = Way.LINUX)
    void aZeroWindowIsProbed() {
        try (TcpPeer peer = connect(SERVER, OPTIONS)) {
            long session = adopt(peer);
            engine.order("write " + session + " 100");
            peer.expect(peer.data(0, 100), TcpPeer.SOON);
            peer.acknowledgeTo(100);
            peer.window(0).next().send();
            peer.drain(20);
            engine.order("write " + session + " 100");
            Segment probe = peer.expect(peer.emptyAt(99), TcpPeer.SOON);
            peer.next().send();
            Segment again = peer.expect(peer.emptyAt(99), TcpPeer.SOON);
            assertAtLeast(390, TcpPeer.msBetween(probe, again));
            peer.window(1000).next().send();
            peer.expect(peer.data(100, 100), TcpPeer.SOON);
            engine.order("abort " + session);
        }
    }
}
