// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.clauses.Hostile;
import io.tcpoffload.clauses.Layer;
import io.tcpoffload.itests.Capture;
import io.tcpoffload.itests.Frame;
import io.tcpoffload.itests.KernelSockets;
import io.tcpoffload.itests.LossProgram;
import io.tcpoffload.itests.Netns;
import io.tcpoffload.itests.Owner;
import io.tcpoffload.itests.PcapFile;
import io.tcpoffload.itests.Snmp;
import io.tcpoffload.itests.Veth;
import io.tcpoffload.itests.Viewer;
import io.tcpoffload.itests.ViewerFarm;
import io.tcpoffload.itests.Wire;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Connections that go back to the kernel while their streams run. */
class HandBackIT {

    private static final int VIEWERS = 40;
    /** Of all viewers together fewer frames than the thousand that may wait between the ends of the link. */
    private static final int SEGMENT = 188 * 7 * 12;
    private static final int PAUSE_MILLIS = 20;
    private static final long STORE = 64L << 20;
    private static final double LOSS = 0.01;
    private static final int MOST_PAYLOAD = 1460;
    /** What tshark makes of a repetition within a round-trip time of some microseconds. */
    private static final String SOON_REPEATED = "This frame is a (suspected) out-of-order segment";
    /** What got lost between the ends of the link, or was overtaken there: {@link Wire#lostBytes()} tells which. */
    private static final String MISSING = "Previous segment(s) not captured (common at capture start)";

    @TempDir
    Path directory;

    @Test
    @Hostile(value = "segments that arrive during take-over and hand-back", layer = Layer.WIRE, counter = "handed_back")
    void halfOfTheViewersAreHandedBackInMidStreamAndNobodyLosesAByte() {
        try (Setup setup = new Setup(directory, STORE, "KEYFRAME")) {
            setup.veth.withoutServerOffloads();
            try (Capture capture = new Capture(setup.viewers, setup.veth.viewerDevice(), EngineProcess.PORT,
                    Capture.WHOLE, directory.resolve("wire.pcap"));
                    LossProgram link = new LossProgram(setup.viewers, setup.veth.viewerDevice())) {
                setup.join(VIEWERS);
                Snmp snmp = new Snmp(setup.viewers);
                link.towardsViewers(LOSS, LOSS, 21);
                link.fromViewers(LOSS, LOSS, 22);
                setup.engine.startPublishing(SEGMENT, PAUSE_MILLIS);
                Setup.sleep(500);
                List<Long> ids = setup.engine.sessions().stream().map(s -> s.number("id")).toList();
                for (int i = 0; i < VIEWERS / 2; i += 4) {
                    assertEquals(List.of(), setup.engine.handBack(ids.subList(i, i + 4)));
                    Setup.sleep(100);
                }
                assertEquals(VIEWERS / 2, setup.engine.owned());
                assertEquals(VIEWERS / 2, KernelSockets.established(setup.servers, EngineProcess.PORT));
                List<String> refused = setup.engine.handBack(List.of(ids.get(0), 4711L));
                assertTrue(refused.size() == 2 && refused.get(0).contains("is the kernel's already")
                        && refused.get(1).contains("session 4711 does not exist"), refused::toString);
                Setup.sleep(500);
                setup.engine.stopPublishing();

                List<Viewer> viewers = setup.awaitEverything();
                assertTrue(viewers.stream().allMatch(v -> v.exact() && v.state().equals("open")), viewers::toString);
                assertEquals(ids, setup.engine.sessions().stream().map(s -> s.number("id")).toList());
                assertEquals(Map.of(), snmp.faults());
                Map<String, Long> counters = setup.engine.counters();
                assertEquals(VIEWERS / 2, counters.get("offload_handed_back"));
                assertEquals(0, counters.get("offload_handed_back_untold"));
                assertClean(capture, setup.veth.lostBetweenEnds());
            }
            assertEquals(List.of(), setup.engine.warnings());
        }
    }

    /** Nothing but repetitions, of nothing but what the link lost, and never a reset. */
    private static void assertClean(Capture capture, long lostBetweenEnds) {
        Path file = capture.stop();
        Wire wire = new Wire(file, EngineProcess.PORT, false);
        assertEquals(List.of(), wire.complaints());
        Map<String, Long> flags = wire.tsharkFlags();
        Wire.takeRetransmissions(flags);
        flags.remove(SOON_REPEATED);
        flags.remove(MISSING);
        assertEquals(Map.of(), flags);
        assertTrue(wire.lostBytes() <= lostBetweenEnds * MOST_PAYLOAD, wire.lostBytes() + " bytes are missing, "
                + lostBetweenEnds + " packets were lost between the ends of the link");
        assertEquals(0, resets(file));
    }

    private static int resets(Path capture) {
        AtomicInteger resets = new AtomicInteger();
        PcapFile.read(capture, frame -> resets.addAndGet(frame.has(Frame.RST) ? 1 : 0));
        return resets.get();
    }

    @Test
    void whatIsNotDeliveredWhenTheEngineStopsIsDeliveredByTheKernel() {
        try (Netns servers = Netns.create("s"); Netns viewers = Netns.create("v");
                Veth veth = Veth.connect(servers, viewers, 1);
                ViewerFarm farm = new ViewerFarm(viewers, veth.serverAddress(), EngineProcess.PORT,
                        "/" + EngineProcess.CHANNEL);
                EngineProcess engine = new EngineProcess(servers, veth.serverDevice(), veth.serverAddress(), "offload",
                        STORE, "KEYFRAME", directory.resolve("engine.log"));
                LossProgram link = new LossProgram(viewers, veth.viewerDevice());
                Capture capture = new Capture(viewers, veth.viewerDevice(), EngineProcess.PORT, Capture.HEADERS,
                        directory.resolve("wire.pcap"))) {
            farm.open(VIEWERS);
            Setup.await("all viewers are the engine's", () -> engine.owned() == VIEWERS);
            engine.startPublishing(SEGMENT, PAUSE_MILLIS);
            Setup.sleep(300);
            int unreachable = VIEWERS / 4;
            farm.report().subList(0, unreachable).forEach(viewer -> link.cut(viewer.port()));
            farm.pause(unreachable);
            farm.halfClose(unreachable + 1);
            Setup.await("those that can't be reached fall back",
                    () -> engine.sessions().stream().filter(s -> s.number("lag") > 2 * SEGMENT).count() >= unreachable);
            engine.close();
            assertEquals(List.of(), engine.leftovers());
            assertEquals(List.of(), engine.warnings());
            assertEquals(unreachable, servers.run("ss", "-tnH", "state", "fin-wait-1", "sport", "=",
                    ":" + EngineProcess.PORT).lines().count());
            List<Viewer> before = farm.report();
            before.subList(0, unreachable).forEach(viewer -> link.mend(viewer.port()));
            farm.resume(unreachable);
            List<Viewer> all = farm.await(Setup.PATIENCE, v -> v.state().equals("eof"));
            assertTrue(all.stream().allMatch(Viewer::exact), all::toString);
            assertTrue(all.stream().limit(unreachable).allMatch(v -> v.end() > before.get(v.id()).end()), all::toString);
            assertEquals(0, resets(capture.stop()));
        }
    }

    @Test
    @Hostile(value = "upload", layer = Layer.WIRE, counter = "uploads_cut")
    void aViewerThatUploadsIsResetAndOneWithARequestMoreGoesOn() {
        try (Setup setup = new Setup(directory, STORE, "KEYFRAME")) {
            setup.join(3);
            setup.engine.startPublishing(SEGMENT, PAUSE_MILLIS);
            setup.farm.say(0, 10_000);
            setup.farm.say(1, 1 << 20);
            Setup.await("the one that uploads is gone", () -> setup.engine.owned() == 2);
            setup.engine.stopPublishing();
            List<Viewer> all = setup.awaitEverything();
            assertEquals(List.of("open", "reset", "open"), all.stream().map(Viewer::state).toList());
            assertTrue(all.stream().allMatch(v -> v.mismatch() < 0) && all.get(0).exact() && all.get(2).exact(),
                    all::toString);
            assertEquals(1, setup.engine.counters().get("offload_uploads_cut"));
        }
    }

    /** What an {@link Owner} and its viewers need. */
    private final class OwnersWorld implements AutoCloseable {
        private static final int PORT = 8081;
        private final Netns servers = Netns.create("s");
        private final Netns viewers = Netns.create("v");
        private final Veth veth = Veth.connect(servers, viewers, 1);
        private final EngineProcess engine = new EngineProcess(servers, veth.serverDevice(), veth.serverAddress(), "offload",
                STORE, "KEYFRAME", directory.resolve("engine.log"), "control=" + directory.resolve("control"));
        private final Owner owner = new Owner(servers, PORT, directory.resolve("control"), directory);
        private final ViewerFarm farm = new ViewerFarm(viewers, veth.serverAddress(), PORT, "/");

        private OwnersWorld() {
            veth.withoutServerOffloads();
        }

        /** Ends the streams and looks at everything. */
        private void finish(int viewers, long bytes) {
            owner.finish();
            List<Viewer> all = farm.await(Setup.PATIENCE, v -> v.state().equals("eof"));
            assertEquals(viewers, all.size());
            assertTrue(all.stream().allMatch(v -> v.exact() && v.received() == bytes), all::toString);
            assertEquals(List.of(), engine.warnings());
        }

        @Override
        public void close() {
            farm.close();
            owner.close();
            engine.close();
            viewers.close();
            servers.close();
        }
    }

    @Test
    @Hostile(value = "segments that arrive during take-over and hand-back", layer = Layer.WIRE)
    void connectionsGoForthAndBackWithAllThatIsPendingAndTheirOwnerIsTheOnlyVoice() {
        int connections = 8;
        int rounds = 12;
        try (OwnersWorld world = new OwnersWorld();
                LossProgram link = new LossProgram(world.viewers, world.veth.viewerDevice());
                Capture capture = new Capture(world.viewers, world.veth.viewerDevice(), OwnersWorld.PORT, Capture.WHOLE,
                        directory.resolve("wire.pcap"))) {
            world.farm.open(connections);
            world.owner.accept(connections);
            Snmp snmp = new Snmp(world.viewers);
            link.towardsViewers(LOSS, LOSS, 31);
            link.fromViewers(LOSS, LOSS, 32);
            for (int round = 0; round < rounds; round++) {
                world.farm.say(-1, 100);
                world.owner.awaitPending(100);
                world.owner.send(40_000);
                world.owner.adopt("discard");
                Snmp kernel = new Snmp(world.servers);
                world.owner.append(60_000);
                if (round % 4 == 0) {
                    Setup.sleep(200);
                    assertEquals(0, kernel.delta().getOrDefault("TcpOutSegs", 0L), "segments made by the kernel");
                }
                world.owner.handBack();
                world.owner.read(100);
            }
            world.finish(connections, rounds * 100_000L);
            assertEquals(Map.of(), snmp.faults());
            assertEquals((long) rounds * connections, world.engine.counters().get("offload_handed_back"));
            Wire wire = new Wire(capture.stop(), OwnersWorld.PORT, true);
            assertEquals(List.of(), wire.complaints());
            assertEquals(0, resets(capture.stop()));
        }
    }

    @Test
    @Hostile(value = "upload", layer = Layer.WIRE, counter = "data_not_taken")
    void aConnectionIsHandedBackByItselfWhenItsPeerHasSomethingToSay() {
        int connections = 4;
        try (OwnersWorld world = new OwnersWorld()) {
            world.farm.open(connections);
            world.owner.accept(connections);
            world.owner.adopt("hand-back");
            world.owner.append(400_000);
            world.farm.say(-1, 50_000);
            world.owner.fetch();
            world.owner.read(50_000);
            world.owner.send(40_000);
            world.finish(connections, 440_000);
            assertTrue(world.engine.counters().get("kernel_data_not_taken") >= connections);
        }
    }
}
