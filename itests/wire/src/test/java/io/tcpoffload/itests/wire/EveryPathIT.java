// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.itests.Capture;
import io.tcpoffload.itests.KernelSockets;
import io.tcpoffload.itests.Netns;
import io.tcpoffload.itests.PcapFile;
import io.tcpoffload.itests.Snmp;
import io.tcpoffload.itests.Trunk;
import io.tcpoffload.itests.Tunnel;
import io.tcpoffload.itests.Veth;
import io.tcpoffload.itests.Viewer;
import io.tcpoffload.itests.ViewerFarm;
import io.tcpoffload.itests.Wire;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ordinary viewers by IPv6, VLANs, a TUN device, small and large packets: byte-exact, and every frame without fault. */
class EveryPathIT {

    private static final int VIEWERS = 50;
    private static final int FEW = 10;
    /** Of all viewers together fewer packets than the thousand that may wait between the ends of a veth pair. */
    private static final int SEGMENT = 188 * 7 * 10;
    private static final int SEGMENTS = 40;
    private static final int PAUSE_MILLIS = 15;

    @TempDir
    Path directory;

    private Netns servers;
    private Netns viewers;

    @BeforeEach
    void open() {
        servers = Netns.create("s");
        viewers = Netns.create("v");
    }

    @AfterEach
    void close() {
        viewers.close();
        servers.close();
    }

    @Test
    void ipv6ViewersAreExactAndTsharkFindsNoFault() {
        Veth veth = Veth.connect(servers, viewers, 1).withIpv6();
        veth.withoutServerOffloads();
        Wire wire = serve(veth.serverDevice(), veth.viewerDevice(), "[" + veth.serverAddress6() + "]", VIEWERS,
                veth.serverAddress6());
        Map<String, Long> flags = wire.tsharkFlags();
        Wire.takeRetransmissions(flags);
        assertEquals(Map.of(), flags);
        assertTrue(frames().allIpv6);
    }

    @Test
    void oneListenerTakesViewersOfBothFamilies() {
        Veth veth = Veth.connect(servers, viewers, 1).withIpv6();
        serve(veth.serverDevice(), veth.viewerDevice(), "[::]", FEW, veth.serverAddress(), veth.serverAddress6());
    }

    @ParameterizedTest
    @EnumSource(Trunk.Tags.class)
    void vlan(Trunk.Tags tags) {
        Veth veth = Veth.connect(servers, viewers, 1).withIpv6();
        Trunk.over(veth, servers, viewers, tags);
        serve(veth.serverDevice(), veth.viewerDevice(), "[::]", FEW, veth.serverAddress(), veth.serverAddress6());
        int expected = switch (tags) {
            case ONE -> 1;
            case TWO -> 2;
            case PRIORITY -> 0;
        };
        assertEquals(new TreeSet<>(List.of(expected)), frames().tags);
    }

    @Test
    void tun() {
        Veth.connect(servers, viewers, 1); // some device has a MAC address, which Netty looks for
        try (Tunnel tunnel = new Tunnel(servers, viewers)) {
            serve(tunnel.device(), tunnel.device(), "[::]", FEW, tunnel.serverAddress(), tunnel.serverAddress6());
        }
    }

    /** IPv6 needs 1280. */
    @ParameterizedTest
    @ValueSource(ints = {576, 9000})
    void mtu(int bytes) {
        Veth veth = Veth.connect(servers, viewers, 1);
        veth.mtu(bytes);
        veth.withoutServerOffloads();
        if (bytes >= 1280) {
            veth.withIpv6();
            serve(veth.serverDevice(), veth.viewerDevice(), "[::]", FEW, veth.serverAddress(), veth.serverAddress6());
        } else {
            serve(veth.serverDevice(), veth.viewerDevice(), "[::]", FEW, veth.serverAddress());
        }
        assertEquals(bytes, frames().largestPacket);
    }

    /** Serves so many viewers of each address; nothing that they or the capture see may be wrong. */
    private Wire serve(String device, String viewerDevice, String listener, int count, String... addresses) {
        Snmp snmp = new Snmp(viewers);
        Snmp ours = new Snmp(servers);
        try (EngineProcess engine = new EngineProcess(servers, device, listener, "offload", 32L << 20, "KEYFRAME",
                directory.resolve("engine.log"));
                Capture capture = new Capture(viewers, viewerDevice, EngineProcess.PORT, Capture.WHOLE, pcap())) {
            List<ViewerFarm> farms = Arrays.stream(addresses).map(address ->
                    new ViewerFarm(viewers, address, EngineProcess.PORT, "/" + EngineProcess.CHANNEL)).toList();
            farms.forEach(farm -> farm.open(count));
            Setup.await("all viewers are the engine's", () -> engine.owned() == (long) count * farms.size());
            assertEquals(0, KernelSockets.established(servers, EngineProcess.PORT));
            engine.publish(SEGMENTS, SEGMENT, PAUSE_MILLIS);
            farms.forEach(farm -> assertExact(farm, count, engine.published()));
            assertEquals(List.of(), engine.warnings());
            Wire wire = new Wire(capture.stop(), EngineProcess.PORT, true);
            assertEquals(List.of(), wire.complaints());
            assertEquals(Map.of(), snmp.faults());
            assertEquals(0, ours.delta().getOrDefault("TcpOutRsts", 0L));
            farms.forEach(ViewerFarm::close);
            return wire;
        }
    }

    private Path pcap() {
        return directory.resolve("wire.pcap");
    }

    private static void assertExact(ViewerFarm farm, int count, long published) {
        List<Viewer> all = farm.await(Setup.PATIENCE, v -> !v.state().equals("open") || v.end() == published);
        assertEquals(count, all.size());
        assertTrue(all.stream().allMatch(v -> v.exact() && v.received() > 0 && v.end() == published),
                () -> all.stream().filter(v -> !v.exact() || v.end() != published).limit(5).toList().toString());
    }

    /** What the server's data frames have in common. */
    private static final class Frames {
        private final TreeSet<Integer> tags = new TreeSet<>();
        private boolean allIpv6 = true;
        private int largestPacket;
    }

    private Frames frames() {
        Frames all = new Frames();
        PcapFile.read(pcap(), frame -> {
            if (frame.sourcePort() == EngineProcess.PORT && frame.length() > 0) {
                all.tags.add(frame.tags());
                all.allIpv6 &= frame.ipv6();
                all.largestPacket = Math.max(all.largestPacket,
                        frame.headerLength() - 14 - 4 * frame.tags() + frame.length());
            }
        });
        return all;
    }
}
