// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.api.SystemFeature;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Starting, restarting and ending; every refusal says what to do. */
@ExtendWith(Root.class)
@Timeout(60)
class KernelSideTest {

    private static final KernelConfig CONFIG = new KernelConfig("ktest-side", 4, 2, 256, 4096,
            KernelConfig.DEFAULT_GRACE_NS);

    @Test
    void probeFindsEverythingHere() {
        assertTrue(KernelSide.probe().size() >= 8);
        for (SystemFeature feature : KernelSide.probe()) {
            assertTrue(feature.present(), feature.toString());
            assertEquals("", feature.remedy());
        }
    }

    @Test
    void probeSaysWhichKernelIsTooOld() {
        assertFalse(SystemProbe.kernel("5.16.20-amd64").present());
        assertFalse(SystemProbe.kernel("4.19").present());
        assertTrue(SystemProbe.kernel("5.17").present());
        assertTrue(SystemProbe.kernel("6.1.0-18-cloud-amd64").present());
        assertTrue(SystemProbe.kernel("5.16.0").remedy().contains("5.17"));
    }

    @Test
    void twoEnginesOfOneNameExcludeEachOther() throws Exception {
        try (KernelSide first = KernelSide.open(CONFIG)) {
            KernelException refused = assertThrows(KernelException.class, () -> KernelSide.open(CONFIG));
            assertTrue(refused.getMessage().contains("'ktest-side' is running on this machine, process "
                    + ProcessHandle.current().pid() + ":"), refused.getMessage());
            assertEquals(4, first.sessions().capacity());
        }
        KernelSide.open(CONFIG).close();
    }

    @Test
    void goesOnWithWhatAKilledRunLeft() throws Exception {
        try (VethPair veth = new VethPair(true)) {
            Process run = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                    System.getProperty("java.class.path"), Holder.class.getName()).redirectErrorStream(true).start();
            assertEquals("attached", run.inputReader().readLine());
            run.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
            assertTrue(Files.exists(PinDirectory.ROOT.resolve("ktest-side/sessions")));
            assertTrue(filters("lo", "egress") > 0);
            try (KernelSide next = KernelSide.open(CONFIG)) {
                assertTrue(next.resumed());
                assertEquals(List.of(VethPair.DEVICE), next.devices().stream().map(Device::name).toList());
                assertEquals(1, filters("lo", "egress"));
                assertEquals(1, filters(VethPair.DEVICE, "ingress"));
            }
            assertFalse(VethPair.run("tc", "qdisc", "show").contains("clsact"));
            assertFalse(Files.exists(PinDirectory.ROOT.resolve("ktest-side")));
        }
    }

    private static long filters(String device, String direction) throws Exception {
        return VethPair.run("tc", "filter", "show", "dev", device, direction).lines()
                .filter(line -> line.contains("direct-action")).count();
    }

    /** Attaches and waits to be killed. */
    static final class Holder {
        private Holder() {
        }

        public static void main(String[] arguments) throws Exception {
            KernelSide.open(CONFIG).attach(VethPair.DEVICE);
            System.out.println("attached");
            Thread.sleep(60_000);
        }
    }

    @Test
    void leavesAQdiscThatWasThereBefore() throws Exception {
        try (VethPair veth = new VethPair(true)) {
            VethPair.run("tc", "qdisc", "add", "dev", VethPair.DEVICE, "clsact");
            try (KernelSide kernel = KernelSide.open(CONFIG)) {
                kernel.attach(VethPair.DEVICE);
            }
            assertTrue(VethPair.run("tc", "qdisc", "show", "dev", VethPair.DEVICE).contains("clsact"));
            assertEquals(0, filters(VethPair.DEVICE, "ingress"));
        }
    }

    @Test
    void attachNamesTheDeviceItCannotUse() throws Exception {
        try (VethPair veth = new VethPair(true); KernelSide kernel = KernelSide.open(CONFIG)) {
            String missing = assertThrows(KernelException.class, () -> kernel.attach("nosuch0")).getMessage();
            assertTrue(missing.contains("no network device 'nosuch0'"), missing);
            try (Tun tun = new Tun("kttun")) {
                tun.linkType(512);
                String other = assertThrows(KernelException.class, () -> kernel.attach("kttun")).getMessage();
                assertTrue(other.contains("link type 512"), other);
                tun.linkType(InterfaceRequest.ARPHRD_NONE);
                kernel.attach("kttun");
            }
            kernel.attach("lo");
            Device device = kernel.attach(VethPair.DEVICE);
            VethPair.run("ip", "link", "del", VethPair.DEVICE);
            assertFalse(device.stillThere());
            assertEquals(0, device.mtu());
        }
    }

    @Test
    void flowTableCountsAndRefusesWhenFull() throws Exception {
        try (KernelSide kernel = KernelSide.open(CONFIG)) {
            InetSocketAddress local = new InetSocketAddress("10.0.0.1", 80);
            for (int port = 1; port <= 4; port++) {
                kernel.flows().put(local, new InetSocketAddress("10.0.0.2", port), port);
            }
            assertEquals(4, kernel.flows().size());
            String full = assertThrows(KernelException.class,
                    () -> kernel.flows().put(local, new InetSocketAddress("::1", 5), 5)).getMessage();
            assertTrue(full.contains("raise maxSessions"), full);
            assertTrue(kernel.flows().remove(local, new InetSocketAddress("10.0.0.2", 1)));
            assertFalse(kernel.flows().remove(local, new InetSocketAddress("10.0.0.2", 1)));
        }
    }

    @Test
    void tableHandsOutEachRecordOnceAndZeroed() throws Exception {
        KernelSide kernel = KernelSide.open(CONFIG);
        SessionTable sessions = kernel.sessions();
        for (int i = 0; i < 4; i++) {
            assertEquals(i, sessions.allocate());
            sessions.engineLong(i, 15, 42);
        }
        assertEquals(-1, sessions.allocate());
        sessions.free(2);
        assertThrows(IllegalStateException.class, () -> sessions.free(2));
        assertEquals(3, sessions.used());
        assertEquals(2, sessions.allocate());
        assertEquals(0, sessions.engineLong(2, 15));
        assertThrows(IllegalStateException.class, () -> sessions.complete(2, null));
        kernel.close();
        assertEquals(0, sessions.engineLong(1, 15), "zeros, not the end of the JVM");
    }

    @Test
    void settleEnds() throws Exception {
        try (KernelSide kernel = KernelSide.open(CONFIG)) {
            long start = System.nanoTime();
            kernel.settle();
            assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(5));
        }
    }

    @Test
    void configurationNamesKeyValueAndRange() {
        String name = assertThrows(IllegalArgumentException.class, () -> KernelConfig.of("a/b")).getMessage();
        assertTrue(name.contains("'a/b'"), name);
        String sessions = assertThrows(IllegalArgumentException.class,
                () -> KernelConfig.of("a").withMaxSessions(0)).getMessage();
        assertEquals("maxSessions is 0: use 1 to 1048576", sessions);
        assertThrows(IllegalArgumentException.class,
                () -> new KernelConfig("a", 1, 2, 256, 5000, KernelConfig.DEFAULT_GRACE_NS));
        String grace = assertThrows(IllegalArgumentException.class,
                () -> KernelConfig.of("a").withGrace(Duration.ofMillis(1999))).getMessage();
        assertEquals("grace is 1999 ms: use 2 s to 24 h", grace);
    }
}
