// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.itests.Capture;
import io.tcpoffload.itests.KernelSockets;
import io.tcpoffload.itests.Netns;
import io.tcpoffload.itests.Relay;
import io.tcpoffload.itests.RelayLink;
import io.tcpoffload.itests.Snmp;
import io.tcpoffload.itests.Viewer;
import io.tcpoffload.itests.ViewerFarm;
import io.tcpoffload.itests.Wire;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A {@link World} with its devices, relay, viewers and judges. */
final class Link implements AutoCloseable {

    private static final int CAPTURE_BUFFER_KB = 32_768;
    /** Old segments that a link repeats or brings late look like these; what is damaged, like the first three. */
    private static final Set<String> EXPLAINED = Set.of("TcpInErrs", "TcpInCsumErrors", "IpInHdrErrors", "TcpExtPAWSEstab",
            "TcpExtPAWSOldAck", "TcpExtTCPChallengeACK", "TcpExtTCPSYNChallenge");

    final World world;
    private final Netns servers;
    private final Netns viewers = Netns.create("v");
    private final int port;
    private final Relay relay;
    private final Snmp snmp;
    private final Capture capture;
    private ViewerFarm farm;

    Link(World world, Netns servers, int subnet, int port, Path directory) {
        this.world = world;
        this.servers = servers;
        this.port = port;
        viewers.sysctl("net.ipv4.tcp_sack", world.sack() ? "1" : "0");
        viewers.sysctl("net.ipv4.tcp_timestamps", world.timestamps() ? "1" : "0");
        viewers.sysctl("net.ipv4.tcp_window_scaling", world.windowScale() ? "1" : "0");
        relay = Relay.connect(servers, viewers, subnet);
        relay.mtu(world.mtu());
        if (world.ipv6()) {
            relay.veth().withIpv6();
        }
        relay.seed(world.seed());
        relay.roundTrip(world.towardsViewers(), world.fromViewers(), world.rttMicros());
        snmp = new Snmp(viewers);
        capture = new Capture(servers, relay.veth().serverDevice(), port, Capture.WHOLE,
                directory.resolve(world.name() + ".pcap"), CAPTURE_BUFFER_KB);
    }

    String address() {
        return world.ipv6() ? relay.veth().serverAddress6() : relay.veth().serverAddress();
    }

    String listener() {
        return (world.ipv6() ? "[" + address() + "]" : address()) + ":" + port;
    }

    void open() {
        farm = new ViewerFarm(viewers, address(), port, "/" + world.name());
        farm.open(world.viewers(), world.receiveBuffer());
    }

    /** Viewers of another server on the same link. */
    ViewerFarm farm(int otherPort) {
        return new ViewerFarm(viewers, address(), otherPort, "/");
    }

    void awaitOpen() {
        farm.await(Setup.PATIENCE, v -> v.state().equals("open"));
    }

    /** The first segment, at which all begin. */
    void awaitStart() {
        awaitExactly(world.segmentBytes());
    }

    /** All that there is. */
    void awaitEverything() {
        awaitExactly(world.bytes());
    }

    private void awaitExactly(long bytes) {
        List<Viewer> all = farm.await(Setup.PATIENCE, v -> v.mismatch() >= 0 || !v.state().equals("open")
                || v.end() == bytes);
        assertTrue(all.stream().allMatch(v -> v.exact() && v.start() == 0 && v.end() == bytes), () -> world + ": " + all);
        assertEquals(0, KernelSockets.established(servers, port), () -> "the kernel's own sockets in " + world);
    }

    /** Viewers go by a reset, on a link that loses nothing any more. */
    void leave() {
        relay.towardsViewers(RelayLink.CLEAN);
        relay.fromViewers(RelayLink.CLEAN);
        for (int i = 0; i < world.viewers(); i++) {
            farm.reset(i);
        }
    }

    Relay.Counters towardsViewers() {
        return relay.towardsViewers();
    }

    Relay.Counters fromViewers() {
        return relay.fromViewers();
    }

    /** What the receiving kernel and the capture say. */
    void judge() {
        Relay.Counters to = relay.towardsViewers();
        Relay.Counters from = relay.fromViewers();
        assertEquals(0, to.failed() + to.missed() + from.failed() + from.missed(), "packets the relay itself lost");
        Map<String, Long> delta = snmp.delta();
        Map<String, Long> faults = snmp.faults();
        faults.keySet().removeAll(EXPLAINED);
        assertEquals(Map.of(), faults, world::toString);
        long damaged = delta.getOrDefault("TcpInErrs", 0L) + delta.getOrDefault("IpInHdrErrors", 0L)
                - delta.getOrDefault("TcpExtTCPSYNChallenge", 0L);
        assertEquals(to.corrupted(), damaged, () -> "damaged packets, of " + world + ": " + delta);
        assertEquals(delta.getOrDefault("TcpExtTCPSYNChallenge", 0L), delta.getOrDefault("TcpExtTCPChallengeACK", 0L),
                () -> world + ": " + delta);
        if (to.reordered() + to.duplicated() == 0) {
            assertEquals(0, delta.getOrDefault("TcpExtPAWSEstab", 0L), () -> world + ": " + delta);
        }
        assertEquals(List.of(), Wire.atServer(capture.stop(), port).complaints(), world::toString);
    }

    @Override
    public void close() {
        try {
            if (farm != null) {
                farm.close();
            }
            capture.close();
        } finally {
            relay.close();
            viewers.close();
        }
    }
}
