// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.itests.KernelSockets;
import io.tcpoffload.itests.Netns;
import io.tcpoffload.itests.Veth;
import io.tcpoffload.itests.Viewer;
import io.tcpoffload.itests.ViewerFarm;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two Ethernet devices and lo at once, one of them gone in the middle. */
class SeveralDevicesIT {

    private static final int VIEWERS = 20;
    private static final int SEGMENTS = 20;
    private static final int SEGMENT = 200 * 1000;
    private static final int PAUSE_MILLIS = 20;

    @TempDir
    Path directory;

    @Test
    void servesEachViewerByItsOwnDevice() {
        try (Netns servers = Netns.create("s"); Netns viewers = Netns.create("v")) {
            Veth first = Veth.connect(servers, viewers, 1);
            Veth second = Veth.connect(servers, viewers, 2);
            serve(servers, viewers, first, second);
            assertEquals("0", servers.run("cat", "/proc/sys/net/ipv4/conf/lo/route_localnet").trim());
            assertEquals("0", servers.run("cat", "/proc/sys/net/ipv4/conf/lo/accept_local").trim());
        }
    }

    /** Losing a device changes routes: what is cached for the viewers of the others becomes void. */
    private void serve(Netns servers, Netns viewers, Veth first, Veth second) {
        try (EngineProcess engine = new EngineProcess(servers, "auto", "0.0.0.0", "offload", 32L << 20, "KEYFRAME",
                        directory.resolve("engine.log"));
                ViewerFarm byFirst = farm(viewers, first.serverAddress());
                ViewerFarm bySecond = farm(viewers, second.serverAddress());
                ViewerFarm byLoopback = farm(servers, "127.0.0.1")) {
            List<ViewerFarm> farms = List.of(byFirst, bySecond, byLoopback);
            farms.forEach(farm -> farm.open(VIEWERS));
            Setup.await("all viewers are the engine's", () -> engine.owned() == 3 * VIEWERS);
            assertEquals(0, KernelSockets.established(servers, EngineProcess.PORT));

            engine.publish(SEGMENTS, SEGMENT, PAUSE_MILLIS);
            farms.forEach(farm -> assertExact(farm, engine.published()));

            servers.run("ip", "link", "del", second.serverDevice());
            Setup.await("the viewers of the device that went are gone", () -> engine.owned() == 2 * VIEWERS);
            engine.publish(SEGMENTS, SEGMENT, PAUSE_MILLIS);
            assertExact(byFirst, engine.published());
            assertExact(byLoopback, engine.published());
        }
    }

    private static ViewerFarm farm(Netns ns, String address) {
        return new ViewerFarm(ns, address, EngineProcess.PORT, "/" + EngineProcess.CHANNEL);
    }

    private static void assertExact(ViewerFarm farm, long published) {
        List<Viewer> all = farm.await(Setup.PATIENCE, v -> !v.state().equals("open") || v.end() == published);
        assertEquals(VIEWERS, all.size());
        assertTrue(all.stream().allMatch(v -> v.exact() && v.start() == 0 && v.end() == published),
                () -> all.stream().filter(v -> !v.exact() || v.end() != published).limit(5).toList().toString());
    }
}
