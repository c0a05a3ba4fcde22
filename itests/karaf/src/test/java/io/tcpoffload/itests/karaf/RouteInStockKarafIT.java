// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.karaf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.api.DeviceInfo;
import io.tcpoffload.api.OffloadEngine;
import io.tcpoffload.api.TransportMode;
import io.tcpoffload.itests.Capture;
import io.tcpoffload.itests.Command;
import io.tcpoffload.itests.KernelSockets;
import io.tcpoffload.itests.Netns;
import io.tcpoffload.itests.Snmp;
import io.tcpoffload.itests.Stream;
import io.tcpoffload.itests.Veth;
import io.tcpoffload.itests.Viewer;
import io.tcpoffload.itests.ViewerFarm;
import io.tcpoffload.itests.Wire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import javax.inject.Inject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A route file dropped into deploy/ of a stock Karaf with our features, and two hundred viewers of its channel. */
@ExtendWith(KarafExtension.class)
class RouteInStockKarafIT {

    private static final int PORT = 8090;
    private static final int VIEWERS = 200;
    private static final int SEGMENT = 188 * 7 * 40;
    /** For a link of single packets: of all viewers together fewer than the thousand that may wait between the ends. */
    private static final int SMALL_SEGMENT = 188 * 7 * 3;
    private static final int SEGMENTS = 40;
    private static final long PAUSE_MILLIS = 40;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Inject
    private OffloadEngine engine;

    private Path directory;

    @Test
    void twoHundredViewersAreExactWithoutKernelSocketsAndEveryFrameIsCounted() throws Exception {
        watch(false);
    }

    @Test
    void finishedPacketsHaveNoFaultOnTheWire() throws Exception {
        watch(true);
    }

    private void watch(boolean finishPackets) throws Exception {
        directory = Files.createTempDirectory("itest-route");
        Path in = Files.createDirectory(directory.resolve("in"));
        int subnet = Integer.getInteger(StockKaraf.SUBNET);
        Path route = Path.of(System.getProperty("karaf.base"), "deploy", "news.xml");
        try (Netns host = Netns.host(); Netns viewers = Netns.create("v");
                Veth veth = Veth.connect(host, viewers, subnet, System.getProperty(StockKaraf.DEVICE))) {
            await("the engine is on the device", () -> engine.info().devices().stream()
                    .anyMatch(device -> device.name().equals(veth.serverDevice())));
            if (finishPackets) {
                veth.withoutServerOffloads();
            }
            Files.writeString(route, """
                    <routes xmlns="http://camel.apache.org/schema/spring">
                      <route id="news">
                        <from uri="file:%s?sortBy=file:name&amp;delete=true&amp;delay=10&amp;initialDelay=10"/>
                        <to uri="tcpoffload:%s:%d/news?detachGrace=1s"/>
                      </route>
                    </routes>
                    """.formatted(in, veth.serverAddress(), PORT));
            await("the route's channel is open", () -> engine.channels().stream()
                    .anyMatch(channel -> channel.name().equals("news")));
            Snmp snmp = new Snmp(viewers);
            try (ViewerFarm farm = new ViewerFarm(viewers, veth.serverAddress(), PORT, "/news")) {
                if (finishPackets) {
                    checkEveryPacket(viewers, veth, farm, in);
                } else {
                    countFrames(host, viewers, veth, farm, in);
                }
            }
            assertEquals(Map.of(), snmp.faults());
            Files.delete(route);
            await("the route is gone and its viewers with it", () -> engine.sessions().isEmpty());
        } finally {
            Command.run("rm", "-rf", directory.toString());
        }
    }

    private void countFrames(Netns host, Netns viewers, Veth veth, ViewerFarm farm, Path in) throws Exception {
        join(farm, VIEWERS);
        try (Capture capture = new Capture(viewers, veth.viewerDevice(), PORT, Capture.HEADERS,
                directory.resolve("frames.pcap"))) {
            long before = frames();
            assertEquals(0, KernelSockets.established(host, PORT));
            publish(in, SEGMENT);
            assertExact(farm, SEGMENT);
            assertEquals(0, KernelSockets.established(host, PORT));
            Thread.sleep(1000);
            long counted = frames() - before;
            Wire wire = new Wire(capture.stop(), PORT, false);
            assertEquals(counted, wire.framesToViewer().values().stream().mapToLong(Long::longValue).sum());
            assertEquals(VIEWERS, wire.framesToViewer().size());
        }
    }

    private void checkEveryPacket(Netns viewers, Veth veth, ViewerFarm farm, Path in) throws Exception {
        try (Capture capture = new Capture(viewers, veth.viewerDevice(), PORT, Capture.WHOLE,
                directory.resolve("wire.pcap"))) {
            join(farm, VIEWERS);
            publish(in, SMALL_SEGMENT);
            assertExact(farm, SMALL_SEGMENT);
            Wire wire = new Wire(capture.stop(), PORT, true);
            assertEquals(List.of(), wire.complaints());
            Map<String, Long> flags = wire.tsharkFlags();
            long probes = Wire.takeRetransmissions(flags);
            assertEquals(Map.of(), flags);
            assertTrue(probes < wire.dataFrames() / 100, probes + " retransmissions in " + wire.dataFrames());
        }
    }

    private void join(ViewerFarm farm, int count) {
        farm.open(count);
        farm.await(PATIENCE, v -> v.state().equals("open"));
        await("the engine serves them", () -> engine.sessions().stream()
                .filter(session -> session.transport() == TransportMode.OFFLOAD).count() == count);
    }

    private static void publish(Path in, int bytes) throws IOException, InterruptedException {
        for (int i = 0; i < SEGMENTS; i++) {
            Path half = in.resolveSibling("half");
            Files.write(half, Stream.bytes((long) i * bytes, bytes).array());
            Files.move(half, in.resolve("%04d.ts".formatted(i)), StandardCopyOption.ATOMIC_MOVE);
            Thread.sleep(PAUSE_MILLIS);
        }
    }

    private static void assertExact(ViewerFarm farm, int bytes) {
        List<Viewer> all = farm.await(PATIENCE, v -> v.end() == (long) SEGMENTS * bytes);
        assertTrue(all.stream().allMatch(v -> v.exact() && v.status() == 200 && v.start() == 0),
                () -> all.stream().filter(v -> !v.exact()).limit(5).toList().toString());
    }

    private long frames() {
        return engine.info().devices().stream().mapToLong(DeviceInfo::frames).sum();
    }

    private static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within " + PATIENCE + ": " + what);
            }
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }
}
