// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.headend;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.itests.Await;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A player of the demo, while the application is updated and Karaf stopped, started and killed. */
@Timeout(240)
class DemoContinuityIT {

    /** Longer than all of it takes, pauses left out. */
    private static final int SECONDS = 40;
    private static final long BETWEEN_MILLIS = 3000;

    @Test
    void theDemoIsOneProgrammeToAPlayerWhateverHappens() throws Exception {
        try (Headend headend = Headend.named("demo")) {
            headend.discard();
            headend.start();
            try (Probe player = Probe.start(headend.url("/demo"), SECONDS, "continuity")) {
                Await.until("the player is offloaded", () -> headend.shell("offload:sessions").contains("OFFLOAD"));
                Await.sleep(BETWEEN_MILLIS);
                headend.update("io.tcpoffload.headend", Shipped.version("headend-app", "1.0.1"));
                Await.sleep(BETWEEN_MILLIS);
                headend.restart();
                Await.sleep(BETWEEN_MILLIS);
                headend.kill();
                headend.start();
                player.check();
            }
            assertTrue(headend.log().contains("viewers of the former engine are served on"), "there was nobody to go on with");
        }
    }
}
