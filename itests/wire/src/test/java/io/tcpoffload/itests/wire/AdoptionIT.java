// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.clauses.Hostile;
import io.tcpoffload.clauses.Layer;
import io.tcpoffload.itests.Await;
import io.tcpoffload.itests.Capture;
import io.tcpoffload.itests.Fields;
import io.tcpoffload.itests.Frame;
import io.tcpoffload.itests.LossProgram;
import io.tcpoffload.itests.Netns;
import io.tcpoffload.itests.SocketHolder;
import io.tcpoffload.itests.PcapFile;
import io.tcpoffload.itests.Stream;
import io.tcpoffload.itests.Veth;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Connections of a foreign process, put under the engine by its control socket; the peer is an ordinary socket. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AdoptionIT {

    private static final int ESTABLISHED = 1;
    private static final int CLOSED = 7;
    private static final int NOBODY = 65534;
    private static final int MEGABYTE = 1 << 20;

    @TempDir
    static Path directory;

    private Netns servers;
    private Netns viewers;
    private Veth veth;
    private SocketHolder owner;
    private SocketHolder peer;
    private AdoptingEngine engine;
    private LossProgram loss;

    /** Both ends of a connection, descriptors of their processes. */
    private record Connection(int ours, int theirs, long port, int peerPort) {
    }

    @BeforeAll
    void start() {
        servers = Netns.create("s");
        viewers = Netns.create("v");
        veth = Veth.connect(servers, viewers, 1);
        owner = new SocketHolder(servers);
        peer = new SocketHolder(viewers);
        loss = new LossProgram(viewers, veth.viewerDevice());
        engine = new AdoptingEngine(servers, directory);
    }

    @AfterAll
    void stop() {
        try {
            owner.close();
            peer.close();
            loss.close();
            engine.close();
            assertEquals(List.of(), engine.warnings().stream().filter(line -> !line.contains("user " + NOBODY)).toList());
        } finally {
            viewers.close();
            servers.close();
        }
    }

    private Connection connect() {
        return connect(veth.serverAddress(), peer);
    }

    private Connection connect(String address, SocketHolder client) {
        Fields listener = owner.listen(address);
        int fd = (int) listener.number("fd");
        Fields theirs = client.connect(address, listener.number("port"));
        int ours = owner.accept(fd);
        owner.close(fd);
        return new Connection(ours, (int) theirs.number("fd"), listener.number("port"),
                (int) theirs.number("port"));
    }

    private Path file(String name, int bytes) throws IOException {
        return Files.write(directory.resolve(name), Stream.bytes(0, bytes).array());
    }

    @Test
    void servesZerosAndFilesAndEnds() throws IOException {
        Connection c = connect();
        long session = engine.adopt(owner.pid(), c.ours);
        System.out.println("adopted in " + engine.answerMicros() + " us");
        engine.order("write " + session + " " + MEGABYTE);
        engine.order("file " + session + " " + file("stream", 20 * MEGABYTE));
        engine.order("write " + session + " 5");
        engine.order("close " + session);

        Fields zeros = peer.receive(c.theirs, MEGABYTE);
        assertEquals("1", zeros.text("zeros"));
        Fields stream = peer.receive(c.theirs, 20 * MEGABYTE);
        assertEquals("1", stream.text("stream"));
        assertEquals(0, stream.number("from"));
        Fields end = peer.receive(c.theirs, 6);
        assertEquals(5, end.number("got"));
        assertEquals("eof", end.text("end"));
        engine.awaitState(session, "FIN-WAIT-2");
        peer.close(c.theirs);
        engine.awaitState(session, "TIME-WAIT");
        owner.close(c.ours);
    }

    @Test
    void theOwnersSocketIsDeadAndSilent() throws IOException {
        Connection c = connect();
        Path pcap;
        try (Capture capture = new Capture(viewers, veth.viewerDevice(), (int) c.port, Capture.HEADERS,
                directory.resolve("silent.pcap"))) {
            long session = engine.adopt(owner.pid(), c.ours);
            long before = engine.counters().number("kernel_frames_sent");
            assertEquals("ECONNABORTED", owner.send(c.ours, "x").text("error"));
            owner.close(c.ours);
            engine.order("write " + session + " 100000");
            assertEquals("1", peer.receive(c.theirs, 100_000).text("zeros"));
            engine.order("abort " + session);
            assertEquals("ECONNRESET", peer.receive(c.theirs, 1).text("end"));
            assertEquals("aborted", engine.info(session).text("end"));
            long sent = engine.counters().number("kernel_frames_sent") - before;
            pcap = capture.stop();
            AtomicInteger seen = new AtomicInteger();
            PcapFile.read(pcap, frame -> seen.addAndGet(frame.sourcePort() == c.port ? 1 : 0));
            assertEquals(sent, seen.get(), "frames on the wire, and frames that the engine sent");
        }
    }

    @Test
    void unacknowledgedAndUnsentBytesAreDelivered() {
        Connection c = connect();
        loss.cut(c.peerPort);
        long written = owner.stream(c.ours, 0, 200_000);
        Fields queues = owner.outgoing(c.ours);
        assertTrue(queues.number("unacked") > queues.number("unsent") && queues.number("unsent") > 0,
                "something is in flight and something waits: " + queues.number("unacked") + ", "
                        + queues.number("unsent"));
        long session = engine.adopt(owner.pid(), c.ours);
        Fields info = engine.info(session);
        assertEquals(written, info.number("unacked_bytes") + info.number("unsent_bytes"));
        engine.order("write " + session + " 1000");
        loss.mend(c.peerPort);
        Fields got = peer.receive(c.theirs, written);
        assertEquals("1", got.text("stream"));
        assertEquals(0, got.number("from"));
        assertEquals("1", peer.receive(c.theirs, 1000).text("zeros"));
        engine.order("abort " + session);
    }

    @Test
    void goesOnDuringLoss() {
        Connection c = connect();
        loss.towardsViewers(0.05, 0.01, 7);
        long written = owner.stream(c.ours, 0, MEGABYTE);
        long session = engine.adopt(owner.pid(), c.ours);
        engine.order("write " + session + " " + MEGABYTE);
        engine.order("close " + session);
        assertEquals("1", peer.receive(c.theirs, written).text("stream"));
        Fields zeros = peer.receive(c.theirs, MEGABYTE + 1);
        assertEquals(MEGABYTE, zeros.number("got"));
        assertEquals("1", zeros.text("zeros"));
        assertEquals("eof", zeros.text("end"));
        peer.close(c.theirs);
        engine.awaitState(session, "TIME-WAIT");
        loss.towardsViewers(0, 0, 0);
    }

    @Test
    void handsBackWithUnreadBytesAndAllThatWaits() {
        Connection c = connect();
        peer.send(c.theirs, "unread");
        assertEquals(6, owner.unread(c.ours));
        long session = engine.adopt(owner.pid(), c.ours);
        engine.order("write " + session + " 300000");
        Fields socket = new Fields(engine.order("hand-back " + session));
        assertEquals(0, socket.number("discarded"));
        int fd = owner.fetch(socket.number("pid"), socket.number("fd"));
        engine.order("fetched " + session);
        assertEquals("handed-back", engine.info(session).text("end"));
        assertEquals(ESTABLISHED, owner.state(fd));
        assertEquals("1", peer.receive(c.theirs, 300_000).text("zeros"));
        owner.send(fd, "by-the-kernel");
        assertEquals("by-the-kernel", peer.receive(c.theirs, 13).text("text"));
        assertEquals("unread", owner.receive(fd, 6).text("text"));
        peer.send(c.theirs, "more");
        assertEquals("more", owner.receive(fd, 4).text("text"));

        long again = engine.adopt(owner.pid(), fd);
        engine.order("write " + again + " 1000");
        engine.order("close " + again);
        assertEquals(1000, peer.receive(c.theirs, 2000).number("got"));
        peer.close(c.theirs);
        engine.awaitState(again, "TIME-WAIT");
    }

    @Test
    void aChannelFollowsWhatTheProcessHadWritten() throws IOException {
        try (AdoptingEngine live = new AdoptingEngine(servers, directory, "channel=live",
                "listener=" + veth.serverAddress() + ":0")) {
            Connection c = connect();
            Await.until("the channel is open", () -> !live.ask(adopt(9999) + " channel=live").contains("is not open"));
            loss.cut(c.peerPort);
            owner.send(c.ours, "head");
            long session = Long.parseLong(live.order("adopt pid=" + owner.pid() + " fd=" + c.ours + " channel=live")
                    .substring("ok ".length()));
            assertEquals(4, live.info(session).number("unacked_bytes"));
            String refusal = live.ask("write " + session + " 1");
            assertTrue(refusal.contains("is served from channel live"), refusal);
            live.input().write(Stream.bytes(0, 188_000).array());
            live.input().flush();
            loss.mend(c.peerPort);
            assertEquals("head", peer.receive(c.theirs, 4).text("text"));
            Fields got = peer.receive(c.theirs, 188_000);
            assertEquals("1", got.text("stream"));
            assertEquals(0, got.number("from"));
            live.order("close " + session);
            assertEquals("eof", peer.receive(c.theirs, 1).text("end"));
            peer.close(c.theirs);
        }
    }

    @Test
    void halfClosedConnectionsHearTheirPeer() {
        Connection c = connect();
        long session = engine.adopt(owner.pid(), c.ours);
        engine.order("shutdown " + session);
        assertEquals("eof", peer.receive(c.theirs, 1).text("end"));
        engine.awaitState(session, "FIN-WAIT-2");
        peer.send(c.theirs, "still-here");
        Await.until("what it says is acknowledged", () -> peer.outgoing(c.theirs).number("unacked") == 0);
        engine.order("close " + session);
        peer.send(c.theirs, "too-late");
        Await.until("a reset", () -> engine.info(session).text("state").equals("CLOSED"));
        assertEquals("aborted", engine.info(session).text("end"));
        assertEquals(CLOSED, peer.state(c.theirs));
    }

    @Test
    void servesOnLoopback() {
        Connection c = connect("127.0.0.1", owner);
        long session = engine.adopt(owner.pid(), c.ours);
        engine.order("write " + session + " 500000");
        engine.order("close " + session);
        Fields got = owner.receive(c.theirs, 500_001);
        assertEquals(500_000, got.number("got"));
        assertEquals("eof", got.text("end"));
        owner.close(c.theirs);
        engine.awaitState(session, "TIME-WAIT");
    }

    @Test
    void aPeersResetIsTold() {
        Connection c = connect();
        long session = engine.adopt(owner.pid(), c.ours);
        engine.order("write " + session + " 10");
        Await.until("bytes that nobody reads", () -> peer.unread(c.theirs) == 10);
        peer.close(c.theirs);
        Await.until("the end", () -> engine.info(session).text("state").equals("CLOSED"));
        assertEquals("reset", engine.info(session).text("end"));
        assertTrue(engine.ask("write " + session + " 1").startsWith("error session " + session + " is over"));
    }

    @Test
    @Hostile(value = "local user", layer = Layer.WIRE, counter = "offload_adoptions_refused")
    void refusesWhatIsNoConnectionToServe() throws IOException {
        Connection c = connect();
        int listener = (int) owner.listen(veth.serverAddress()).number("fd");
        long refused = engine.counters().number("offload_adoptions_refused");
        refuses("adopt pid=0 fd=3", "pid '0' is not valid: a number of 1 or more is needed");
        refuses("adopt pid=4194303 fd=3", "there is no such process");
        refuses(adopt(9999), "has no such descriptor");
        refuses(adopt(owner.openFile(file("some", 4))), "is not a socket");
        refuses(adopt(listener), "is a TCP socket in state LISTEN: a connection in state ESTABLISHED or CLOSE-WAIT");
        refuses(adopt(owner.elsewhere()), "is of another network namespace");
        assertEquals(refused + 5, engine.counters().number("offload_adoptions_refused"));
        refuses("adopt pid=" + owner.pid(), "fd is missing");
        refuses(adopt(c.ours) + " channel=none", "channel 'none' is not open");
        refuses(adopt(c.ours) + " x=1", "'x=1' is not valid");
        refuses("write 999999 10", "session 999999 is unknown");
        refuses("write x 10", "'x' is not a session: a number is needed");
        refuses("frobnicate", "command 'frobnicate' is unknown");
        assertEquals(ESTABLISHED, owner.state(c.ours), "what was refused is as it was");
        owner.send(c.ours, "alive");
        assertEquals("alive", peer.receive(c.theirs, 5).text("text"));

        long session = engine.adopt(owner.pid(), c.ours);
        refuses(adopt(c.ours), "is a TCP socket in state CLOSED");
        refuses("write " + session + " 0", "count 0: 1 or more is needed");
        refuses("write " + session + " 9223372036854775807", "bytes are too many");
        refuses("file " + session + " /nowhere", "/nowhere is not a regular file");
        refuses("info " + session + " more", "'more' is too much");
        engine.order("abort " + session);
    }

    private String adopt(int fd) {
        return "adopt pid=" + owner.pid() + " fd=" + fd;
    }

    private void refuses(String line, String reason) {
        String answer = engine.ask(line);
        assertTrue(answer.startsWith("error ") && answer.contains(reason), line + ": " + answer);
    }

    @Test
    @Hostile(value = "local user", layer = Layer.WIRE, counter = "control_clients_refused")
    void onlyRootAndTheEnginesUserMayAsk() throws IOException {
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(engine.control())));
        assertEquals("error=EACCES", owner.askAs(NOBODY, engine.control(), "sessions"));
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(engine.control(), PosixFilePermissions.fromString("rw-rw-rw-"));
        try {
            String answer = owner.askAs(NOBODY, engine.control(), "sessions");
            assertTrue(answer.startsWith("answer=error user " + NOBODY), answer);
            assertEquals(1, engine.counters().number("control_clients_refused"));
        } finally {
            Files.setPosixFilePermissions(engine.control(), PosixFilePermissions.fromString("rw-------"));
        }
    }
}
