// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.kernel.Listener.Accepted;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An engine goes on with what the one before it left, or says why it does not. */
@ExtendWith(Root.class)
@Timeout(60)
class ResumptionTest {

    private static final KernelConfig CONFIG = KernelConfig.of(Root.instance("resume")).withMaxSessions(8);
    private static final byte[] HEAD = "HTTP/1.1 200 OK\r\n\r\n".getBytes();

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
            assertFalse(VethPair.run("tc", "qdisc", "show").contains("clsact"));
            assertFalse(Files.exists(PinDirectory.ROOT.resolve(CONFIG.instance())));
        } finally {
            veth.close();
        }
    }

    private Served serve(Listener listener) throws Exception {
        Socket viewer = veth.inNamespace(() -> new Socket(VethPair.SERVER, listener.address().getPort()));
        int id = Takeover.of(kernel, listener.accept(), HEAD);
        assertArrayEquals(HEAD, viewer.getInputStream().readNBytes(HEAD.length));
        return new Served(kernel, id, viewer);
    }

    /** The next engine, which goes on with every session it finds. */
    private Served resume(Served served) throws Exception {
        kernel = KernelSide.open(CONFIG);
        assertTrue(kernel.resumed());
        assertEquals(List.of(), kernel.notes());
        for (Flow flow : kernel.flows().entries()) {
            kernel.sessions().claim(flow.session());
        }
        return new Served(kernel, served.id(), served.viewer());
    }

    @Test
    void theStreamGoesOnAfterASuspension() throws Exception {
        try (Listener listener = new Listener(VethPair.SERVER)) {
            Served served = serve(listener);
            for (int turn = 0; turn < 3; turn++) {
                served.streams(turn, 4, 30_000);
                long acks = kernel.counters().get(KernelCounter.ACKS);
                kernel.resumption().putLong(served.id(), 504, turn);
                kernel.suspend();
                served = resume(served);
                assertEquals(turn, kernel.resumption().getLong(served.id(), 504));
                assertTrue(acks > 0 && kernel.counters().get(KernelCounter.ACKS) >= acks, "counters go on");
                assertEquals(1, kernel.sessions().used());
            }
            served.streams(9, 4, 30_000);
            served.finish();
        }
        assertNoResets();
    }

    private void assertNoResets() throws Exception {
        String resets = VethPair.run("nstat", "-asz", "TcpOutRsts");
        assertTrue(resets.matches("(?s).*TcpOutRsts +0 .*"), resets);
    }

    @Test
    void theStreamGoesOnAfterAKill() throws Exception {
        kernel.close();
        Process engine = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                System.getProperty("java.class.path"), Engine.class.getName(), CONFIG.instance()).redirectErrorStream(true).start();
        int port = Integer.parseInt(engine.inputReader().readLine());
        Socket viewer = veth.inNamespace(() -> new Socket(VethPair.SERVER, port));
        assertEquals("owned", engine.inputReader().readLine());
        assertArrayEquals(HEAD, viewer.getInputStream().readNBytes(HEAD.length));
        engine.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        Served served = resume(new Served(null, 0, viewer));
        served.streams(1, 10, 30_000);
        served.finish();
        assertNoResets();
    }

    /** Takes one viewer over and waits to be killed. */
    static final class Engine {
        private Engine() {
        }

        public static void main(String[] arguments) throws Exception {
            KernelSide kernel = KernelSide.open(KernelConfig.of(arguments[0]).withMaxSessions(8));
            kernel.attach(VethPair.DEVICE);
            try (Listener listener = new Listener(VethPair.SERVER)) {
                System.out.println(listener.address().getPort());
                Takeover.of(kernel, listener.accept(), HEAD);
                System.out.println("owned");
                Thread.sleep(60_000);
            }
        }
    }

    /** An acknowledgement that got past the hook would draw a reset from the server's kernel. */
    @Test
    void noPacketSlipsThroughWhileTheProgramsAreReplaced() throws Exception {
        try (Listener listener = new Listener(VethPair.SERVER)) {
            Served served = serve(listener);
            SessionTable sessions = kernel.sessions();
            byte[] server = {10, (byte) 213, 7, 1};
            byte[] viewer = {10, (byte) 213, 7, 2};
            byte[] ack = new Frame().from(viewer, served.viewer().getLocalPort())
                    .to(server, listener.address().getPort()).seq(sessions.rcvNxt(served.id())).ack(sessions.nxt(served.id())).bytes();
            System.arraycopy(sessions.template(served.id()), 6, ack, 0, 6);
            try (Flood flood = veth.inNamespace(() -> new Flood("kt1", ack))) {
                for (int turn = 0; turn < 10; turn++) {
                    kernel.suspend();
                    served = resume(served);
                }
                flood.finish();
                assertTrue(flood.frames() > 10_000, flood.frames() + " frames");
            }
            assertNoResets();
            served.streams(1, 4, 30_000);
        }
    }

    @Test
    void aConnectionStillInTheKernelIsTheKernelsAgain() throws Exception {
        try (Listener listener = new Listener(VethPair.SERVER);
                Socket viewer = veth.inNamespace(() -> new Socket(VethPair.SERVER, listener.address().getPort()))) {
            Accepted accepted = listener.accept();
            Takeover.watch(kernel, accepted);
            kernel.suspend();
            kernel = KernelSide.open(CONFIG);
            assertEquals(List.of(), kernel.flows().entries());
            accepted.write(HEAD);
            assertArrayEquals(HEAD, viewer.getInputStream().readNBytes(HEAD.length));
            for (int i = 0; i < 8; i++) {
                assertTrue(kernel.sessions().allocate() >= 0, "record " + i);
            }
            assertEquals(-1, kernel.sessions().allocate());
            assertEquals(0, Libc.close(accepted.fd()));
        }
    }

    @Test
    void aDroppedSessionIsResetByTheKernel() throws Exception {
        try (Listener listener = new Listener(VethPair.SERVER)) {
            Served served = serve(listener);
            kernel.suspend();
            kernel = KernelSide.open(CONFIG);
            kernel.drop(kernel.flows().entries().get(0));
            assertEquals(0, kernel.flows().size());
            assertEquals(SessionState.FREE, kernel.sessions().state(served.id()));
            assertEquals(0, kernel.sessions().used());
            served.viewer().getOutputStream().write(1);
            assertThrows(SocketException.class, () -> served.viewer().getInputStream().read());
        }
    }

    @Test
    void aResetThatNobodyReadIsStillKnown() throws Exception {
        try (Listener listener = new Listener(VethPair.SERVER)) {
            Served served = serve(listener);
            kernel.suspend();
            served.viewer().setSoLinger(true, 0);
            served.viewer().close();
            resume(served);
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
            while (!kernel.sessions().resetReceived(served.id())) {
                assertTrue(System.nanoTime() < end, "no reset");
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void settingsOfTheLoopbackDeviceOutliveASuspensionAndEndWithTheEngine() throws Exception {
        Path setting = Path.of("/proc/sys/net/ipv4/conf/lo/route_localnet");
        kernel.attach("lo");
        for (int turn = 0; turn < 2; turn++) {
            kernel.suspend();
            assertEquals("1", Files.readString(setting).trim());
            kernel = KernelSide.open(CONFIG);
            assertEquals(Set.of("lo", VethPair.DEVICE),
                    kernel.devices().stream().map(Device::name).collect(Collectors.toSet()));
        }
        kernel.close();
        assertEquals("0", Files.readString(setting).trim());
    }

    @Test
    void theTableKeepsItsSizeWhileViewersWatch() throws Exception {
        try (Listener listener = new Listener(VethPair.SERVER)) {
            Served served = serve(listener);
            kernel.suspend();
            kernel = KernelSide.open(CONFIG.withMaxSessions(16));
            assertEquals(8, kernel.sessions().capacity());
            assertTrue(kernel.notes().get(0).contains("maxSessions stays 8"), kernel.notes().toString());
            assertEquals(served.id(), kernel.flows().entries().get(0).session());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"magic", "layout", "phase", "namespace", "session", "headers", "flow", "map", "size"})
    void stateThatIsNotUnderstoodIsRemovedAndNamed(String what) throws Exception {
        try (Listener listener = new Listener(VethPair.SERVER)) {
            Served served = serve(listener);
            String reason = spoil(what, served);
            kernel.suspend();
            kernel = KernelSide.open(CONFIG);
            assertFalse(kernel.resumed());
            assertTrue(kernel.notes().get(0).contains(reason), kernel.notes().toString());
            assertEquals(0, kernel.flows().size());
            assertEquals(0, kernel.sessions().used());
            assertFalse(VethPair.run("tc", "qdisc", "show").contains("clsact"));
        }
    }

    private String spoil(String what, Served served) throws Exception {
        return switch (what) {
            case "magic" -> put(EngineDescriptor.MAGIC, "its magic is 0x7");
            case "layout" -> put(EngineDescriptor.LAYOUT, "its layout is 7, this engine's is 1");
            case "namespace" -> put(EngineDescriptor.NETWORK, "another network namespace");
            case "phase" -> {
                kernel.suspend();
                try (PinDirectory pins = PinDirectory.open(CONFIG.instance()); FormerState former = FormerState.of(pins)) {
                    former.engine().phase(9);
                    pins.leave();
                }
                yield "its phase is 9";
            }
            case "session" -> {
                kernel.sessions().state(served.id(), 7);
                yield "session 0 of /" + VethPair.VIEWER + ":" + served.viewer().getLocalPort() + " is in state 7";
            }
            case "headers" -> {
                kernel.sessions().record(served.id()).put(SessionDescriptor.L2_LEN, (byte) 15);
                yield "in state 3 with headers of 67 bytes";
            }
            case "flow" -> {
                kernel.flows().put(nobody("10.9.9.9"), nobody("10.9.9.8"), 0);
                yield "two flows lead to session 0";
            }
            case "size" -> {
                Path pin = PinDirectory.ROOT.resolve(CONFIG.instance() + "/resumption");
                Files.delete(pin);
                int map = LibBpf.bpf_map_create(LibBpf.MAP_TYPE_ARRAY, "other", Integer.BYTES, 256, 8, null);
                assertEquals(0, LibBpf.bpf_obj_pin(map, pin.toString()));
                Libc.close(map);
                yield "map 'resumption' has 8 entries of 256 bytes for keys of 4, type 2 instead of 8 entries of 512 bytes";
            }
            default -> {
                Files.delete(PinDirectory.ROOT.resolve(CONFIG.instance() + "/flows"));
                yield "no map 'flows' is pinned";
            }
        };
    }

    private static InetSocketAddress nobody(String host) {
        return new InetSocketAddress(host, 1);
    }

    private String put(int offset, String reason) throws Exception {
        try (PinnedEngine pinned = new PinnedEngine(CONFIG.instance())) {
            pinned.state().putInt(offset, 7);
        }
        return reason;
    }
}
