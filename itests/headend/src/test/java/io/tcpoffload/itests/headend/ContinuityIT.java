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
import java.util.List;
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

    /** Twice: on a link that loses packets, and on a good one, where nothing but the update is a pause. */
    private static void assertShort(String what, WatchedHeadend.Action update, long mostMillis) throws Exception {
        watched.during(what, update);
        link.suspend();
        try {
            watched.awaitCarriedOn();
            long pause = watched.during(what + ", without losses", update);
            assertTrue(pause < mostMillis, "a pause of " + pause + " ms, and less than " + mostMillis + " is right");
        } finally {
            link.resume();
        }
    }

    private static void assertShortUpdate(String artifact, String symbolicName, long mostMillis) throws Exception {
        assertShort("bundle:update " + symbolicName,
                () -> watched.update(symbolicName, watched.version(artifact, nextVersion())), mostMillis);
    }

    @Test
    void anUpdateOfTheApplicationIsAShortPause() throws Exception {
        assertShortUpdate("headend-app", "io.tcpoffload.headend", APP_PAUSE_MILLIS);
        assertShort("bundle:update feed-test", () -> watched.headend.shell("bundle:update " + watched.id("feed-test")),
                APP_PAUSE_MILLIS);
    }

    @Test
    void anUpdateOfTheComponentIsAShortPause() throws Exception {
        assertShortUpdate("camel-tcpoffload", "io.tcpoffload.camel", APP_PAUSE_MILLIS);
    }

    @Test
    void anUpdateOfTheEngineIsAPause() throws Exception {
        assertShortUpdate("offload-engine", "io.tcpoffload.engine", ENGINE_PAUSE_MILLIS);
    }

    @Test
    void anUpgradeOfTheFeatureIsAPause() throws Exception {
        String next = nextVersion();
        Path features = new NextRelease(watched, next).write();
        watched.headend.shell("feature:repo-add file:" + features);
        watched.during("feature:install --upgrade tcpoffload-headend/" + next,
                () -> watched.headend.shell("feature:install --upgrade tcpoffload-headend/" + next));
        for (String bundle : WatchedHeadend.BUNDLES) {
            assertEquals(next, watched.installed(bundle), bundle);
        }
    }

    @Test
    void aJarOfTheSameVersionInDeployUpdatesTheBundle() throws Exception {
        String present = watched.installed("io.tcpoffload.engine");
        drop("offload-engine", present);
        assertEquals(present, watched.installed("io.tcpoffload.engine"));
    }

    @Test
    void aJarOfAnotherVersionInDeployTakesThePlaceOfTheOneBeforeUntilItIsRemoved() throws Exception {
        for (String artifact : List.of("camel-tcpoffload", "offload-engine", "headend-app")) {
            Path deployed = drop(artifact, nextVersion());
            watched.during(artifact + ".jar removed from deploy/", () -> {
                int from = watched.headend.log().length();
                Files.delete(deployed);
                watched.headend.awaitLogLine(from, started(artifact));
            });
        }
    }

    private static Path drop(String artifact, String version) throws Exception {
        Path jar = watched.version(artifact, version);
        Path deployed = watched.deploy(artifact + ".jar");
        watched.during(artifact + "-" + version + ".jar dropped into deploy/", () -> {
            int from = watched.headend.log().length();
            Files.move(jar, deployed, StandardCopyOption.ATOMIC_MOVE);
            watched.headend.awaitLogLine(from, started(artifact));
        });
        return deployed;
    }

    /** What the log says when that bundle has taken up its work. */
    private static Pattern started(String artifact) {
        return Pattern.compile(switch (artifact) {
            case "offload-engine" -> "Engine .* runs with";
            case "camel-tcpoffload" -> "channel test is open for publishing";
            default -> "demo channel demo started";
        });
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
