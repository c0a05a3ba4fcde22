// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.headend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.itests.HttpViewer;
import io.tcpoffload.itests.headend.Headend.Result;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.apache.camel.util.json.JsonArray;
import org.apache.camel.util.json.JsonObject;
import org.apache.camel.util.json.Jsoner;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code ./headend} and the demo that it plays. */
@Timeout(240)
class HeadendScriptIT {

    private static final int PACKET = 188;
    private static final Headend HEADEND = Headend.named("script");

    private static String banner;
    private static Probe probe;

    @BeforeAll
    static void start() throws IOException {
        assertEquals(3, HEADEND.run("status").code());
        banner = HEADEND.start();
        probe = Probe.start(HEADEND.url("/demo"), 60, "script");
    }

    @AfterAll
    static void stop() throws IOException {
        probe.close();
        HEADEND.close();
        assertEquals(3, HEADEND.run("status").code());
    }

    private static void assertPlays(Headend headend) throws IOException {
        try (HttpViewer viewer = HttpViewer.open(headend.listener(), "/demo")) {
            byte[] media = viewer.read(500 * PACKET);
            for (int at = 0; at < media.length; at += PACKET) {
                assertEquals(0x47, media[at], "sync byte of the packet at " + at);
            }
        }
    }

    @Test
    void startReturnsWhenTheDemoPlaysAndSaysWhere() throws IOException {
        assertTrue(banner.contains(HEADEND.url("/demo")), banner);
        assertTrue(banner.contains(HEADEND.url("/playlist.m3u")), banner);
        assertTrue(banner.contains("OFFLOAD: packet ring, header builder and receive hook are in place"), banner);
        assertPlays(HEADEND);
    }

    @Test
    void statusIsZeroWhileItPlays() {
        Result status = HEADEND.run("status");
        assertEquals(0, status.code(), status.output());
        assertTrue(status.output().contains(HEADEND.url("/demo")), status.output());
    }

    @Test
    void anotherStartOfWhatRunsIsHarmless() {
        long pid = HEADEND.karaf().orElseThrow().pid();
        assertTrue(HEADEND.start().contains(HEADEND.url("/demo")));
        assertEquals(pid, HEADEND.karaf().orElseThrow().pid());
    }

    @Test
    void shellPrintsJson() throws Exception {
        JsonObject info = (JsonObject) Jsoner.deserialize(HEADEND.shell("offload:info --json"));
        assertEquals("OFFLOAD", info.getString("transport"));
        assertTrue(((JsonArray) info.get("listeners")).contains(HEADEND.listener()), info::toJson);
        assertTrue(((JsonArray) info.get("devices")).stream()
                .anyMatch(device -> ((JsonObject) device).getString("name").equals("lo")), info::toJson);
        JsonArray channels = (JsonArray) Jsoner.deserialize(HEADEND.shell("offload:channels --json"));
        assertEquals("demo", ((JsonObject) channels.get(0)).getString("name"));
        try (HttpViewer viewer = HttpViewer.open(HEADEND.listener(), "/demo")) {
            viewer.read(PACKET);
            JsonArray sessions = (JsonArray) Jsoner.deserialize(HEADEND.shell("offload:sessions --json"));
            assertFalse(sessions.isEmpty());
            assertTrue(sessions.stream().allMatch(s -> ((JsonObject) s).getString("transport").equals("OFFLOAD")),
                    sessions::toJson);
        }
    }

    @Test
    void shellPassesTheExitCodeOfACommandOn() {
        assertNotEquals(0, HEADEND.run("shell", "no-such:command").code());
        assertNotEquals(0, HEADEND.run("shell", "feature:install no-such-feature").code());
        assertEquals(0, HEADEND.run("shell", "offload:channels").code());
    }

    @Test
    void listenerHasAPlaylistAndAPage() throws Exception {
        String playlist = get("/playlist.m3u");
        assertTrue(playlist.startsWith("#EXTM3U\n") && playlist.contains(HEADEND.url("/demo")), playlist);
        String page = get("/");
        assertTrue(page.contains("<a href=\"/demo\">demo</a>"), page);
    }

    private static String get(String path) throws IOException, InterruptedException {
        HttpResponse<String> response = HttpClient.newHttpClient().send(
                HttpRequest.newBuilder(URI.create(HEADEND.url(path))).build(), HttpResponse.BodyHandlers.ofString());
        assertEquals(200, response.statusCode());
        return response.body();
    }

    @Test
    void twoInstallationsRunSideBySide() throws IOException {
        try (Headend other = Headend.named("other")) {
            other.start();
            assertPlays(other);
            assertPlays(HEADEND);
            assertFalse(other.leftovers().isEmpty(), "the check for what is left looks in the wrong place");
            assertEquals(0, other.run("stop").code());
            assertTrue(other.karaf().isEmpty());
            assertEquals(List.of(), other.leftovers());
            assertPlays(HEADEND);
        }
    }

    @Test
    void stopCleansUpAfterAKill() throws Exception {
        try (Headend killed = Headend.named("killed")) {
            killed.start();
            ProcessHandle karaf = killed.karaf().orElseThrow();
            karaf.destroyForcibly();
            karaf.onExit().get();
            assertFalse(killed.leftovers().isEmpty(), "a killed engine can't clean up");
            assertEquals(3, killed.run("status").code());
            Result stop = killed.run("stop");
            assertEquals(0, stop.code(), stop.output());
            assertEquals(List.of(), killed.leftovers());
            assertPlays(HEADEND);
        }
    }

    /** Last of all by duration: it has run since the start. */
    @Test
    void demoIsOneEndlessProgrammeToAPlayer() throws Exception {
        probe.check();
    }
}
