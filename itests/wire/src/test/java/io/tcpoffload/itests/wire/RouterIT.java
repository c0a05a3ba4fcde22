// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.clauses.Hostile;
import io.tcpoffload.clauses.Layer;
import io.tcpoffload.itests.Capture;
import io.tcpoffload.itests.Frame;
import io.tcpoffload.itests.Netns;
import io.tcpoffload.itests.PcapFile;
import io.tcpoffload.itests.Router;
import io.tcpoffload.itests.Snmp;
import io.tcpoffload.itests.Viewer;
import io.tcpoffload.itests.ViewerFarm;
import io.tcpoffload.itests.Wire;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Viewers of both families behind a real router, which tells what does not fit and marks what meets congestion. */
class RouterIT {

    private static final int VIEWERS = 5;
    private static final int SEGMENT = 188 * 7 * 10;
    private static final int SEGMENTS = 60;
    private static final int PAUSE_MILLIS = 15;
    private static final int MTU = 1300;

    @TempDir
    Path directory;

    private Netns servers;
    private Netns viewers;
    private Router router;

    @BeforeEach
    void open() {
        servers = Netns.create("s");
        viewers = Netns.create("v");
        router = new Router(servers, viewers);
        router.serverSide().withoutServerOffloads();
    }

    @AfterEach
    void close() {
        router.close();
        viewers.close();
        servers.close();
    }

    @Test
    @Clause(rfc = "RFC 1191", section = "6.3", does = "the segment size follows a router's fragmentation needed")
    @Clause(rfc = "RFC 8201", section = "5.2", does = "the segment size follows a router's packet too big")
    @Hostile(value = "ICMP", layer = Layer.WIRE, counter = "kernel_icmp_mtu")
    void packetsBecomeAsSmallAsTheRouterSays() {
        router.mtuTowardsViewers(MTU);
        Map<String, Long> counters = serve();
        assertTrue(counters.get("kernel_icmp_mtu") >= 2 * VIEWERS, counters::toString);
        assertEquals(0, counters.get("kernel_icmp_checksum") + counters.get("kernel_icmp_void"));
        Map<Boolean, Integer> largest = new TreeMap<>();
        PcapFile.read(pcap(), frame -> {
            if (frame.sourcePort() == EngineProcess.PORT) {
                largest.merge(frame.ipv6(), frame.headerLength() - 14 + frame.length(), Math::max);
            }
        });
        assertEquals(Map.of(false, MTU, true, MTU), largest);
    }

    @Test
    @Clause(rfc = "RFC 3168", section = "6.1.2", does = "an echo of the mark halves no more than once a window, then CWR is"
            + " sent")
    void marksSlowDownAndCostNothing() {
        for (Netns ns : List.of(servers, viewers)) {
            ns.sysctl("net.ipv4.tcp_ecn", "1");
        }
        router.marksTowardsViewers();
        Snmp snmp = new Snmp(viewers);
        serve();
        assertTrue(snmp.delta().getOrDefault("IpExtInCEPkts", 0L) > VIEWERS, () -> snmp.delta().toString());
        Map<Boolean, Integer> reduced = new TreeMap<>();
        PcapFile.read(pcap(), frame -> {
            if (frame.sourcePort() == EngineProcess.PORT && frame.has(Frame.CWR) && !frame.has(Frame.SYN)) {
                reduced.merge(frame.ipv6(), 1, Integer::sum);
            }
        });
        assertEquals(2, reduced.size(), reduced::toString);
    }

    /** Serves both families; every byte and every frame must be right. Returns the engine's counters. */
    private Map<String, Long> serve() {
        Snmp snmp = new Snmp(viewers);
        try (EngineProcess engine = new EngineProcess(servers, router.serverSide().serverDevice(), "[::]", "offload",
                32L << 20, "KEYFRAME", directory.resolve("engine.log"));
                ViewerFarm ipv4 = farm(router.serverSide().serverAddress());
                ViewerFarm ipv6 = farm(router.serverSide().serverAddress6());
                Capture capture = new Capture(viewers, router.viewerSide().viewerDevice(), EngineProcess.PORT,
                        Capture.WHOLE, pcap())) {
            ipv4.open(VIEWERS);
            ipv6.open(VIEWERS);
            Setup.await("all viewers are the engine's", () -> engine.owned() == 2 * VIEWERS);
            engine.publish(SEGMENTS, SEGMENT, PAUSE_MILLIS);
            assertExact(ipv4, engine.published());
            assertExact(ipv6, engine.published());
            Wire wire = new Wire(capture.stop(), EngineProcess.PORT, true);
            assertEquals(List.of(), wire.complaints());
            assertEquals(Map.of(), snmp.faults());
            assertEquals(List.of(), engine.warnings());
            return engine.counters();
        }
    }

    private ViewerFarm farm(String address) {
        return new ViewerFarm(viewers, address, EngineProcess.PORT, "/" + EngineProcess.CHANNEL);
    }

    private Path pcap() {
        return directory.resolve("wire.pcap");
    }

    private static void assertExact(ViewerFarm farm, long published) {
        List<Viewer> all = farm.await(Setup.PATIENCE, v -> !v.state().equals("open") || v.end() == published);
        assertEquals(VIEWERS, all.size());
        assertTrue(all.stream().allMatch(v -> v.exact() && v.received() > 0 && v.end() == published),
                () -> all.stream().filter(v -> !v.exact() || v.end() != published).limit(5).toList().toString());
    }
}
