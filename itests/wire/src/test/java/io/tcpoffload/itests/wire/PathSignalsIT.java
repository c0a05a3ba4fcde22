// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.itests.Capture;
import io.tcpoffload.itests.Command;
import io.tcpoffload.itests.Netns;
import io.tcpoffload.itests.Veth;
import io.tcpoffload.itests.Viewer;
import io.tcpoffload.itests.ViewerFarm;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a path says of itself: viewers behind a router whose next link takes smaller packets, and who speak ECN. */
class PathSignalsIT {

    private static final int VIEWERS = 10;
    private static final int SEGMENT = 188 * 7 * 40;
    private static final int SEGMENTS = 30;
    private static final int PAUSE_MILLIS = 20;
    private static final int SMALL_MTU = 1000;

    @TempDir
    Path directory;

    private Netns servers;
    private Netns router;
    private Netns viewers;
    private Veth near;
    private Veth far;

    @BeforeEach
    void open() {
        servers = Netns.create("s");
        router = Netns.create("r");
        viewers = Netns.create("v");
        near = Veth.connect(servers, router, 1);
        far = Veth.connect(router, viewers, 2);
        router.sysctl("net.ipv4.ip_forward", "1");
        servers.run("ip", "route", "add", "10.203.2.0/24", "via", "10.203.1.2");
        viewers.run("ip", "route", "add", "10.203.1.0/24", "via", "10.203.2.1");
    }

    @AfterEach
    void close() {
        viewers.close();
        router.close();
        servers.close();
    }

    private EngineProcess stream(String... settings) {
        EngineProcess engine = new EngineProcess(servers, near.serverDevice(), near.serverAddress(), "offload", 64L << 20,
                "KEYFRAME", directory.resolve("engine.log"), settings);
        try (ViewerFarm farm = new ViewerFarm(viewers, near.serverAddress(), EngineProcess.PORT,
                "/" + EngineProcess.CHANNEL)) {
            farm.open(VIEWERS);
            Setup.await("all viewers are the engine's", () -> engine.owned() == VIEWERS);
            engine.publish(SEGMENTS, SEGMENT, PAUSE_MILLIS);
            List<Viewer> all = farm.await(Setup.PATIENCE, v -> !v.state().equals("open") || v.end() == engine.published());
            assertTrue(all.stream().allMatch(v -> v.exact() && v.end() == engine.published()), all::toString);
            assertEquals(List.of(), engine.warnings());
        } catch (AssertionError e) {
            engine.close();
            throw e;
        }
        return engine;
    }

    @Test
    @Clause(rfc = "RFC 1191", section = "6.4", does = "a router's word makes segments smaller, and what was too large leaves again")
    void aRouterWithASmallerLinkIsBelieved() {
        router.run("ip", "link", "set", far.serverDevice(), "mtu", Integer.toString(SMALL_MTU));
        try (EngineProcess engine = stream()) {
            assertTrue(engine.counters().get("offload_path_mtu_lowered") >= VIEWERS, engine.counters()::toString);
            assertTrue(engine.counters().get("kernel_icmp_mtu") >= VIEWERS, engine.counters()::toString);
        }
    }

    private long capable(String... settings) {
        servers.sysctl("net.ipv4.tcp_ecn", "1");
        viewers.sysctl("net.ipv4.tcp_ecn", "1");
        try (Capture capture = new Capture(viewers, far.viewerDevice(), EngineProcess.PORT, Capture.HEADERS,
                directory.resolve("ecn.pcap"))) {
            stream(settings).close();
            // ECT(0) on what carries much data: all of the kernel's own is in one packet
            return Command.run("tcpdump", "-n", "-r", capture.stop().toString(), "ip[1] & 3 = 2 and greater 600").lines()
                    .filter(line -> line.contains(" > ")).count();
        }
    }

    @Test
    @Clause(rfc = "RFC 3168", section = "6.1.2", does = "new data is marked ECN-capable where both ends negotiated it")
    void dataIsMarkedCapableWhereEcnWasNegotiated() {
        assertTrue(capable() > VIEWERS * SEGMENTS / 2);
    }

    @Test
    void nothingIsMarkedWhereTheSettingSaysSo() {
        assertEquals(0, capable("ecn=off"));
    }
}
