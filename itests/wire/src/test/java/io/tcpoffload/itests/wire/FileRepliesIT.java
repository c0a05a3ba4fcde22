// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.itests.LossProgram;
import io.tcpoffload.itests.Stream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that handlers answer with, sent by the ring on connections that go on afterwards. */
class FileRepliesIT {

    private static final long STORE = 4L << 20;
    private static final int FILE_BYTES = 1_500_000;
    private static final double LOSS = 0.01;

    @TempDir
    private Path directory;

    private Setup start() throws IOException {
        Path file = Files.write(directory.resolve("segment.ts"), Stream.bytes(0, FILE_BYTES).array());
        Setup setup = new Setup(directory, STORE, "KEYFRAME", "ringReplies=65536");
        setup.engine.serve("/segment.ts", file);
        return setup;
    }

    private static Process begin(Setup setup, String mode, int count) {
        return setup.viewers.start(ProcessBuilder.Redirect.INHERIT,
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx32m", "-cp",
                System.getProperty("java.class.path"), FetchMain.class.getName(), setup.veth.serverAddress(),
                String.valueOf(EngineProcess.PORT), "/segment.ts", mode, String.valueOf(count));
    }

    private static void assertExact(Process client, int count) throws Exception {
        String said = new String(client.getInputStream().readAllBytes()).strip();
        assertTrue(client.waitFor(60, TimeUnit.SECONDS));
        assertEquals("exact " + count, said);
    }

    /** Nothing of it is left: neither sessions nor connections in the hook's table. */
    private static void assertOver(Setup setup) {
        Setup.await("no session is left", () -> {
            Map<String, Long> counters = setup.engine.counters();
            return counters.get("offload_taken_over")
                    == counters.get("offload_handed_back") + counters.get("offload_viewer_resets");
        });
        Setup.await("no flow is left", () -> setup.engine.flows() == 0);
        assertEquals(List.of(), setup.engine.warnings());
    }

    @Test
    void clientsFetchFileAfterFileOnTheirConnectionsAndGetEveryByte() throws Exception {
        try (Setup setup = start()) {
            List<Process> clients = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                clients.add(begin(setup, "one-by-one", 20));
            }
            for (Process client : clients) {
                assertExact(client, 20);
            }
            Map<String, Long> counters = setup.engine.counters();
            assertEquals(80, counters.get("offload_replies"));
            assertEquals(80, counters.get("offload_handed_back"));
            assertEquals(4, counters.get("http_accepted"));
            assertEquals(0, counters.get("offload_resets_sent"));
            assertEquals(0, counters.get("kernel_data_not_taken"), "no request came before somebody listened");
            assertOver(setup);
        }
    }

    @Test
    void lossesOnTheWayCostNobodyAByte() throws Exception {
        try (Setup setup = start(); LossProgram link = new LossProgram(setup.viewers, setup.veth.viewerDevice())) {
            link.towardsViewers(LOSS, LOSS, 31);
            link.fromViewers(LOSS, LOSS, 32);
            Process one = begin(setup, "one-by-one", 10);
            Process two = begin(setup, "range", 10);
            assertExact(one, 10);
            assertExact(two, 10);
            assertEquals(20, setup.engine.counters().get("offload_replies"));
            assertOver(setup);
        }
    }

    @Test
    void requestsThatComeAheadAreAnsweredInOrder() throws Exception {
        try (Setup setup = start()) {
            assertExact(begin(setup, "ahead", 5), 5);
            assertExact(begin(setup, "early", 5), 5);
            assertTrue(setup.engine.counters().get("offload_replies") >= 1);
            assertOver(setup);
        }
    }

    @Test
    void slowClientsGetEverythingAndThoseThatBreakOffLeaveNothing() throws Exception {
        try (Setup setup = start()) {
            Process slow = begin(setup, "slow", 2);
            for (int i = 0; i < 3; i++) {
                assertExact(begin(setup, "abort", 1), 1);
            }
            assertExact(slow, 2);
            assertOver(setup);
        }
    }
}
