// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.jna.Memory;
import io.tcpoffload.clauses.Hostile;
import io.tcpoffload.clauses.Layer;
import io.tcpoffload.kernel.Listener.Accepted;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sessions that become sockets again. The viewer is a real socket on the same loopback device, in a namespace. */
@ExtendWith(Root.class)
@Timeout(60)
class HandBackTest {

    private static final IpFields IP_FIELDS = new IpFields(33, 0xB8);
    private static final String LOCALHOST = "127.0.0.1";
    private static final byte[] HEAD = "HTTP/1.1 200 OK\r\n\r\n".getBytes();
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final int CLOSE_WAIT = TcpState.CLOSE_WAIT;
    private static final long RTT_NS = 8_000_000;
    /** So long that nothing is repeated while a test looks at the socket. */
    private static final long LONG_RTT_NS = 400_000_000;
    /** Of struct tcp_info. */
    private static final int SACKED = 28;
    private static final int RTT_US = 68;
    private static final int BYTES_RETRANS = 208;
    private static final long LIMIT_NS = TimeUnit.SECONDS.toNanos(5);

    private static final List<String> FAULTS = List.of("TcpInErrs", "TcpExtTCPChallengeACK", "TcpExtPAWSEstab",
            "TcpInCsumErrors", "TcpOutRsts", "TcpExtTCPACKSkippedPAWS", "TcpExtBeyondWindow");

    private static VethPair namespaces;
    private static KernelSide kernel;
    private Map<String, Long> before;
    private Listener listener;
    private Socket viewer;
    private Accepted connection;
    private TcpState taken;
    private int slot;
    private long rttNs = RTT_NS;

    @BeforeAll
    static void open() throws Exception {
        namespaces = new VethPair(true);
        kernel = KernelSide.open(KernelConfig.of("ktest-back"));
        kernel.attach("lo");
    }

    @AfterAll
    static void close() throws Exception {
        try {
            kernel.close();
        } finally {
            namespaces.close();
        }
    }

    @BeforeEach
    void count() throws Exception {
        before = faults();
    }

    @AfterEach
    void end() throws Exception {
        kernel.flows().remove(connection.local(), connection.remote());
        viewer.close();
        listener.close();
        VethPair.run("sysctl", "-qw", "net.ipv4.tcp_timestamps=1", "net.ipv4.tcp_sack=1",
                "net.ipv4.tcp_window_scaling=1");
    }

    private void connect(String host) throws Exception {
        listener = new Listener(host);
        viewer = new Socket(host, listener.address().getPort());
        viewer.setSoTimeout(10_000);
        connection = listener.accept();
    }

    /** A session whose packets the hook sees, owned by the engine. */
    private void own() throws Exception {
        connect(LOCALHOST);
        own(connection);
    }

    private void own(Accepted socket) throws Exception {
        slot = Takeover.watch(kernel, socket);
        socket.write(HEAD);
        taken = Takeover.finish(kernel, socket, slot);
        assertArrayEquals(HEAD, viewer.getInputStream().readNBytes(HEAD.length));
    }

    private HandBack begin(int nxt, ByteBuffer unread) throws KernelException {
        return HandBack.begin(kernel, new HandBack.Session(slot, connection.local(), connection.remote(), taken, nxt,
                HandBack.Input.of(kernel.sessions(), slot), rttNs), unread, 0, false);
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1, 1, 1, 1, 1000", "127.0.0.1, 0, 1, 1, 0", "127.0.0.1, 1, 0, 0, 60000", "::1, 1, 1, 1, 60000",
            "::1, 0, 0, 1, 1000"})
    void theSocketHasTheConnectionsState(String host, int timestamps, int sack, int scaling, int flight)
            throws Exception {
        VethPair.run("sysctl", "-qw", "net.ipv4.tcp_timestamps=" + timestamps, "net.ipv4.tcp_sack=" + sack,
                "net.ipv4.tcp_window_scaling=" + scaling);
        connect(host);
        slot = kernel.sessions().allocate();
        Path path = kernel.path(connection.local().getAddress(), connection.remote().getAddress());
        kernel.sessions().define(slot, connection.local(), connection.remote(), path, timestamps == 1);
        kernel.sessions().ipFields(slot, IP_FIELDS);
        TcpRepair.enter(connection.fd());
        taken = TcpRepair.read(connection.fd());
        kernel.sessions().complete(slot, taken);
        TcpRepair.disconnectAndClose(connection.fd());

        byte[] stream = random(flight);
        byte[] unread = "not read yet".getBytes();
        kernel.sessions().rcvNxt(slot, taken.rcvNxt());
        int nxt = taken.sndNxt() + flight;
        kernel.sessions().nxt(slot, nxt);
        int fd;
        try (HandBack handBack = begin(nxt, NOTHING)) {
            assertEquals(taken.sndNxt(), handBack.una());
            handBack.sent(ByteBuffer.wrap(stream), 0, flight / 3);
            handBack.sent(direct(stream), flight / 3, flight - flight / 3);
            fd = handBack.complete();
            assertTrue(handBack.told());
        }
        try {
            await(() -> TcpRepair.unsent(fd) == flight);
            assertArrayEquals(stream, viewer.getInputStream().readNBytes(flight));
            awaitSent(fd);
            viewer.getOutputStream().write(unread);
            assertArrayEquals(unread, read(fd, unread.length));
            new Accepted(fd, connection.local(), connection.remote()).write(HEAD);
            assertArrayEquals(HEAD, viewer.getInputStream().readNBytes(HEAD.length));
            awaitSent(fd);
            try (SocketOptions socket = new SocketOptions(fd)) {
                assertEquals(IP_FIELDS, IpFields.of(socket, connection.local().getAddress()));
            }

            TcpRepair.enter(fd);
            TcpState again = TcpRepair.read(fd);
            TcpRepair.leaveSilently(fd);
            assertEquals(nxt + HEAD.length, again.sndNxt());
            assertEquals(taken.rcvNxt() + unread.length, again.rcvNxt());
            assertEquals(taken.mssClamp(), again.mssClamp());
            assertEquals(taken.sndWscale(), again.sndWscale());
            assertEquals(taken.rcvWscale(), again.rcvWscale());
            assertEquals(taken.timestamps(), again.timestamps());
            assertEquals(taken.sack(), again.sack());
            int ahead = again.tsOffset() - taken.tsOffset();
            assertTrue(timestamps == 0 || ahead >= 0 && ahead <= 3, "timestamps move on by " + ahead + " ms");
        } finally {
            TcpRepair.close(fd);
        }
        assertEquals(-1, viewer.getInputStream().read());
        assertNoFault();
    }

    @Test
    void whatNobodyHasReadIsReadFromTheSocket() throws Exception {
        own();
        viewer.getOutputStream().write(HEAD);
        await(() -> kernel.sessions().rcvNxt(slot) == taken.rcvNxt() + HEAD.length);
        int fd;
        try (HandBack handBack = begin(taken.sndNxt(), ByteBuffer.wrap(HEAD))) {
            fd = handBack.complete();
        }
        viewer.getOutputStream().write("more".getBytes());
        assertArrayEquals(HEAD, read(fd, HEAD.length));
        assertArrayEquals("more".getBytes(), read(fd, 4));
        TcpRepair.close(fd);
        assertNoFault();
    }

    @Test
    @Hostile(value = "segments that arrive during take-over and hand-back", layer = Layer.WIRE)
    void whatIsAcknowledgedMeanwhileIsNotSentAgain() throws Exception {
        own();
        byte[] piece = random(20_000);
        int fd;
        try (HandBack handBack = begin(taken.sndNxt() + piece.length, NOTHING)) {
            post(taken.sndNxt(), piece);
            await(() -> kernel.sessions().una(slot) == taken.sndNxt() + piece.length);
            handBack.sent(ByteBuffer.wrap(piece), 0, piece.length);
            fd = handBack.complete();
        }
        assertArrayEquals(piece, viewer.getInputStream().readNBytes(piece.length));
        await(() -> TcpRepair.unsent(fd) == 0);
        assertEquals(0, info(fd, BYTES_RETRANS));
        int rttMicros = (int) info(fd, RTT_US);
        assertTrue(rttMicros >= RTT_NS / 1000 && rttMicros < LIMIT_NS / 1000, rttMicros + " us");
        TcpRepair.close(fd);
        assertNoFault();
    }

    @Test
    @Hostile(value = "segments that arrive during take-over and hand-back", layer = Layer.WIRE)
    void theSocketKnowsWhatArrivedOutOfOrder() throws Exception {
        own();
        byte[] first = random(20_000);
        byte[] second = random(10_000);
        int nxt = taken.sndNxt() + first.length + second.length;
        kernel.sessions().nxt(slot, nxt);
        post(taken.sndNxt() + first.length, second);
        await(() -> kernel.sessions().sackCount(slot) == 1);
        rttNs = LONG_RTT_NS;
        int fd;
        try (HandBack handBack = begin(nxt, NOTHING)) {
            handBack.sent(ByteBuffer.wrap(first), 0, first.length);
            handBack.sent(ByteBuffer.wrap(second), 0, second.length);
            fd = handBack.complete();
        }
        await(() -> (int) info(fd, SACKED) == 1);
        assertEquals(0, info(fd, BYTES_RETRANS));
        assertArrayEquals(first, viewer.getInputStream().readNBytes(first.length));
        assertArrayEquals(second, viewer.getInputStream().readNBytes(second.length));
        await(() -> TcpRepair.unsent(fd) == 0);
        TcpRepair.close(fd);
        assertNoFault();
    }

    @Test
    @Hostile(value = "FIN in order", layer = Layer.WIRE)
    void aViewerThatHasClosedItsHalfIsInCloseWait() throws Exception {
        own();
        viewer.shutdownOutput();
        await(() -> kernel.sessions().finReceived(slot));
        post(taken.sndNxt(), new byte[0]);
        await(() -> VethPair.run("ss", "-Htn", "state", "fin-wait-2", "dport", "= :" + listener.address().getPort())
                .lines().count() == 1);
        int fd;
        try (HandBack handBack = begin(taken.sndNxt(), NOTHING)) {
            fd = handBack.complete();
        }
        await(() -> state(fd) == CLOSE_WAIT);
        assertEquals(-1, TcpRepair.drain(fd, new byte[1]));
        new Accepted(fd, connection.local(), connection.remote()).write(HEAD);
        assertArrayEquals(HEAD, viewer.getInputStream().readNBytes(HEAD.length));
        TcpRepair.close(fd);
        assertEquals(-1, viewer.getInputStream().read());
        await(() -> kernelSockets().isEmpty());
        assertNoFault();
    }

    @Test
    @Hostile(value = "segments that arrive during take-over and hand-back", layer = Layer.WIRE)
    void dataAndFinThatComeMeanwhileAreRepeatedToTheSocket() throws Exception {
        own();
        int fd;
        try (HandBack handBack = begin(taken.sndNxt(), NOTHING)) {
            viewer.getOutputStream().write(HEAD);
            viewer.shutdownOutput();
            await(() -> kernel.sessions().finReceived(slot));
            fd = handBack.complete();
        }
        assertArrayEquals(HEAD, read(fd, HEAD.length));
        await(() -> state(fd) == CLOSE_WAIT);
        TcpRepair.close(fd);
        assertEquals(-1, viewer.getInputStream().read());
        assertNoFault();
    }

    @Test
    void aHandBackThatIsGivenUpChangesNothing() throws Exception {
        own();
        byte[] piece = random(20_000);
        int nxt = taken.sndNxt() + piece.length;
        try (HandBack handBack = begin(nxt, NOTHING)) {
            handBack.sent(ByteBuffer.wrap(piece), 0, 1000);
            assertThrows(IllegalStateException.class, handBack::complete);
        }
        assertEquals("", kernelSockets());
        assertEquals(SessionState.OWNED, kernel.sessions().state(slot));
        post(taken.sndNxt(), piece);
        assertArrayEquals(piece, viewer.getInputStream().readNBytes(piece.length));
        await(() -> kernel.sessions().una(slot) == nxt);
        assertNoFault();
    }

    /** Owned again and again: the same viewer, the same stream. */
    @Test
    void aConnectionMayGoForthAndBackManyTimes() throws Exception {
        own();
        for (int round = 0; round < 20; round++) {
            byte[] piece = random(5000);
            int seq = kernel.sessions().una(slot);
            int nxt = seq + piece.length;
            kernel.sessions().nxt(slot, nxt);
            if (round % 3 != 0) {
                post(seq, piece);
            }
            int fd;
            try (HandBack handBack = begin(nxt, NOTHING)) {
                int from = handBack.una() - seq;
                handBack.sent(ByteBuffer.wrap(piece), from, piece.length - from);
                fd = handBack.complete();
            }
            assertArrayEquals(piece, viewer.getInputStream().readNBytes(piece.length));
            viewer.getOutputStream().write(round);
            assertArrayEquals(new byte[] {(byte) round}, read(fd, 1));
            awaitSent(fd);
            connection = new Accepted(fd, connection.local(), connection.remote());
            own(connection);
        }
        assertNoFault();
    }

    /** As a process has it that is started just then. */
    @Test
    void whoeverElseHasTheOldSocketIsNotInTheWay() throws Exception {
        connect(LOCALHOST);
        int another = Errno.check(SocketCalls.dup(connection.fd()), "dup");
        try {
            own(connection);
            int fd;
            try (HandBack handBack = begin(taken.sndNxt(), NOTHING)) {
                fd = handBack.complete();
            }
            viewer.getOutputStream().write(HEAD);
            assertArrayEquals(HEAD, read(fd, HEAD.length));
            HandBack.end(fd);
            assertEquals(-1, viewer.getInputStream().read());
        } finally {
            Libc.close(another);
        }
        assertNoFault();
    }

    private void post(int seq, byte[] payload) {
        SessionTable sessions = kernel.sessions();
        if (seq + payload.length - sessions.nxt(slot) > 0) {
            sessions.nxt(slot, seq + payload.length);
        }
        DmaRing ring = kernel.ring();
        assertTrue(ring.claim(sessions.headerLength(slot)));
        ring.payload().put(payload);
        kernel.jobs().set(0, slot, seq, JobList.ACK | JobList.PSH);
        ring.commit(payload.length, Math.min(payload.length, sessions.mss(slot)), sessions.linkLength(slot), false, 0, 1);
        assertEquals(0, ring.flush());
        assertEquals(JobList.SENT, kernel.jobs().result(0));
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static ByteBuffer direct(byte[] bytes) {
        return ByteBuffer.allocateDirect(bytes.length).put(0, bytes);
    }

    private static byte[] read(int fd, int length) throws Exception {
        byte[] all = new byte[length];
        int[] at = {0};
        await(() -> {
            byte[] rest = new byte[length - at[0]];
            int got = TcpRepair.drain(fd, rest);
            System.arraycopy(rest, 0, all, at[0], Math.max(0, got));
            at[0] += got;
            return at[0] == length;
        });
        return all;
    }

    private static int state(int fd) throws KernelException {
        return (int) info(fd, 0) & 0xFF;
    }

    /** Eight bytes of struct tcp_info. */
    private static long info(int fd, int at) throws KernelException {
        try (Memory info = new Memory(at + 8); NativeInt length = new NativeInt(at + 8)) {
            Errno.check(Libc.getsockopt(fd, Libc.SOL_TCP, 11, info, length.pointer()), "TCP_INFO");
            return info.getLong(at);
        }
    }

    private static void awaitSent(int fd) throws Exception {
        await(() -> TcpRepair.unsent(fd) == 0);
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void await(Condition condition) throws Exception {
        long end = System.nanoTime() + LIMIT_NS;
        while (!condition.holds()) {
            assertTrue(System.nanoTime() < end, "not within 5 s");
            Thread.sleep(1);
        }
    }

    private String kernelSockets() throws Exception {
        return VethPair.run("ss", "-Htn", "state", "established", "state", "close-wait", "state", "last-ack", "sport",
                "= :" + listener.address().getPort());
    }

    private static Map<String, Long> faults() throws Exception {
        List<String> command = new ArrayList<>(List.of("nstat", "-asz"));
        command.addAll(FAULTS);
        return VethPair.run(command.toArray(String[]::new)).lines().filter(line -> line.startsWith("Tcp"))
                .map(line -> line.split("\\s+")).collect(Collectors.toMap(word -> word[0], word -> Long.valueOf(word[1])));
    }

    private void assertNoFault() throws Exception {
        assertEquals(FAULTS.size(), before.size());
        assertEquals(before, faults());
    }
}
