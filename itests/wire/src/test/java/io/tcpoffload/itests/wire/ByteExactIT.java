// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.itests.Capture;
import io.tcpoffload.itests.KernelSockets;
import io.tcpoffload.itests.Snmp;
import io.tcpoffload.itests.Viewer;
import io.tcpoffload.itests.Wire;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What viewers get, and what is on the wire, when nothing goes wrong. */
class ByteExactIT {

    private static final int VIEWERS = 300;
    private static final int SEGMENT = 188 * 7 * 40;
    private static final int SEGMENTS = 30;
    private static final int PAUSE_MILLIS = 30;
    /** For a link of single packets: of all viewers together fewer than the thousand that may wait between the ends. */
    private static final int SMALL_SEGMENT = 188 * 7 * 3;
    private static final int SMALL_SEGMENTS = 200;
    private static final int SMALL_PAUSE_MILLIS = 10;
    private static final long STORE = 32L << 20;
    /** All 200 where nothing disturbs; a busy machine lets viewers fall out of step. */
    private static final int FEWEST_TARGETS_A_POST = 10;

    @TempDir
    Path directory;

    private static void assertExact(List<Viewer> viewers, long published) {
        assertTrue(viewers.stream().allMatch(v -> v.exact() && v.status() == 200 && v.end() == published),
                () -> viewers.stream().filter(v -> !v.exact() || v.end() != published).limit(5).toList().toString());
    }

    /** Viewers with different windows fall out of step and meet again; most of the time they are together. */
    private static void assertPostsAreShared(Map<String, Long> before, Map<String, Long> after) {
        long posts = after.get("offload_posts") - before.getOrDefault("offload_posts", 0L);
        long targets = after.get("offload_targets") - before.getOrDefault("offload_targets", 0L);
        assertTrue(targets > FEWEST_TARGETS_A_POST * posts, targets + " targets in " + posts + " posts");
    }

    @Test
    void viewersAreExactWithoutKernelSocketsAndEveryFrameIsCounted() {
        try (Setup setup = new Setup(directory, STORE, "KEYFRAME")) {
            Snmp snmp = new Snmp(setup.viewers);
            setup.join(VIEWERS);
            assertEquals(VIEWERS, setup.engine.owned());
            assertEquals(0, KernelSockets.established(setup.servers, EngineProcess.PORT));
            try (Capture capture = new Capture(setup.viewers, setup.veth.viewerDevice(), EngineProcess.PORT,
                    Capture.HEADERS, directory.resolve("frames.pcap"))) {
                long before = setup.engine.frames();
                Map<String, Long> first = setup.engine.counters();
                setup.engine.publish(SEGMENTS, SEGMENT, PAUSE_MILLIS);
                assertExact(setup.awaitEverything(), (long) SEGMENTS * SEGMENT);
                assertEquals(0, KernelSockets.established(setup.servers, EngineProcess.PORT));
                Setup.sleep(1000);
                long counted = setup.engine.frames() - before;
                Wire wire = new Wire(capture.stop(), EngineProcess.PORT, false);
                assertEquals(counted, wire.framesToViewer().values().stream().mapToLong(Long::longValue).sum());
                assertPostsAreShared(first, setup.engine.counters());
            }
            assertEquals(Map.of(), snmp.faults());
            assertEquals(List.of(), setup.engine.warnings());
        }
    }

    @Test
    void aViewerThatJoinsLateStartsAtTheNewestSegment() {
        try (Setup setup = new Setup(directory, STORE, "KEYFRAME")) {
            setup.engine.publish(3, SEGMENT, 0);
            setup.join(1);
            setup.engine.publish(2, SEGMENT, PAUSE_MILLIS);
            Viewer viewer = setup.awaitEverything().get(0);
            assertEquals(2L * SEGMENT, viewer.start());
            assertTrue(viewer.exact(), viewer::toString);
        }
    }

    @Test
    void tsharkAndTheWireChecksFindNoFault() {
        try (Setup setup = new Setup(directory, STORE, "KEYFRAME")) {
            setup.veth.withoutServerOffloads();
            try (Capture capture = new Capture(setup.viewers, setup.veth.viewerDevice(), EngineProcess.PORT,
                    Capture.WHOLE, directory.resolve("wire.pcap"))) {
                setup.join(VIEWERS);
                setup.engine.publish(SMALL_SEGMENTS, SMALL_SEGMENT, SMALL_PAUSE_MILLIS);
                assertExact(setup.awaitEverything(), (long) SMALL_SEGMENTS * SMALL_SEGMENT);
                Wire wire = new Wire(capture.stop(), EngineProcess.PORT, true);
                assertEquals(List.of(), wire.complaints());
                long repeated = setup.engine.sessions().stream().mapToLong(s -> s.number("retransmissions")).sum();
                // what a machine that is busy otherwise makes of a clean link: answers later than a probe, a full backlog
                long probes = setup.engine.counters().get("sender_loss_probes");
                long lost = setup.veth.lostBetweenEnds();
                Map<String, Long> flags = wire.tsharkFlags();
                long explained = Wire.takeRetransmissions(flags);
                assertEquals(Map.of(), flags);
                assertTrue(explained <= repeated && repeated < wire.dataFrames() / 100 + probes + lost,
                        explained + " retransmissions seen, " + repeated + " counted by the engine, " + probes + " probes, "
                                + lost + " packets lost between the ends of the link, " + wire.dataFrames() + " frames");
            }
        }
    }
}
