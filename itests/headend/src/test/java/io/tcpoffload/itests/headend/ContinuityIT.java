// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.headend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.itests.Await;
import io.tcpoffload.itests.LossProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A thousand viewers watch by a link that loses packets, while everything that an operator updates is updated, and while
 * Karaf is stopped, started and killed: nobody is lost, and no byte.
 */
@Timeout(300)
class ContinuityIT {

    private static final int VIEWERS = Integer.getInteger("itests.viewers", 1000);
    /** More with -Ditests.kills, as each costs a start of Karaf. */
    private static final int KILLS = Integer.getInteger("itests.kills", 3);
    private static final int LONGEST_LIFE_MILLIS = 3000;
    private static final double LOSS = 0.01;
    private static final long APP_PAUSE_MILLIS = 1000;
    private static final long ENGINE_PAUSE_MILLIS = 3000;

    private static final long SEED = Long.getLong("itests.seed", System.nanoTime());
    private static WatchedHeadend watched;
    private static LossProgram link;
    private static int version;

    @BeforeAll
    static void start() throws IOException {
        System.out.println("seed " + SEED);
        watched = new WatchedHeadend("continuity");
        watched.join(VIEWERS);
        link = watched.loss(LOSS, SEED);
    }

    @AfterAll
    static void stop() throws IOException {
        Map<String, Long> faults = watched.faults();
        link.close();
        watched.close();
        assertEquals(Map.of(), faults, "what the viewers' kernel finds wrong with the packets");
    }

    private static String nextVersion() {
        return "1.0." + ++version;
    }

    private static long update(String artifact, String symbolicName) throws Exception {
        Path jar = watched.version(artifact, nextVersion());
        return watched.during("bundle:update " + symbolicName, () -> watched.update(symbolicName, jar));
    }

    private static void assertShort(long pauseMillis, long most) {
        assertTrue(pauseMillis < most, "a pause of " + pauseMillis + " ms, and less than " + most + " is right");
    }

    @Test
    void anUpdateOfTheApplicationIsNoPause() throws Exception {
        assertShort(update("headend-app", "io.tcpoffload.headend"), APP_PAUSE_MILLIS);
    }

    @Test
    void anUpdateOfTheOperatorsBundleIsAShortPause() throws Exception {
        assertShort(watched.during("bundle:update feed-test", () ->
                watched.headend.shell("bundle:update " + watched.headend.shell("bundle:id feed-test").strip())),
                APP_PAUSE_MILLIS);
    }

    @Test
    void anUpdateOfTheComponentIsAShortPause() throws Exception {
        assertShort(update("camel-tcpoffload", "io.tcpoffload.camel"), APP_PAUSE_MILLIS);
    }

    @Test
    void anUpdateOfTheEngineIsAPause() throws Exception {
        assertShort(update("offload-engine", "io.tcpoffload.engine"), ENGINE_PAUSE_MILLIS);
    }

    @Test
    void anUpgradeOfTheFeatureIsAPause() throws Exception {
        String next = nextVersion();
        Path features = new NextRelease(watched, next).write();
        watched.headend.shell("feature:repo-add file:" + features);
        watched.during("feature:install --upgrade tcpoffload-headend/" + next,
                () -> watched.headend.shell("feature:install --upgrade tcpoffload-headend/" + next));
        assertTrue(watched.headend.shell("bundle:list -s").contains("io.tcpoffload.engine"));
    }

    @Test
    void aJarOfTheSameVersionInDeployUpdatesTheBundle() throws Exception {
        drop("offload-engine", "same.jar", watched.headend.shipped("offload-engine"), "the same version of the engine");
    }

    @Test
    void aJarOfAnotherVersionInDeployTakesTheOldOnesPlaceUntilItIsRemoved() throws Exception {
        for (String artifact : new String[] {"camel-tcpoffload", "offload-engine", "headend-app"}) {
            drop(artifact, artifact + ".jar", watched.version(artifact, nextVersion()), "another version of " + artifact);
        }
    }

    private static void drop(String artifact, String name, Path jar, String what) throws Exception {
        Path deployed = watched.deploy(name);
        int from = watched.headend.log().length();
        try {
            watched.during(what + " dropped into deploy/", () -> {
                Files.copy(jar, deployed.resolveSibling(name + ".half"), StandardCopyOption.REPLACE_EXISTING);
                Files.move(deployed.resolveSibling(name + ".half"), deployed, StandardCopyOption.ATOMIC_MOVE);
                awaitStarted(artifact, from);
            });
        } finally {
            Files.delete(deployed);
        }
    }

    private static void awaitStarted(String artifact, int from) {
        String sign = switch (artifact) {
            case "offload-engine" -> "Engine .* runs with";
            case "camel-tcpoffload" -> "channel test is open for publishing";
            default -> "demo channel demo started";
        };
        watched.headend.awaitLogLine(from, Pattern.compile(sign));
    }

    @Test
    void aRestartOfKarafIsAPause() throws Exception {
        watched.during("./headend restart", watched.headend::restart);
    }

    @Test
    void aKilledKarafLosesNobody() throws Exception {
        var random = new Random(SEED);
        for (int i = 0; i < KILLS; i++) {
            Await.sleep(random.nextInt(LONGEST_LIFE_MILLIS));
            watched.during("kill -9 and ./headend start", () -> {
                watched.headend.kill();
                watched.headend.start();
            });
        }
    }
}
