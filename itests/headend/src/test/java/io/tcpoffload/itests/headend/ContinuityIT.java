// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.headend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.itests.Await;
import io.tcpoffload.itests.LossProgram;
import io.tcpoffload.itests.Viewer;
import io.tcpoffload.itests.ViewerFarm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;

/**
 * A thousand viewers watch by a link that loses packets, while everything that an operator updates is updated, and while
 * Karaf is stopped, started and killed: nobody is lost, and no byte.
 */
@Timeout(300)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ContinuityIT {

    private static final int VIEWERS = Integer.getInteger("itests.viewers", 1000);
    /** More with -Ditests.kills, as each costs a start of Karaf. */
    private static final int KILLS = Integer.getInteger("itests.kills", 3);
    private static final int LONGEST_LIFE_MILLIS = 3000;
    private static final int JOINING = 200;
    private static final int LONGEST_JOIN_MILLIS = 400;
    private static final double LOSS = 0.01;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int ATTEMPTS = 3;
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
        if (link != null) {
            link.close();
        }
        watched.close();
        assertEquals(Map.of(), faults, "what the viewers' kernel finds wrong with the packets");
    }

    private static String nextVersion() {
        return "1.0." + ++version;
    }

    /**
     * On a link that loses packets, and on a good one, where nothing but the update is a pause: the shortest of some,
     * because on a busy machine everything waits.
     */
    private static void assertShort(String what, WatchedHeadend.Action update, long mostMillis) throws Exception {
        watched.during(what, update);
        withoutLosses(() -> {
            long shortest = Long.MAX_VALUE;
            for (int i = 0; i < ATTEMPTS && shortest >= mostMillis; i++) {
                shortest = Math.min(shortest, watched.during(what + ", without losses", update));
            }
            assertPause(shortest, mostMillis);
        });
    }

    private static void withoutLosses(WatchedHeadend.Action action) throws Exception {
        link.suspend();
        try {
            watched.awaitCarriedOn();
            action.run();
        } finally {
            link.resume();
        }
    }

    private static void assertPause(long millis, long most) {
        assertTrue(millis < most, "a pause of " + millis + " ms, and less than " + most + " is right");
    }

    private static void assertShortUpdate(String artifact, String symbolicName, long mostMillis) throws Exception {
        assertShort("bundle:update " + symbolicName,
                () -> watched.headend.update(symbolicName, Shipped.version(artifact, nextVersion())), mostMillis);
    }

    @Test
    void anUpdateOfTheApplicationIsAShortPause() throws Exception {
        assertShortUpdate("headend-app", "io.tcpoffload.headend", APP_PAUSE_MILLIS);
        assertShort("bundle:update feed-test",
                () -> watched.headend.shell("bundle:update " + watched.headend.bundle("feed-test")), APP_PAUSE_MILLIS);
    }

    @Test
    void anUpdateOfTheComponentIsAShortPause() throws Exception {
        assertShortUpdate("camel-tcpoffload", "io.tcpoffload.camel", APP_PAUSE_MILLIS);
    }

    @Test
    void anUpdateOfTheEngineIsAPause() throws Exception {
        assertShortUpdate("offload-engine", "io.tcpoffload.engine", ENGINE_PAUSE_MILLIS);
    }

    /** Engine, component, shell, application and the operator's bundle are all tied to it. */
    @Test
    void aRefreshOfTheApiIsAPause() throws Exception {
        watched.during("bundle:refresh io.tcpoffload.api",
                () -> watched.headend.shell("bundle:refresh " + watched.headend.bundle("io.tcpoffload.api")));
        Path jar = Shipped.version("offload-api", nextVersion());
        watched.during("bundle:update -r io.tcpoffload.api", () -> watched.headend.shell("bundle:update -r "
                + watched.headend.bundle("io.tcpoffload.api") + " file:" + jar));
    }

    @Test
    void anUpgradeOfTheFeatureIsAPause() throws Exception {
        String next = nextVersion();
        Path features = NextRelease.write(next);
        watched.headend.shell("feature:repo-add file:" + features);
        watched.during("feature:install --upgrade tcpoffload-headend/" + next,
                () -> watched.headend.shell("feature:install --upgrade tcpoffload-headend/" + next));
        for (String bundle : WatchedHeadend.BUNDLES) {
            assertEquals(next, watched.headend.version(bundle), bundle);
        }
    }

    /** Last, as the jar stays: without it the bundle would go. */
    @Test
    @Order(Integer.MAX_VALUE)
    void aJarOfTheSameVersionInDeployUpdatesTheBundle() throws Exception {
        String present = watched.headend.version("io.tcpoffload.engine");
        drop("offload-engine", present);
        assertEquals(present, watched.headend.version("io.tcpoffload.engine"));
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
        Path jar = Shipped.version(artifact, version);
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
            case "camel-tcpoffload" -> "channel test is open";
            default -> "demo channel demo started";
        });
    }

    @Test
    void whatConcernsAnotherChannelIsNoPause() throws Exception {
        int others = 20;
        try {
            withoutLosses(() -> {
                Path jar = watched.feed("news", "?detachGrace=1s");
                assertNoPause("another channel's route added", () -> watched.awaitOpen("news"));
                try (ViewerFarm farm = watched.farm("news")) {
                    farm.open(others);
                    farm.await(PATIENCE, v -> v.end() > 0);
                    watched.expectOthers(others);
                    assertNoPause("another channel's route changed", () -> changeOther(farm, "?detachGrace=2s", false));
                    watched.expectOthers(0);
                    assertNoPause("another channel's store changed",
                            () -> changeOther(farm, "?detachGrace=1s&storeSize=2MB", true));
                }
                try (ViewerFarm farm = watched.farm("news")) {
                    farm.open(others);
                    farm.await(PATIENCE, v -> v.end() > 0);
                    assertNoPause("another channel's route removed", () -> {
                        Files.delete(jar);
                        farm.await(PATIENCE, v -> v.state().equals("eof"));
                    });
                }
            });
        } finally {
            Files.deleteIfExists(watched.deploy("feed-news.jar"));
            watched.expectOthers(0);
        }
    }

    @Test
    void theDemosSettingsAreNoPause() throws Exception {
        Path demo = watched.headend.file("etc/io.tcpoffload.headend.demo.cfg");
        String before = Files.readString(demo);
        withoutLosses(() -> assertNoPause("the demo's settings changed", () -> {
            Files.writeString(demo, before.replace("channel = demo", "channel = trailer"));
            watched.awaitOpen("trailer");
        }));
        Files.writeString(demo, before);
        watched.awaitOpen("demo");
    }

    private static void assertNoPause(String what, WatchedHeadend.Action action) throws Exception {
        assertPause(watched.during(what, action), APP_PAUSE_MILLIS);
    }

    /** Its own viewers go on, unless the change needs a new channel. */
    private static void changeOther(ViewerFarm farm, String options, boolean begins) throws Exception {
        long before = farm.report().stream().mapToLong(Viewer::end).max().orElseThrow();
        int from = watched.headend.log().length();
        watched.feed("news", options);
        watched.headend.awaitLogLine(from, Pattern.compile("channel news is open"));
        farm.await(PATIENCE, v -> begins ? v.state().equals("eof") : v.exact() && v.end() > before);
    }

    @Test
    void aChangedSettingOfTheEngineIsAPause() throws Exception {
        Path settings = watched.headend.file("etc/io.tcpoffload.engine.cfg");
        watched.during("the engine's settings changed", () -> {
            int from = watched.headend.log().length();
            Files.writeString(settings, Files.readString(settings) + "initialWindow = 12\n");
            watched.headend.awaitLogLine(from, Pattern.compile("restarting the engine"));
            watched.headend.awaitLogLine(from, Pattern.compile("Engine .* runs with"));
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

    /**
     * Who is on the way when it happens may be lost with the socket, but is told so; the others notice nothing. Without
     * losses, because the kernel sends the reset of a socket only once.
     */
    @Test
    void aKillWhileOthersJoinLosesNobodyWhoWasThere() throws Exception {
        var random = new Random(SEED + 1);
        try (ViewerFarm joining = watched.farm(WatchedHeadend.CHANNEL)) {
            withoutLosses(() -> watched.during("kill -9 amid joins", () -> {
                joining.open(JOINING);
                Await.sleep(random.nextInt(LONGEST_JOIN_MILLIS));
                watched.headend.kill();
                watched.headend.start();
                List<Viewer> all = joining.await(PATIENCE, v -> v.exact() && v.end() > 0 || WatchedHeadend.isLost(v));
                long served = all.stream().filter(v -> !WatchedHeadend.isLost(v)).count();
                System.out.printf("%d of %d who were joining are served%n", served, JOINING);
                watched.expectOthers((int) served);
            }));
        } finally {
            watched.expectOthers(0);
        }
    }
}
