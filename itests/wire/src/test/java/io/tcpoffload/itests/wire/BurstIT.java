// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.clauses.Way;
import io.tcpoffload.itests.LineProcess;
import io.tcpoffload.itests.Netns;
import io.tcpoffload.itests.RelayLink;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A live viewer of 8 Mbit/s on a line of 20 Mbit/s whose buffer holds 32 KB: paced and not, at the same time. The line has
 * room for all; what is lost is lost to bursts. {@code bench/goodput burst} measures it longer, with the kernel's sender.
 */
class BurstIT {

    private static final int PORT = 8100;
    private static final int SEGMENT_BYTES = 65_800;
    private static final int PAUSE_MILLIS = 66;
    private static final int SEGMENTS = 180;
    /** In it both find out how large their windows may be. */
    private static final int START_UP_MILLIS = 4000;
    private static final int LINE_KILOBITS = 20_000;
    private static final int BUFFER_BYTES = 32 << 10;
    private static final int RTT_MICROS = 20_000;

    @TempDir
    Path directory;

    /** One of the two senders. */
    private final class Side implements AutoCloseable {
        private final Netns servers = Netns.create("s");
        private final Link link;
        private final LineProcess engine;

        Side(String pacing) {
            RelayLink line = RelayLink.CLEAN.bottleneck(LINE_KILOBITS, BUFFER_BYTES);
            link = new Link(new World("pacing-" + pacing, 1, false, true, true, true, 0, 1500, 1, RTT_MICROS, line,
                    RelayLink.CLEAN, SEGMENTS, SEGMENT_BYTES, PAUSE_MILLIS), servers, 1, PORT, directory);
            engine = new LineProcess("engine", servers.start(ProcessBuilder.Redirect.to(directory.resolve(pacing).toFile()),
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xms64m", "-Xmx64m", "-cp",
                    System.getProperty("java.class.path"), WorldsEngine.class.getName(), "transport=offload",
                    "instance=burst" + ProcessHandle.current().pid() + pacing, "pacing=" + pacing));
            engine.read();
            engine.ask("open " + link.world.name() + " " + link.listener() + " " + (16 << 20));
            link.open();
            link.awaitOpen();
            Setup.await("the engine owns the viewer", () -> engine.ask("sessions").stream()
                    .anyMatch(line2 -> line2.contains("transport=OFFLOAD")));
        }

        void publish() {
            engine.ask("publish " + link.world.name() + " " + SEGMENTS + " " + SEGMENT_BYTES + " " + PAUSE_MILLIS);
        }

        long lost() {
            return link.towardsViewers().overflowed();
        }

        @Override
        public void close() {
            link.leave();
            engine.close();
            link.judge();
            link.close();
            servers.close();
        }
    }

    @Test
    @Clause(rfc = "RFC 9293", section = "3.8.2", does = "data leaves at the pace of window and round-trip time, in bursts as "
            + "small as Linux makes them, so that a small buffer on the way does not overflow", way = Way.LINUX)
    void aPacedViewerLosesNextToNothingToBursts() {
        try (Side paced = new Side("on"); Side unpaced = new Side("off")) {
            paced.publish();
            unpaced.publish();
            Setup.sleep(START_UP_MILLIS);
            long pacedBefore = paced.lost();
            long unpacedBefore = unpaced.lost();
            paced.link.awaitEverything();
            unpaced.link.awaitEverything();
            long pacedLost = paced.lost() - pacedBefore;
            long unpacedLost = unpaced.lost() - unpacedBefore;
            System.out.println("lost to a full buffer after start-up: paced " + pacedLost + ", not paced " + unpacedLost
                    + "; in start-up " + pacedBefore + " and " + unpacedBefore);
            assertTrue(unpacedLost > 0, "nothing is lost without pacing: the buffer is not what this test needs");
            assertTrue(4 * pacedLost < unpacedLost, pacedLost + " lost with pacing, " + unpacedLost + " without");
        }
    }
}
