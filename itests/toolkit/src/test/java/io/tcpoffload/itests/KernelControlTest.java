// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The toolkit on the kernel's own TCP: what the kernel fails is a wrong test. */
class KernelControlTest {

    private static final int PORT = 8080;
    private static final int VIEWERS = 50;
    private static final int BYTES = 188 * 7 * 500;
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private Netns servers;
    private Netns viewers;
    private Veth veth;
    private LineProcess server;
    private ViewerFarm farm;

    @BeforeEach
    void start() {
        servers = Netns.create("s");
        viewers = Netns.create("v");
        veth = Veth.connect(servers, viewers, 1);
        server = new LineProcess("server", servers.start(ProcessBuilder.Redirect.INHERIT, "java", "-cp",
                System.getProperty("java.class.path"), KernelServer.class.getName(), veth.serverAddress(), "" + PORT));
        server.read();
        farm = new ViewerFarm(viewers, veth.serverAddress(), PORT, "/x");
    }

    @AfterEach
    void stop() {
        farm.close();
        server.close();
        viewers.close();
        servers.close();
    }

    private List<Viewer> watch() {
        farm.open(VIEWERS);
        farm.await(TIMEOUT, v -> v.state().equals("open"));
        server.ask("publish " + BYTES);
        return farm.await(TIMEOUT, v -> v.end() == BYTES);
    }

    @Test
    void viewersCheckEveryByteAndTheKernelCountsNoFault() {
        Snmp snmp = new Snmp(viewers);
        List<Viewer> all = watch();
        assertEquals(VIEWERS, all.size());
        assertTrue(all.stream().allMatch(v -> v.exact() && v.status() == 200 && v.start() == 0), all::toString);
        assertEquals(VIEWERS, KernelSockets.established(servers, PORT));
        assertEquals(Map.of(), snmp.faults());
    }

    @Test
    void silenceIsTheLongestPauseSinceItWasAskedForLast() throws InterruptedException {
        watch();
        farm.silence();
        Thread.sleep(700);
        assertTrue(farm.silence().medianMillis() >= 700);
        assertTrue(farm.silence().longestMillis() < 700);
        assertEquals(farm.report().get(3), farm.report(3));
    }

    @Test
    void superSegmentsPassTheWireChecks() {
        try (Capture capture = new Capture(viewers, veth.viewerDevice(), PORT, Capture.WHOLE,
                directory.resolve("gso.pcap"))) {
            watch();
            Wire wire = new Wire(capture.stop(), PORT, true);
            assertEquals(List.of(), wire.complaints());
            assertEquals(VIEWERS, wire.framesToViewer().size());
        }
    }

    @Test
    void finishedPacketsPassTheWireChecksAndTshark() {
        veth.withoutServerOffloads();
        try (Capture capture = new Capture(viewers, veth.viewerDevice(), PORT, Capture.WHOLE,
                directory.resolve("mtu.pcap"))) {
            watch();
            Wire wire = new Wire(capture.stop(), PORT, true);
            assertEquals(List.of(), wire.complaints());
            Map<String, Long> flags = wire.tsharkFlags();
            long probes = Wire.takeRetransmissions(flags);
            assertEquals(Map.of(), flags);
            assertTrue(probes < wire.dataFrames() / 100, probes + " tail loss probes in " + wire.dataFrames());
        }
    }

    @Test
    void lossAndDuplicationAreSeenAndSurvived() {
        veth.withoutServerOffloads();
        Snmp snmp = new Snmp(viewers);
        try (LossProgram loss = new LossProgram(viewers, veth.viewerDevice())) {
            loss.towardsViewers(0.02, 0.01, 1);
            loss.fromViewers(0.02, 0.01, 2);
            assertTrue(watch().stream().allMatch(Viewer::exact));
            assertTrue(loss.towardsViewers().dropped() > 0 && loss.towardsViewers().duplicated() > 0);
            assertTrue(loss.fromViewers().dropped() > 0 && loss.fromViewers().duplicated() > 0);
        }
        assertEquals(Map.of(), snmp.faults());
    }

    @Test
    void aViewerThatIsCutOffGetsNothingMoreAndOneThatResetsIsClosed() {
        farm.open(3);
        List<Viewer> open = farm.await(TIMEOUT, v -> v.state().equals("open"));
        try (LossProgram loss = new LossProgram(viewers, veth.viewerDevice())) {
            loss.cut(open.get(0).port());
            server.ask("publish " + BYTES);
            farm.await(TIMEOUT, v -> v.id() == 0 || v.end() == BYTES);
            assertEquals(0, farm.report().get(0).received());
            assertTrue(loss.towardsViewers().cut() > 0);
        }
        farm.reset(1);
        assertEquals("closed", farm.report().get(1).state());
    }
}
