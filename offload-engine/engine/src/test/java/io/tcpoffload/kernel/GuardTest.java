// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What comes after an engine that was killed, when nothing else does. */
@ExtendWith(Root.class)
@Timeout(60)
class GuardTest {

    private static final KernelConfig CONFIG = KernelConfig.of(Root.instance("guard")).withMaxSessions(300)
            .withGrace(Duration.ofSeconds(2));
    private static final byte[] HEAD = "HTTP/1.1 200 OK\r\n\r\n".getBytes();

    @TempDir
    Path directory;

    private VethPair veth;
    private Process engine;
    private Path stores;

    @BeforeEach
    void open() throws Exception {
        veth = new VethPair(true);
        stores = Files.createDirectories(directory.resolve("stores/" + CONFIG.instance()));
        Files.writeString(stores.resolve("news.store"), "x");
    }

    @AfterEach
    void close() throws Exception {
        engine.destroyForcibly().waitFor();
        veth.close();
    }

    /** A viewer of an engine in a process of its own. */
    private Socket start() throws Exception {
        engine = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                System.getProperty("java.class.path"), Engine.class.getName(), CONFIG.instance(), stores.toString())
                .redirectErrorStream(true).start();
        int port = Integer.parseInt(engine.inputReader().readLine());
        Socket viewer = veth.inNamespace(() -> new Socket(VethPair.SERVER, port));
        assertEquals("owned", engine.inputReader().readLine());
        assertArrayEquals(HEAD, viewer.getInputStream().readNBytes(HEAD.length));
        assertEquals(1, guards().size());
        Files.writeString(stores.resolve("lock"), Long.toString(engine.pid()));
        viewer.setSoTimeout(15_000);
        return viewer;
    }

    private static List<ProcessHandle> guards() {
        return ProcessHandle.allProcesses().filter(process -> process.info().commandLine()
                .filter(line -> line.contains(CONFIG.instance()) && line.contains("bash -s")).isPresent()).toList();
    }

    private static void awaitNoGuard() throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        List<ProcessHandle> there = guards();
        while (!there.isEmpty()) {
            assertTrue(System.nanoTime() < end, "a guard stays: " + there.get(0).info());
            Thread.sleep(10);
            there = guards();
        }
    }

    /** Takes one viewer over and waits to be killed. */
    static final class Engine {
        private Engine() {
        }

        public static void main(String[] arguments) throws Exception {
            KernelSide kernel = KernelSide.open(KernelConfig.of(arguments[0]).withMaxSessions(300)
                    .withGrace(Duration.ofSeconds(2)));
            kernel.attach(VethPair.DEVICE);
            kernel.attach("lo");
            kernel.guard(Path.of(arguments[1]));
            try (Listener listener = new Listener(VethPair.SERVER)) {
                System.out.println(listener.address().getPort());
                Takeover.of(kernel, listener.accept(), HEAD);
                kernel.heartbeat(System.nanoTime());
                System.out.println("owned");
                while (true) {
                    Thread.sleep(10);
                    kernel.heartbeat(System.nanoTime());
                }
            }
        }
    }

    @Test
    void silentViewersAreResetAndTheMachineIsClean() throws Exception {
        try (Socket viewer = start()) {
            assertEquals("1", Files.readString(Path.of("/proc/sys/net/ipv4/conf/lo/route_localnet")).trim());
            engine.destroyForcibly().waitFor();
            long killed = System.nanoTime();
            SocketException end = assertThrows(SocketException.class, () -> viewer.getInputStream().read());
            assertTrue(end.getMessage().contains("reset"), end.getMessage());
            assertTrue(System.nanoTime() - killed > CONFIG.graceNs());
            awaitNoGuard();
        }
        assertFalse(VethPair.run("tc", "qdisc", "show").contains("clsact"));
        assertFalse(Files.exists(PinDirectory.ROOT.resolve(CONFIG.instance())));
        assertEquals("0", Files.readString(Path.of("/proc/sys/net/ipv4/conf/lo/route_localnet")).trim());
        assertFalse(Files.exists(stores));
        String theirs = veth.runInside("nstat", "-asz", "TcpInErrs", "TcpInCsumErrors", "TcpExtTCPChallengeACK");
        assertTrue(theirs.lines().filter(line -> line.startsWith("Tcp"))
                .allMatch(line -> line.trim().split("\\s+")[1].equals("0")), theirs);
    }

    @Test
    void itLeavesWhenAnotherEngineHasCome() throws Exception {
        try (Socket viewer = start()) {
            engine.destroyForcibly().waitFor();
            try (KernelSide kernel = KernelSide.open(CONFIG)) {
                kernel.sessions().claim(0);
                awaitNoGuard();
                assertEquals(List.of(), kernel.guard(stores));
                assertEquals(1, guards().size());
                new Served(kernel, 0, viewer).streams(1, 5, 20_000);
                assertTrue(Files.exists(stores));
            }
            awaitNoGuard();
        }
    }

    @Test
    void storesOfALivingEngineStay() throws Exception {
        try (Socket viewer = start()) {
            Files.writeString(stores.resolve("lock"), Long.toString(ProcessHandle.current().pid()));
            engine.destroyForcibly().waitFor();
            assertThrows(SocketException.class, () -> viewer.getInputStream().read());
            awaitNoGuard();
            assertTrue(Files.exists(stores.resolve("news.store")));
            assertFalse(Files.exists(PinDirectory.ROOT.resolve(CONFIG.instance())));
        }
    }
}
