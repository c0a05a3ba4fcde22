// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.kernel.Listener.Accepted;
import java.net.InetAddress;
import java.net.Socket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The same stream by every family and kind of device, to ordinary sockets: the template learned from an ACK, and made from
 * addresses and a path.
 */
@ExtendWith(Root.class)
@Timeout(60)
class EveryPathTest {

    private static final byte[] HEAD = "HTTP/1.1 200 OK\r\n\r\n".getBytes();
    private static final String TUN = "ktun0";

    private VethPair veth;
    private KernelSide kernel;

    @BeforeEach
    void open() throws Exception {
        veth = new VethPair(true);
        kernel = KernelSide.open(KernelConfig.of("ktest-path"));
    }

    @AfterEach
    void close() throws Exception {
        try {
            kernel.close();
        } finally {
            veth.close();
        }
    }

    @ParameterizedTest
    @CsvSource({"10.213.7.1, 10.213.7.1", "fd21:3:7::1, fd21:3:7::1", "::, 10.213.7.1", "::, fd21:3:7::1"})
    void byEthernet(String bound, String server) throws Exception {
        kernel.attach(VethPair.DEVICE);
        serve(bound, server, 64_000);
    }

    @ParameterizedTest
    @CsvSource({"10.213.8.1", "fd21:3:8::1"})
    void byTun(String server) throws Exception {
        try (Tun ours = new Tun(TUN).up("10.213.8.1/24").up("fd21:3:8::1/64");
                Tun theirs = veth.inNamespace(() -> new Tun(TUN).up("10.213.8.2/24").up("fd21:3:8::2/64"))) {
            ours.into(theirs);
            theirs.into(ours);
            kernel.attach(TUN);
            serve(server, server, 30_000);
        }
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1", "::1"})
    void byLoopback(String server) throws Exception {
        kernel.attach("lo");
        try (Listener listener = new Listener(server); Socket viewer = new Socket(server, listener.address().getPort())) {
            serve(listener.accept(), viewer, false, 64_000);
        }
        try (Listener listener = new Listener(server); Socket viewer = new Socket(server, listener.address().getPort())) {
            serve(listener.accept(), viewer, true, 64_000);
        }
    }

    /** Learned, then defined. */
    private void serve(String bound, String server, int piece) throws Exception {
        try (Listener listener = new Listener(bound)) {
            for (boolean defined : new boolean[] {false, true}) {
                Socket viewer = veth.inNamespace(() -> new Socket(server, listener.address().getPort()));
                Accepted accepted = listener.accept();
                serve(new Accepted(accepted.fd(), Takeover.local(accepted.fd()), accepted.remote()), viewer, defined,
                        piece);
            }
        }
        String errors = veth.runInside("nstat", "-asz", "TcpInErrs", "TcpExtTCPChallengeACK", "TcpExtPAWSEstab",
                "TcpInCsumErrors", "TcpOutRsts", "Ip6InHdrErrors", "IpInHdrErrors");
        assertTrue(errors.lines().filter(line -> line.matches("(Tcp|Ip).*"))
                .allMatch(line -> line.trim().split("\\s+")[1].equals("0")), errors);
        String ours = VethPair.run("nstat", "-asz", "TcpOutRsts");
        assertTrue(ours.contains("TcpOutRsts                      0 "), ours);
    }

    private void serve(Accepted accepted, Socket viewer, boolean defined, int piece) throws Exception {
        int id;
        if (defined) {
            accepted.write(HEAD);
            assertArrayEquals(HEAD, viewer.getInputStream().readNBytes(HEAD.length));
            Path path = usable(accepted.local().getAddress(), accepted.remote().getAddress());
            id = Takeover.adopt(kernel, accepted, path);
            assertTrue(kernel.sessions().follows(id, path));
        } else {
            id = Takeover.of(kernel, accepted, HEAD);
            assertArrayEquals(HEAD, viewer.getInputStream().readNBytes(HEAD.length));
        }
        Served served = new Served(kernel, id, viewer);
        served.streams(System.nanoTime(), 5, piece);
        served.finish();
        assertEquals(0, kernel.counters().get(KernelCounter.PATHS_CHANGED));
    }

    private Path usable(InetAddress local, InetAddress remote) throws Exception {
        for (int i = 0; i < 200; i++) {
            Path path = kernel.path(local, remote);
            if (path.usable()) {
                return path;
            }
            Thread.sleep(10);
        }
        throw new AssertionError("no path: " + kernel.path(local, remote));
    }

    @Test
    void aDefinedTemplateIsTheOneThatAnAckDefines() throws Exception {
        kernel.attach(VethPair.DEVICE);
        for (String server : new String[] {VethPair.SERVER, VethPair.SERVER6}) {
            try (Listener listener = new Listener(server);
                    Socket viewer = veth.inNamespace(() -> new Socket(server, listener.address().getPort()))) {
                Accepted accepted = listener.accept();
                int id = Takeover.of(kernel, accepted, HEAD);
                viewer.getInputStream().readNBytes(HEAD.length);
                byte[] learned = kernel.sessions().template(id);
                byte[] sums = sums(id);
                Path path = usable(accepted.local().getAddress(), accepted.remote().getAddress());
                assertEquals(1500, path.mtu());
                assertTrue(kernel.sessions().follows(id, path));
                kernel.sessions().define(id, accepted.local(), accepted.remote(), path, true);
                assertArrayEquals(learned, kernel.sessions().template(id));
                assertArrayEquals(sums, sums(id));
            }
        }
    }

    /** Folded: an unfolded sum may be written in several ways. */
    private byte[] sums(int id) {
        byte[] bytes = new byte[2];
        for (int i = 0; i < 2; i++) {
            long sum = kernel.sessions().record(id).getInt(SessionDescriptor.IP_SUM + 4 * i) & 0xFFFFFFFFL;
            while (sum > 0xFFFF) {
                sum = (sum & 0xFFFF) + (sum >> 16);
            }
            bytes[i] = (byte) (sum ^ sum >> 8);
        }
        return bytes;
    }

    @Test
    void routesTellDeviceGatewayAndWhatIsMissing() throws Exception {
        InetAddress here = InetAddress.getByName(VethPair.SERVER);
        int device = Libc.if_nametoindex(VethPair.DEVICE);
        assertEquals(Path.Status.NO_ROUTE, kernel.path(here, InetAddress.getByName("192.0.2.1")).status());
        VethPair.run("ip", "route", "add", "192.0.2.0/24", "via", VethPair.VIEWER, "mtu", "1400");
        Path routed = usable(here, InetAddress.getByName("192.0.2.1"));
        assertEquals(usable(here, InetAddress.getByName(VethPair.VIEWER)).destination(), routed.destination());
        assertEquals(1400, routed.mtu());
        assertEquals(device, routed.ifindex());
        VethPair.run("ip", "route", "add", "blackhole", "198.51.100.0/24");
        assertEquals(Path.Status.NO_ROUTE, kernel.path(here, InetAddress.getByName("198.51.100.1")).status());

        Path nobody = kernel.path(here, InetAddress.getByName("10.213.7.77"));
        assertEquals(Path.Status.NEIGHBOUR_UNKNOWN, nobody.status());
        assertTrue(VethPair.run("ip", "neigh", "show", "10.213.7.77").matches("(?s).*(INCOMPLETE|FAILED).*"));

        Path self = kernel.path(here, here);
        assertEquals(new Path(Path.Status.USABLE, Libc.if_nametoindex("lo"), self.mtu(), true, 0, 0), self);
        assertEquals(Libc.if_nametoindex("lo"), kernel.path(InetAddress.getByName("::1"),
                InetAddress.getByName("::1")).ifindex());
        assertEquals(Libc.if_nametoindex("lo"), kernel.path(InetAddress.getByName(VethPair.SERVER6),
                InetAddress.getByName(VethPair.SERVER6)).ifindex());
        try (Tun tun = new Tun(TUN)) {
            VethPair.run("ip", "addr", "add", "10.213.8.1/24", "dev", TUN);
            VethPair.run("ip", "link", "set", TUN, "up");
            Path bare = kernel.path(InetAddress.getByName("10.213.8.1"), InetAddress.getByName("10.213.8.9"));
            assertTrue(bare.usable());
            assertFalse(bare.linkHeader());
            assertEquals(Libc.if_nametoindex(TUN), bare.ifindex());
        }
    }

    @Test
    void aRedirectedSessionGoesOnByAnotherDevice() throws Exception {
        kernel.attach(VethPair.DEVICE);
        try (Listener listener = new Listener(VethPair.SERVER);
                Socket viewer = veth.inNamespace(() -> new Socket(VethPair.SERVER, listener.address().getPort()));
                Tun ours = new Tun(TUN).up("10.213.8.1/24");
                Tun theirs = veth.inNamespace(() -> new Tun(TUN).up("10.213.8.2/24"))) {
            ours.into(theirs);
            theirs.into(ours);
            kernel.attach(TUN);
            Accepted accepted = listener.accept();
            int id = Takeover.of(kernel, accepted, HEAD);
            viewer.getInputStream().readNBytes(HEAD.length);
            Served served = new Served(kernel, id, viewer);
            served.streams(1, 2, 20_000);
            VethPair.run("ip", "route", "add", VethPair.VIEWER + "/32", "dev", TUN);
            veth.runInside("ip", "route", "add", VethPair.SERVER + "/32", "dev", TUN);
            Path path = kernel.path(accepted.local().getAddress(), accepted.remote().getAddress());
            assertFalse(kernel.sessions().follows(id, path));
            kernel.sessions().redirect(id, path);
            VethPair.run("ip", "link", "set", VethPair.DEVICE, "down");
            served.streams(2, 2, 20_000);
            int[] reasons = new int[1];
            kernel.events().poll(event -> reasons[0] |= event.reasons(), 100);
            assertEquals(KernelEvent.PATH, reasons[0] & KernelEvent.PATH);
            assertEquals(1, kernel.counters().get(KernelCounter.PATHS_CHANGED));
        }
    }
}
