// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.clauses.Hostile;
import io.tcpoffload.clauses.Layer;
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

/**
 * The way to viewers changes while they watch: another MAC address, another device, a link that goes and comes back,
 * smaller packets. Server and viewers have addresses of their own, which two links lead to.
 */
@Hostile(value = "4-tuple reuse", layer = Layer.WIRE, counter = "offload_paths_changed")
class PathChangeIT {

    private static final int VIEWERS = 10;
    private static final int SEGMENT = 188 * 7 * 40;
    private static final int PAUSE_MILLIS = 20;
    private static final int SOME_STREAM_MILLIS = 300;
    private static final int LINK_DOWN_MILLIS = 3000;
    private static final int SMALL_MTU = 1000;
    private static final String SERVER = "10.99.0.1";
    private static final String VIEWER = "10.99.0.2";

    @TempDir
    Path directory;

    private Netns servers;
    private Netns viewers;
    private Veth first;
    private Veth second;
    private EngineProcess engine;
    private ViewerFarm farm;

    @BeforeEach
    void open() {
        servers = Netns.create("s");
        viewers = Netns.create("v");
        first = Veth.connect(servers, viewers, 1);
        second = Veth.connect(servers, viewers, 2);
        for (Netns ns : List.of(servers, viewers)) {
            ns.sysctl("net.ipv4.conf.all.rp_filter", "0");
            ns.sysctl("net.ipv4.conf.default.rp_filter", "0");
            for (Veth veth : List.of(first, second)) {
                ns.sysctl("net.ipv4.conf." + (ns == servers ? veth.serverDevice() : veth.viewerDevice()) + ".rp_filter", "0");
            }
        }
        servers.run("ip", "addr", "add", SERVER + "/32", "dev", "lo");
        viewers.run("ip", "addr", "add", VIEWER + "/32", "dev", "lo");
        routeToViewers("10.203.1.2");
        routeToServer("10.203.1.1");
        engine = new EngineProcess(servers, "auto", SERVER, "offload", 64L << 20, "KEYFRAME",
                directory.resolve("engine.log"));
        farm = new ViewerFarm(viewers, SERVER, EngineProcess.PORT, "/" + EngineProcess.CHANNEL);
        farm.open(VIEWERS);
        Setup.await("all viewers are the engine's", () -> engine.owned() == VIEWERS);
        engine.startPublishing(SEGMENT, PAUSE_MILLIS);
        Setup.sleep(SOME_STREAM_MILLIS);
    }

    private void routeToViewers(String gateway) {
        servers.run("ip", "route", "replace", VIEWER + "/32", "via", gateway);
    }

    private void routeToServer(String gateway) {
        viewers.run("ip", "route", "replace", SERVER + "/32", "via", gateway, "src", VIEWER);
    }

    @AfterEach
    void close() {
        farm.close();
        engine.close();
        viewers.close();
        servers.close();
    }

    /** What is published from now on arrives, too, and no byte is missing or wrong. */
    private void assertStreamGoesOn() {
        Setup.sleep(SOME_STREAM_MILLIS);
        engine.stopPublishing();
        long published = engine.published();
        List<Viewer> all = farm.await(Setup.PATIENCE, v -> !v.state().equals("open") || v.end() == published);
        assertTrue(all.stream().allMatch(v -> v.exact() && v.end() == published), all::toString);
        assertEquals(VIEWERS, engine.owned());
        assertEquals(List.of(), engine.warnings());
    }

    private long counted(String counter) {
        return engine.counters().getOrDefault("offload_" + counter, 0L);
    }

    @Test
    void aViewerWithAnotherMacAddressThatSaysSoIsFollowedAtOnce() {
        viewers.sysctl("net.ipv4.conf." + first.viewerDevice() + ".arp_notify", "1");
        viewers.run("ip", "link", "set", first.viewerDevice(), "address", "02:00:00:00:77:01");
        assertStreamGoesOn();
        assertEquals(VIEWERS, counted("paths_changed"));
    }

    @Test
    void aViewerWithAnotherMacAddressThatFallsSilentIsLookedFor() {
        viewers.run("ip", "link", "set", first.viewerDevice(), "address", "02:00:00:00:77:02");
        assertStreamGoesOn();
        assertEquals(VIEWERS, counted("paths_changed"));
    }

    @Test
    void theNextHopMovesToAnotherDevice() {
        routeToViewers("10.203.2.2");
        routeToServer("10.203.2.1");
        Setup.await("frames leave by the second device", () -> counted("paths_changed") == VIEWERS);
        servers.run("ip", "link", "set", first.serverDevice(), "down");
        assertStreamGoesOn();
    }

    @Test
    void aLinkThatWasDownForSecondsLosesNobody() {
        servers.run("ip", "link", "set", first.serverDevice(), "down");
        Setup.sleep(LINK_DOWN_MILLIS);
        servers.run("ip", "link", "set", first.serverDevice(), "up");
        routeToViewers("10.203.1.2");
        assertStreamGoesOn();
    }

    @Test
    void theDeviceTakesSmallerPackets() {
        servers.run("ip", "link", "set", first.serverDevice(), "mtu", Integer.toString(SMALL_MTU));
        viewers.run("ip", "link", "set", first.viewerDevice(), "mtu", Integer.toString(SMALL_MTU));
        assertStreamGoesOn();
    }
}
