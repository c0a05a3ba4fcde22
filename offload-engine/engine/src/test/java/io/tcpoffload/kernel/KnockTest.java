// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Nobody comes back: every viewer is reset by the programs alone, and not before its time. */
@ExtendWith(Root.class)
@Timeout(60)
class KnockTest {

    private static final KernelConfig CONFIG = KernelConfig.of(Root.instance("knock")).withMaxSessions(600)
            .withGrace(Duration.ofSeconds(2));
    private static final byte[] HEAD = "HTTP/1.1 200 OK\r\n\r\n".getBytes();
    private static final String TUN = "ktun0";

    private VethPair veth;
    private KernelSide kernel;

    @BeforeEach
    void open() throws Exception {
        veth = new VethPair(true);
        kernel = KernelSide.open(CONFIG);
        kernel.attach(VethPair.DEVICE);
    }

    @AfterEach
    void close() throws Exception {
        try {
            kernel.close();
        } finally {
            veth.close();
        }
    }

    private Served serve(Listener listener, Socket viewer) throws Exception {
        int id = Takeover.of(kernel, listener.accept(), HEAD);
        assertArrayEquals(HEAD, viewer.getInputStream().readNBytes(HEAD.length));
        Served served = new Served(kernel, id, viewer);
        served.streams(id, 2, 20_000);
        viewer.setSoTimeout(5000);
        return served;
    }

    private static void assertReset(Socket viewer) {
        SocketException end = assertThrows(SocketException.class, () -> viewer.getInputStream().read());
        assertTrue(end.getMessage().contains("reset"), end.getMessage());
    }

    private static void assertHeard(Socket viewer) throws Exception {
        viewer.setSoTimeout(100);
        assertThrows(SocketTimeoutException.class, () -> viewer.getInputStream().read());
        viewer.setSoTimeout(5000);
    }

    /** By every kind of device, both families, spread over the table so that it takes three knocks. */
    @Test
    void silentViewersAreResetByKnocksWhenTheGraceIsOver() throws Exception {
        kernel.attach("lo");
        List<Socket> viewers = new ArrayList<>();
        List<Listener> listeners = new ArrayList<>();
        try (Tun ours = new Tun(TUN).up("10.213.8.1/24").up("fd21:3:8::1/64");
                Tun theirs = veth.inNamespace(() -> new Tun(TUN).up("10.213.8.2/24").up("fd21:3:8::2/64"))) {
            ours.into(theirs);
            theirs.into(ours);
            kernel.attach(TUN);
            for (String server : List.of(VethPair.SERVER, "::1", VethPair.SERVER6, "10.213.8.1", "127.0.0.1",
                    "fd21:3:8::1", VethPair.SERVER)) {
                Listener listener = new Listener(server);
                listeners.add(listener);
                boolean here = server.equals("::1") || server.startsWith("127");
                Socket viewer = here ? new Socket(server, listener.address().getPort())
                        : veth.inNamespace(() -> new Socket(server, listener.address().getPort()));
                viewers.add(viewer);
                serve(listener, viewer);
                for (int i = 0; i < 90; i++) {
                    kernel.sessions().allocate();
                }
            }
            long suspended = System.nanoTime();
            kernel.suspend();
            for (int i = 0; i < 5; i++) {
                Knock.once();
            }
            for (Socket viewer : viewers) {
                assertHeard(viewer);
            }
            try (PinnedEngine pinned = new PinnedEngine(CONFIG.instance());
                    ServerSocket door = new ServerSocket(9, 1, InetAddress.getByName("127.0.0.1"))) {
                EngineState engine = new EngineState(pinned.state());
                assertEquals(0, engine.reset());
                while (!engine.overdue(System.nanoTime())) {
                    Thread.sleep(10);
                }
                for (int knock = 1; knock <= 3; knock++) {
                    assertEquals(EngineDescriptor.SUSPENDED, engine.phase());
                    try (Socket knocking = new Socket("127.0.0.1", 9)) {
                        assertTrue(knocking.isConnected(), "the packet goes on as it was");
                    }
                    door.accept().close();
                    assertEquals(256 * knock, engine.cursor());
                }
                assertEquals(EngineDescriptor.REAPED, engine.phase());
                assertEquals(viewers.size(), engine.reset());
                assertTrue(System.nanoTime() - suspended >= CONFIG.graceNs());
            }
            for (Socket viewer : viewers) {
                assertReset(viewer);
            }
        }
        for (Listener listener : listeners) {
            listener.close();
        }
        assertExact();
        kernel = KernelSide.open(CONFIG);
        assertFalse(kernel.resumed());
        assertTrue(kernel.notes().get(0).contains("its grace is over: 7 of its viewers were reset"),
                kernel.notes().toString());
    }

    /** Each viewer was reset at once: no challenge, no bad checksum. */
    private void assertExact() throws Exception {
        String theirs = veth.runInside("nstat", "-asz", "TcpInErrs", "TcpInCsumErrors", "TcpExtTCPChallengeACK");
        assertTrue(theirs.lines().filter(line -> line.startsWith("Tcp"))
                .allMatch(line -> line.trim().split("\\s+")[1].equals("0")), theirs);
    }

    @Test
    void aViewerThatSaysSomethingAfterTheGraceIsResetExactly() throws Exception {
        try (Listener listener = new Listener(VethPair.SERVER);
                Socket viewer = veth.inNamespace(() -> new Socket(VethPair.SERVER, listener.address().getPort()))) {
            serve(listener, viewer);
            kernel.suspend();
            viewer.getOutputStream().write(1);
            assertHeard(viewer);
            Thread.sleep(Duration.ofNanos(CONFIG.graceNs()).toMillis());
            if (speak(viewer)) {
                assertReset(viewer);
            }
            assertExact();
            kernel = KernelSide.open(CONFIG);
            assertTrue(kernel.notes().get(0).contains("its grace of 2 s is over: 1 of its viewers were reset"),
                    kernel.notes().toString());
        }
    }

    /** The engine was killed when the socket was frozen and not yet read: that ended with it, without a word. */
    @Test
    void aViewerWhoseConnectionWasBeingTakenIsResetToo() throws Exception {
        try (Listener listener = new Listener(VethPair.SERVER);
                Socket viewer = veth.inNamespace(() -> new Socket(VethPair.SERVER, listener.address().getPort()))) {
            Listener.Accepted connection = listener.accept();
            int id = Takeover.watch(kernel, connection);
            connection.write(HEAD);
            Takeover.freeze(kernel, connection, id);
            TcpRepair.close(connection.fd());
            assertArrayEquals(HEAD, viewer.getInputStream().readNBytes(HEAD.length));
            kernel.suspend();
            assertHeard(viewer);
            Thread.sleep(Duration.ofNanos(CONFIG.graceNs()).toMillis());
            for (int knock = 0; knock < 3; knock++) {
                Knock.once();
            }
            viewer.setSoTimeout(5000);
            assertReset(viewer);
            assertExact();
            kernel = KernelSide.open(CONFIG);
        }
    }

    /**
     * Whether it still could. Another engine's guard on this machine may have knocked at this very moment: every engine's
     * programs hear a knock.
     */
    private static boolean speak(Socket viewer) throws IOException {
        try {
            viewer.getOutputStream().write(1);
            return true;
        } catch (SocketException e) {
            assertTrue(e.getMessage().contains("reset"), e::toString);
            return false;
        }
    }

    @Test
    void anEngineThatBeatsIsNotKnockedOut() throws Exception {
        try (Listener listener = new Listener(VethPair.SERVER);
                Socket viewer = veth.inNamespace(() -> new Socket(VethPair.SERVER, listener.address().getPort()))) {
            Served served = serve(listener, viewer);
            kernel.heartbeat(System.nanoTime());
            Knock.once();
            kernel.heartbeat(System.nanoTime() - CONFIG.graceNs() / 2);
            Knock.once();
            assertHeard(viewer);
            assertEquals(SessionState.OWNED, kernel.sessions().state(served.id()));
            served.streams(1, 2, 20_000);
        }
    }

    @Test
    void anEngineThatWasStoppedForLongerThanTheGraceFindsItsSessionsEndedAndTakesNewOnes() throws Exception {
        try (Listener listener = new Listener(VethPair.SERVER);
                Socket viewer = veth.inNamespace(() -> new Socket(VethPair.SERVER, listener.address().getPort()))) {
            Served served = serve(listener, viewer);
            kernel.heartbeat(System.nanoTime() - CONFIG.graceNs() - 1);
            for (int knock = 0; knock < 3; knock++) {
                Knock.once();
            }
            assertReset(viewer);
            assertEquals(SessionState.LINGER, kernel.sessions().state(served.id()));
            kernel.heartbeat(System.nanoTime());
            try (Socket next = veth.inNamespace(() -> new Socket(VethPair.SERVER, listener.address().getPort()))) {
                Served again = serve(listener, next);
                next.getOutputStream().write(1);
                assertHeard(next);
                again.streams(1, 2, 20_000);
            }
        }
    }

    /** What another version left is ended by its own programs, whatever its tables look like. */
    @Test
    void viewersOfAnotherVersionAreResetAtTheNextStart() throws Exception {
        try (Listener listener = new Listener(VethPair.SERVER);
                Socket viewer = veth.inNamespace(() -> new Socket(VethPair.SERVER, listener.address().getPort()))) {
            serve(listener, viewer);
            try (PinnedEngine pinned = new PinnedEngine(CONFIG.instance())) {
                pinned.state().putInt(EngineDescriptor.LAYOUT, 99);
            }
            kernel.suspend();
            kernel = KernelSide.open(CONFIG);
            assertReset(viewer);
            assertExact();
            assertTrue(kernel.notes().get(0).contains("its layout is 99, this engine's is 1: 1 of its viewers were reset"),
                    kernel.notes().toString());
            assertFalse(VethPair.run("tc", "qdisc", "show").contains("clsact"));
        }
    }
}
