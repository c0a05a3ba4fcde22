// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.headend;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.itests.Await;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A player of the demo, while bundles are updated and Karaf is stopped, started and killed. */
@Timeout(240)
class DemoContinuityIT {

    /** Of the stream's time: longer than all of it takes, pauses left out. */
    private static final int SECONDS = 32;
    private static final long BETWEEN_MILLIS = 2500;
    private static final Path TRACE = Path.of("target/continuity.csv");

    @Test
    void theDemoIsOneProgrammeToAPlayerWhateverHappens() throws Exception {
        try (Headend headend = Headend.named("demo")) {
            headend.discard();
            headend.start();
            Path app = Shipped.version("headend-app", "1.0.1");
            Path engine = Shipped.version("offload-engine", "1.0.1");
            try (Probe player = Probe.start(headend.url("/demo"), SECONDS, "continuity");
                    ViewerTrace trace = new ViewerTrace(headend.listener(), "/demo")) {
                Await.until("both are offloaded",
                        () -> headend.shell("offload:sessions").split("OFFLOAD", -1).length == 3);
                Await.sleep(BETWEEN_MILLIS);
                trace.during("bundle:update of the application", () -> headend.update("io.tcpoffload.headend", app));
                Await.sleep(BETWEEN_MILLIS);
                trace.during("bundle:update of the engine", () -> headend.update("io.tcpoffload.engine", engine));
                Await.sleep(BETWEEN_MILLIS);
                trace.during("headend restart", headend::restart);
                Await.sleep(BETWEEN_MILLIS);
                trace.during("kill -9 and headend start", () -> {
                    headend.kill();
                    headend.start();
                });
                player.check();
                assertNull(trace.fault());
                trace.write(TRACE);
            }
            assertTrue(headend.log().contains("viewers of the former engine are served on"), "nobody was kept");
        }
    }
}
