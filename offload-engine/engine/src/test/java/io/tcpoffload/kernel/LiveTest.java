// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.kernel.Listener.Accepted;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real sockets across a veth pair: taken out of the kernel, served by posts, ended. */
@ExtendWith(Root.class)
@Timeout(60)
class LiveTest {

    private static final int VIEWERS = 8;
    private static final int PIECE = 64_000;
    private static final byte[] HEAD = "HTTP/1.1 200 OK\r\n\r\n".getBytes();

    private VethPair veth;
    private KernelSide kernel;
    private Device device;

    @BeforeEach
    void open() throws Exception {
        veth = new VethPair(true);
        kernel = KernelSide.open(KernelConfig.of("ktest-live"));
        device = kernel.attach(VethPair.DEVICE);
    }

    @AfterEach
    void close() throws Exception {
        try {
            kernel.close();
        } finally {
            veth.close();
        }
    }

    @Test
    void postsReachEveryTakenOverViewerByteExact() throws Exception {
        long seed = System.nanoTime();
        System.out.println("LiveTest seed " + seed);
        byte[] stream = new byte[4 * PIECE];
        new Random(seed).nextBytes(stream);
        try (Listener listener = new Listener(VethPair.SERVER)) {
            List<Socket> viewers = new ArrayList<>();
            List<Integer> ids = new ArrayList<>();
            for (int i = 0; i < VIEWERS; i++) {
                viewers.add(veth.inNamespace(() -> new Socket(VethPair.SERVER, listener.address().getPort())));
                ids.add(Takeover.of(kernel, listener.accept(), HEAD));
            }
            for (int at = 0; at < stream.length; at += PIECE) {
                post(ids, ByteBuffer.wrap(stream, at, PIECE));
                for (Socket viewer : viewers) {
                    if (at == 0) {
                        assertArrayEquals(HEAD, viewer.getInputStream().readNBytes(HEAD.length));
                    }
                    byte[] got = viewer.getInputStream().readNBytes(PIECE);
                    assertEquals(-1, Arrays.mismatch(stream, at, at + PIECE, got, 0, PIECE),
                            "seed " + seed + " at " + at);
                }
                awaitAcknowledged(ids);
            }
            assertEquals(4 * VIEWERS, kernel.counters().get(KernelCounter.FRAMES_SENT));
            assertEquals("", VethPair.run("ss", "-Htn", "state", "established", "sport",
                    "= :" + listener.address().getPort()));
            finish(ids);
            for (Socket viewer : viewers) {
                assertEquals(-1, viewer.getInputStream().read());
                viewer.close();
            }
            awaitFins(ids);
        }
        String errors = veth.runInside("nstat", "-asz", "TcpInErrs", "TcpExtTCPChallengeACK", "TcpExtPAWSEstab",
                "TcpInCsumErrors", "TcpOutRsts");
        assertTrue(errors.lines().filter(line -> line.startsWith("Tcp"))
                .allMatch(line -> line.trim().split("\\s+")[1].equals("0")), errors);
    }

    private void post(List<Integer> ids, ByteBuffer payload) {
        SessionTable sessions = kernel.sessions();
        DmaRing ring = kernel.ring();
        int length = payload.remaining();
        assertTrue(ring.claim(sessions.headerLength(ids.get(0))));
        ring.payload().put(payload);
        for (int i = 0; i < ids.size(); i++) {
            int id = ids.get(i);
            int seq = sessions.nxt(id);
            sessions.nxt(id, seq + length);
            kernel.jobs().set(i, id, seq, JobList.ACK | JobList.PSH);
        }
        ring.commit(length, sessions.mss(ids.get(0)), sessions.linkLength(ids.get(0)), false, 0, ids.size());
        assertEquals(0, ring.flush());
        for (int i = 0; i < ids.size(); i++) {
            assertEquals(JobList.SENT, kernel.jobs().result(i));
        }
    }

    private void finish(List<Integer> ids) {
        SessionTable sessions = kernel.sessions();
        assertTrue(kernel.ring().claim(sessions.headerLength(ids.get(0))));
        for (int i = 0; i < ids.size(); i++) {
            int seq = sessions.nxt(ids.get(i));
            sessions.nxt(ids.get(i), seq + 1);
            kernel.jobs().set(i, ids.get(i), seq, JobList.ACK | JobList.FIN);
        }
        kernel.ring().commit(0, 0, sessions.linkLength(ids.get(0)), false, 0, ids.size());
        assertEquals(0, kernel.ring().flush());
    }

    private void awaitAcknowledged(List<Integer> ids) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        for (int id : ids) {
            while (kernel.sessions().una(id) != kernel.sessions().nxt(id)) {
                assertTrue(System.nanoTime() < end, "session " + id + " not acknowledged: "
                        + kernel.counters().snapshot());
                Thread.sleep(1);
            }
        }
    }

    private void awaitFins(List<Integer> ids) throws Exception {
        List<Integer> finished = new ArrayList<>();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        while (finished.size() < ids.size()) {
            assertTrue(System.nanoTime() < end, "FINs from " + finished);
            kernel.events().poll(event -> {
                if (event.is(KernelEvent.FIN)) {
                    finished.add(event.session());
                }
            }, 100);
        }
        SessionTable sessions = kernel.sessions();
        assertTrue(kernel.ring().claim(sessions.headerLength(ids.get(0))));
        for (int i = 0; i < ids.size(); i++) {
            assertTrue(sessions.finReceived(ids.get(i)));
            kernel.jobs().set(i, ids.get(i), sessions.nxt(ids.get(i)), JobList.ACK);
        }
        kernel.ring().commit(0, 0, sessions.linkLength(ids.get(0)), false, 0, ids.size());
        assertEquals(0, kernel.ring().flush());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void repairStateOfALearnedConnectionMatchesItsTemplate(boolean timestamps) throws Exception {
        close();
        veth = new VethPair(timestamps);
        kernel = KernelSide.open(KernelConfig.of("ktest-live"));
        device = kernel.attach(VethPair.DEVICE);
        try (Listener listener = new Listener(VethPair.SERVER);
                Socket viewer = veth.inNamespace(
                        () -> new Socket(VethPair.SERVER, listener.address().getPort()))) {
            Accepted accepted = listener.accept();
            int id = Takeover.watch(kernel, accepted);
            accepted.write(HEAD);
            TcpState tcp = Takeover.finish(kernel, accepted, id);
            SessionTable sessions = kernel.sessions();
            assertEquals(timestamps, tcp.timestamps());
            assertEquals(timestamps, sessions.timestamps(id));
            assertEquals(device.ifindex(), sessions.ifindex(id));
            assertEquals(timestamps ? 66 : 54, sessions.headerLength(id));
            assertEquals(timestamps ? 1448 : 1460, sessions.mss(id));
            assertEquals(1500, device.mtu());
            assertEquals(TcpState.ESTABLISHED, tcp.state());
            assertEquals(timestamps, sessions.tsRecent(id) != 0);
            assertEquals(viewer.getLocalPort(), ByteBuffer.wrap(sessions.template(id)).getShort(36) & 0xFFFF);
            post(List.of(id), ByteBuffer.wrap(new byte[] {42}));
            viewer.getInputStream().readNBytes(HEAD.length);
            assertEquals(42, viewer.getInputStream().read());
        }
    }

    @Test
    void stampsAreNeverBehindTheKernelsAndAtMostOneMillisecondAhead() throws Exception {
        try (Listener listener = new Listener("127.0.0.1");
                Socket viewer = new Socket("127.0.0.1", listener.address().getPort())) {
            int fd = listener.accept().fd();
            int least = Integer.MAX_VALUE;
            int most = Integer.MIN_VALUE;
            int first = 0;
            for (int i = 0; i < 50; i++) {
                TcpRepair.enter(fd);
                int offset = TcpRepair.read(fd).tsOffset();
                TcpRepair.leaveSilently(fd);
                first = i == 0 ? offset : first;
                least = Math.min(least, offset - first);
                most = Math.max(most, offset - first);
                Thread.sleep(1);
            }
            assertTrue(most - least <= 1, least + " to " + most);
            viewer.getOutputStream().write(1);
            assertEquals(1, awaitUnread(fd));
            assertEquals(1, TcpRepair.drain(fd, new byte[10]));
            TcpRepair.close(fd);
        }
    }

    private static int awaitUnread(int fd) throws Exception {
        for (int i = 0; i < 1000 && TcpRepair.unread(fd) == 0; i++) {
            Thread.sleep(1);
        }
        return TcpRepair.unread(fd);
    }

    @Test
    void servesAViewerOnLoopback() throws Exception {
        device = kernel.attach("lo");
        byte[] piece = new byte[PIECE];
        new Random(1).nextBytes(piece);
        try (Listener listener = new Listener("127.0.0.1");
                Socket viewer = new Socket("127.0.0.1", listener.address().getPort())) {
            int id = Takeover.of(kernel, listener.accept(), HEAD);
            viewer.getInputStream().readNBytes(HEAD.length);
            for (int i = 0; i < 20; i++) {
                post(List.of(id), ByteBuffer.wrap(piece));
                assertArrayEquals(piece, viewer.getInputStream().readNBytes(PIECE));
                awaitAcknowledged(List.of(id));
            }
            viewer.getOutputStream().write(new byte[] {1, 2, 3});
            int[] reasons = new int[1];
            for (int i = 0; i < 1000 && reasons[0] == 0; i++) {
                kernel.events().poll(event -> reasons[0] = event.reasons(), 1);
                Thread.sleep(1);
            }
            assertEquals(KernelEvent.DATA, reasons[0]);
        }
    }

    @Test
    void aSlotMayBeFilledAgainWhileItsBytesWaitInAReceiveQueue() throws Exception {
        try (Listener listener = new Listener(VethPair.SERVER);
                Socket viewer = veth.inNamespace(
                        () -> new Socket(VethPair.SERVER, listener.address().getPort()))) {
            int id = Takeover.of(kernel, listener.accept(), HEAD);
            byte[] piece = new byte[30_000];
            Arrays.fill(piece, (byte) 1);
            post(List.of(id), ByteBuffer.wrap(piece));
            awaitAcknowledged(List.of(id));
            for (int slot = 0; slot < KernelConfig.DEFAULT_RING_FRAMES; slot++) {
                assertTrue(kernel.ring().claim(66));
                kernel.ring().payload().put(new byte[DmaRing.MAX_PAYLOAD]);
                kernel.jobs().set(0, 9999, 0, JobList.ACK);
                kernel.ring().commit(DmaRing.MAX_PAYLOAD, 1448, 14, false, 0, 1);
                assertEquals(0, kernel.ring().flush());
            }
            viewer.getInputStream().readNBytes(HEAD.length);
            assertArrayEquals(piece, viewer.getInputStream().readNBytes(piece.length));
        }
    }

    @Test
    void attachingTwiceGivesTheSameDevice() throws Exception {
        assertSame(device, kernel.attach(VethPair.DEVICE));
        assertEquals(List.of(device), kernel.devices());
        assertTrue(device.stillThere());
    }

    @Test
    void leavesNothingBehind() throws Exception {
        assertTrue(VethPair.run("tc", "filter", "show", "dev", VethPair.DEVICE, "ingress").contains("receive_virtual"));
        assertTrue(Files.exists(PinDirectory.ROOT.resolve("ktest-live/sessions")));
        kernel.close();
        assertEquals("", VethPair.run("tc", "filter", "show", "dev", VethPair.DEVICE, "ingress"));
        assertFalse(VethPair.run("tc", "qdisc", "show").contains("clsact"));
        assertFalse(Files.exists(PinDirectory.ROOT.resolve("ktest-live")));
    }

    @Test
    void keepsAQdiscThatAnotherInstanceUses() throws Exception {
        try (KernelSide other = KernelSide.open(KernelConfig.of("ktest-other"))) {
            other.attach(VethPair.DEVICE);
            kernel.close();
            assertTrue(VethPair.run("tc", "qdisc", "show", "dev", VethPair.DEVICE).contains("clsact"));
            assertTrue(VethPair.run("tc", "filter", "show", "dev", "lo", "egress").contains("header_builder"));
        }
        assertFalse(VethPair.run("tc", "qdisc", "show").contains("clsact"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, PIECE})
    void flushReportsThatLoopbackIsDownAndRecovers(int bytes) throws Exception {
        try (Listener listener = new Listener(VethPair.SERVER);
                Socket viewer = veth.inNamespace(
                        () -> new Socket(VethPair.SERVER, listener.address().getPort()))) {
            int id = Takeover.of(kernel, listener.accept(), HEAD);
            int seq = kernel.sessions().nxt(id);
            VethPair.run("ip", "link", "set", "lo", "down");
            assertTrue(kernel.ring().claim(kernel.sessions().headerLength(id)));
            kernel.jobs().set(0, id, seq, JobList.ACK);
            kernel.ring().commit(bytes, bytes == 0 ? 0 : kernel.sessions().mss(id), 14, false, 0, 1);
            assertEquals(100, kernel.ring().flush());
            assertEquals(JobList.PENDING, kernel.jobs().result(0));
            VethPair.run("ip", "link", "set", "lo", "up");
            post(List.of(id), ByteBuffer.wrap(new byte[] {42}));
            viewer.getInputStream().readNBytes(HEAD.length);
            assertEquals(42, viewer.getInputStream().read());
        }
    }

    @Test
    void whatLeavesByADeviceThatIsDownIsLostAndTheNextArrives() throws Exception {
        try (Listener listener = new Listener(VethPair.SERVER);
                Socket viewer = veth.inNamespace(
                        () -> new Socket(VethPair.SERVER, listener.address().getPort()))) {
            int id = Takeover.of(kernel, listener.accept(), HEAD);
            VethPair.run("ip", "link", "set", VethPair.DEVICE, "down");
            assertTrue(kernel.ring().claim(kernel.sessions().headerLength(id)));
            kernel.jobs().set(0, id, kernel.sessions().nxt(id), JobList.ACK);
            kernel.ring().commit(0, 0, 14, false, 0, 1);
            assertEquals(0, kernel.ring().flush());
            VethPair.run("ip", "link", "set", VethPair.DEVICE, "up");
            post(List.of(id), ByteBuffer.wrap(new byte[] {42}));
            viewer.getInputStream().readNBytes(HEAD.length);
            assertEquals(42, viewer.getInputStream().read());
        }
    }

    @Test
    void attachSaysThatLoopbackIsDown() throws Exception {
        VethPair.run("ip", "link", "set", "lo", "down");
        try (KernelSide other = KernelSide.open(KernelConfig.of("ktest-other"))) {
            KernelException refused = assertThrows(KernelException.class, () -> other.attach(VethPair.DEVICE));
            assertTrue(refused.getMessage().contains("ip link set lo up"), refused.getMessage());
        }
    }
}
