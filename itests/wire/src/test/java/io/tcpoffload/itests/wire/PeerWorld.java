// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.itests.Await;
import io.tcpoffload.itests.ControlClient;
import io.tcpoffload.itests.KernelSender;
import io.tcpoffload.itests.Netns;
import io.tcpoffload.itests.Snmp;
import io.tcpoffload.itests.Veth;
import io.tcpoffload.itests.peer.Craft;
import io.tcpoffload.itests.peer.RawHost;
import io.tcpoffload.itests.peer.RawPort;
import io.tcpoffload.itests.peer.SynOptions;
import io.tcpoffload.itests.peer.TcpPeer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * A kernel sender and an engine in one namespace, a raw peer at the other end of their device. One for all classes that
 * ask for it in their constructor.
 */
final class PeerWorld implements AutoCloseable {

    static final int SENDER_PORT = 7070;
    private static final String PEER_MAC = "02:00:5e:00:53:01";
    private static final String PEER_IPV4 = "10.203.1.9";
    private static final String PEER_IPV6 = "fd00:203:1::9";
    private static final String OTHER_MAC = "02:00:5e:00:53:02";
    private static final String OTHER_IPV4 = "10.203.1.10";
    private static final String OTHER_IPV6 = "fd00:203:1::a";
    private static final String SERVER_IPV6 = "fd00:203:1::1";
    private static final String TUNNEL = "tun0";
    private static final String TUNNEL_ADDRESS = "10.204.1.1";
    private static final long STORE_BYTES = 32L << 20;

    final Netns servers = Netns.create("s");
    final Netns peers = Netns.create("p");
    final Veth veth = Veth.connect(servers, peers, 1);
    final RawPort port;
    final RawHost host;
    /** With other addresses: for cases that change what the kernel knows about the way there. */
    final RawHost elsewhere;
    /** At the other end of a TUN device. */
    private final RawHost behindTunnel;
    private final RawPort tunnel;
    final KernelSender sender;
    final EngineProcess engine;
    final ControlClient control;
    private final Path directory;

    /**
     * Starts everything.
     *
     * @param finished whether the server's device gets segments of the path's size with finished checksums, instead of
     *                 what is posted
     */
    PeerWorld(boolean finished) {
        servers.sysctl("net.ipv4.tcp_no_metrics_save", "1");
        peers.sysctl("net.ipv6.conf." + veth.viewerDevice() + ".disable_ipv6", "1");
        servers.run("ip", "addr", "add", SERVER_IPV6 + "/64", "dev", veth.serverDevice(), "nodad");
        if (finished) {
            veth.withoutServerOffloads();
        }
        port = RawPort.packet(peers, veth.viewerDevice());
        String serverMac = mac(servers, veth.serverDevice());
        host = new RawHost(port, PEER_MAC, serverMac, PEER_IPV4, PEER_IPV6);
        elsewhere = new RawHost(port, OTHER_MAC, serverMac, OTHER_IPV4, OTHER_IPV6);
        tunnel = RawPort.tun(servers, TUNNEL);
        servers.run("ip", "addr", "add", TUNNEL_ADDRESS + "/24", "dev", TUNNEL);
        servers.run("ip", "link", "set", TUNNEL, "up");
        behindTunnel = new RawHost(tunnel, null, null, "10.204.1.9", null);
        sender = new KernelSender(servers, SENDER_PORT);
        try {
            directory = Files.createTempDirectory("tcpoffload-peer");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        engine = new EngineProcess(servers, "auto", "[::]", "offload", STORE_BYTES, "KEYFRAME",
                directory.resolve("engine.log"), "control=" + directory.resolve("control"));
        control = new ControlClient(directory.resolve("control"));
    }

    static String mac(Netns ns, String device) {
        return ns.run("ip", "-o", "link", "show", device).replaceAll("(?s).*link/ether (\\S+).*", "$1");
    }

    /** A connection by IPv4 to a sender which has nothing to send yet. */
    Dialog open(Side side, SynOptions options) {
        return open(side, peer(side, options));
    }

    /** The same without TCP_NODELAY. */
    Dialog openWithNagle(Side side, SynOptions options) {
        TcpPeer peer = peer(side, options);
        peer.connect();
        int fd = sender.find(peer.localPort());
        sender.nagle(fd);
        return side == Side.KERNEL ? kernel(peer, fd) : adopt(peer, fd);
    }

    /**
     * A connection whose handshake took no longer than it was to: who measures a longer round trip waits longer for everything.
     *
     * @param nagle without TCP_NODELAY
     */
    Dialog openInTime(Side side, SynOptions options, boolean nagle, double mostMs) {
        TcpPeer peer = peer(side, options).connect();
        int fd = sender.find(peer.localPort());
        while (peer.firstRoundTrip() > mostMs) {
            sender.abort(fd);
            peer.close();
            peer = peer(side, options).connect();
            fd = sender.find(peer.localPort());
        }
        if (nagle) {
            sender.nagle(fd);
        }
        return side == Side.KERNEL ? kernel(peer, fd) : adopt(peer, fd);
    }

    /** {@link #open(Side, SynOptions)} by IPv6. */
    Dialog openIpv6(Side side, SynOptions options) {
        return open(side, host.peer(server(side, true), options));
    }

    /** The same from {@link #elsewhere}. */
    Dialog openElsewhere(Side side, SynOptions options, boolean ipv6) {
        return open(side, elsewhere.peer(server(side, ipv6), options));
    }

    /** The same through a device without link header. */
    Dialog openByTunnel(Side side, SynOptions options) {
        return open(side, behindTunnel.peer(new InetSocketAddress(TUNNEL_ADDRESS, server(side, false).getPort()), options));
    }

    /** A peer that is not connected yet. */
    TcpPeer peer(Side side, SynOptions options) {
        return host.peer(server(side, false), options);
    }

    /** The same on a port of choice. */
    TcpPeer peer(Side side, SynOptions options, int localPort) {
        return host.peer(server(side, false), options, localPort);
    }

    /**
     * A connection with sequence numbers of choice, SACK and no other options, which had no handshake.
     *
     * @param sndNxt what the sender sends next
     */
    Dialog repaired(Side side, int sndNxt, int rcvNxt, int mss) {
        TcpPeer peer = peer(side, SynOptions.plain().withSack().withMss(mss));
        int fd = sender.repaired(veth.serverAddress(), SENDER_PORT, PEER_IPV4, peer.localPort(), sndNxt, rcvNxt, mss, -1, true);
        peer.assume(rcvNxt, sndNxt);
        peer.next().send(); // tells its window
        return side == Side.KERNEL ? kernel(peer, fd) : adopt(peer, fd);
    }

    private Dialog kernel(TcpPeer peer, int fd) {
        return new Dialog(peer, new KernelControl(sender, fd), () -> sender.abort(fd));
    }

    private InetSocketAddress server(Side side, boolean ipv6) {
        return new InetSocketAddress(ipv6 ? SERVER_IPV6 : veth.serverAddress(),
                side == Side.VIEWER ? EngineProcess.PORT : SENDER_PORT);
    }

    /** Connects a peer. */
    Dialog open(Side side, TcpPeer peer) {
        return switch (side) {
            case KERNEL -> openKernel(peer);
            case ADOPTED -> openAdopted(peer);
            case VIEWER -> openViewer(peer);
        };
    }

    private Dialog openKernel(TcpPeer peer) {
        peer.connect();
        return kernel(peer, sender.find(peer.localPort()));
    }

    private Dialog openAdopted(TcpPeer peer) {
        peer.connect();
        return adopt(peer, sender.find(peer.localPort()));
    }

    /** The engine takes one of the kernel sender's connections. */
    Dialog adopt(TcpPeer peer, int fd) {
        AdoptedControl adopted = new AdoptedControl(control, control.order("adopt pid=" + sender.pid() + " fd=" + fd));
        sender.forget(fd);
        return new Dialog(peer, adopted, () -> Await.until("the session is gone", () -> !adopted.alive()));
    }

    private Dialog openViewer(TcpPeer peer) {
        ViewerControl control = new ViewerControl(engine, peer);
        control.join();
        return new Dialog(peer, control, () -> Await.until("the session is gone", () -> !control.alive()));
    }

    /** Each must be ignored, by the side; by the engine it must be counted, too. */
    void ignoresAll(Side side, SynOptions options, List<Damage> all) {
        try (Dialog d = open(side, options)) {
            for (Damage damage : all) {
                Map<String, Long> before = engine.counters();
                d.ignores(damage.name(), damage.craft());
                assertCounted(side, damage.counter(), before, damage.name());
            }
            d.goesOn();
        }
    }

    /** Each must be taken in like any other acknowledgement. */
    void takesAll(Side side, SynOptions options, Map<String, UnaryOperator<Craft>> all) {
        try (Dialog d = open(side, options)) {
            all.forEach(d::takes);
            d.goesOn();
        }
    }

    /** The engine's counter has grown, if it was the engine's turn. */
    void assertCounted(Side side, String counter, Map<String, Long> before, String what) {
        if (side != Side.KERNEL) {
            long now = engine.counters().get(counter);
            assertTrue(now > before.get(counter), what + " is not counted as " + counter + ", which is " + now);
        }
    }

    /** Runs something and returns by how much the engine's counters have grown, and the kernel's (as by nstat). */
    Map<String, Long> counted(Runnable what) {
        Map<String, Long> before = engine.counters();
        Snmp kernel = new Snmp(servers);
        what.run();
        Map<String, Long> grown = new TreeMap<>(kernel.delta());
        engine.counters().forEach((name, value) -> {
            long more = value - before.getOrDefault(name, 0L);
            if (more != 0) {
                grown.put(name, more);
            }
        });
        return grown;
    }

    @Override
    public void close() {
        try {
            sender.close();
            control.close();
            engine.close();
            assertEquals(List.of(), engine.leftovers(), "left behind");
            assertEquals(List.of(), engine.warnings());
        } finally {
            port.close();
            tunnel.close();
            peers.close();
            servers.close();
            remove(directory.resolve("engine.log"));
            remove(directory);
        }
    }

    private static void remove(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Gives every class the same one. */
    static final class Shared implements ParameterResolver {

        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == PeerWorld.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return context.getRoot().getStore(ExtensionContext.Namespace.create(PeerWorld.class))
                    .getOrComputeIfAbsent(PeerWorld.class, type -> new PeerWorld(true), PeerWorld.class);
        }
    }
}
