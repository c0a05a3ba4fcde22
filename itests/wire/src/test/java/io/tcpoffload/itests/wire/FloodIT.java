// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.clauses.Hostile;
import io.tcpoffload.clauses.Layer;
import io.tcpoffload.itests.Flood;
import io.tcpoffload.itests.Netns;
import io.tcpoffload.itests.Snmp;
import io.tcpoffload.itests.Veth;
import io.tcpoffload.itests.Viewer;
import io.tcpoffload.itests.ViewerFarm;
import io.tcpoffload.itests.peer.RawPort;
import io.tcpoffload.itests.peer.Tally;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Floods at the listener's port while twenty viewers watch by another device. What they feel of it is printed. */
class FloodIT {

    private static final int VIEWERS = 20;
    private static final int SEGMENT = 188 * 7 * 10;
    private static final int PAUSE_MILLIS = 20;
    private static final int PER_SECOND = 20_000;
    private static final int PACKETS = 40_000;
    private static final String STRANGER = "10.203.1.66";
    private static final long STORE_BYTES = 64L << 20;

    @TempDir
    Path directory;

    @Test
    @Hostile(value = "ACK, SYN and random-tuple floods", layer = Layer.WIRE, counter = "kernel_events_limited")
    void floodsDisturbNeitherViewersNorTheKernel() {
        try (Netns servers = Netns.create("s"); Netns strangers = Netns.create("x"); Netns viewers = Netns.create("v")) {
            Veth dark = Veth.connect(servers, strangers, 1);
            Veth bright = Veth.connect(servers, viewers, 2);
            servers.run("ip", "neigh", "add", STRANGER, "lladdr", "02:00:5e:00:53:66", "dev", dark.serverDevice());
            try (EngineProcess engine = new EngineProcess(servers, "auto", "0.0.0.0", "offload", STORE_BYTES, "KEYFRAME",
                    directory.resolve("engine.log"));
                    RawPort port = RawPort.packet(viewers, bright.viewerDevice());
                    ViewerFarm farm = new ViewerFarm(viewers, bright.serverAddress(), EngineProcess.PORT,
                            "/" + EngineProcess.CHANNEL)) {
                Tally tally = new Tally(port, EngineProcess.PORT);
                farm.open(VIEWERS);
                Setup.await("all are the engine's", () -> engine.owned() == VIEWERS);
                engine.startPublishing(SEGMENT, PAUSE_MILLIS);
                Setup.sleep(500);
                List<String> report = new ArrayList<>();
                report.add(quietly(tally));
                String mac = PeerWorld.mac(servers, dark.serverDevice());
                for (String kind : List.of("ack", "syn", "random")) {
                    Snmp kernel = new Snmp(servers);
                    report.add(under(new Flood(strangers, dark.viewerDevice(), mac, STRANGER, 0, dark.serverAddress(),
                            EngineProcess.PORT, kind, PACKETS, PER_SECOND), kind, tally, farm, engine));
                    long answered = kernel.delta().getOrDefault(kind.equals("syn") ? "TcpPassiveOpens" : "TcpOutRsts", 0L);
                    long segments = kernel.delta().getOrDefault("TcpInSegs", 0L);
                    assertTrue(segments > PACKETS / 2, kind + ": the kernel saw " + segments + " segments");
                    assertTrue(kind.equals("syn") || answered > 0, kind + ": the kernel answered " + answered);
                }
                Viewer victim = farm.report().get(0);
                Map<String, Long> before = engine.counters();
                report.add(under(new Flood(strangers, dark.viewerDevice(), mac, bright.viewerAddress(), victim.port(),
                        bright.serverAddress(), EngineProcess.PORT, "random", PACKETS, PER_SECOND), "owned tuple", tally, farm,
                        engine));
                assertTrue(engine.counters().get("kernel_events_limited") > before.get("kernel_events_limited"));
                engine.stopPublishing();
                long published = engine.published();
                List<Viewer> all = farm.await(Setup.PATIENCE, v -> v.end() == published);
                assertTrue(all.stream().allMatch(v -> v.exact() && v.state().equals("open")), all::toString);
                assertEquals(List.of(), engine.warnings());
                report.forEach(System.out::println);
            }
        }
    }

    private static String quietly(Tally tally) {
        long from = System.currentTimeMillis();
        Setup.sleep(1000);
        return line("no flood", tally, from);
    }

    /** A new viewer joins meanwhile. */
    private static String under(Flood flood, String kind, Tally tally, ViewerFarm farm, EngineProcess engine) {
        long from = System.currentTimeMillis();
        try (flood) {
            long owned = engine.owned();
            farm.open(1);
            Setup.await("one more viewer in a flood of " + kind, () -> engine.owned() == owned + 1);
            flood.await();
        }
        return line(kind, tally, from);
    }

    private static String line(String what, Tally tally, long fromMillis) {
        List<Double> gaps = tally.gaps(fromMillis * 1_000_000, System.currentTimeMillis() * 1_000_000);
        return String.format("%-12s gaps between a viewer's frames, ms: median %.1f, 99 %% %.1f, largest %.1f", what,
                gaps.get(gaps.size() / 2), gaps.get(gaps.size() * 99 / 100), gaps.get(gaps.size() - 1));
    }
}
