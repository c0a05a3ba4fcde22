// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import org.apache.camel.main.Main;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example does what its README says. */
class HeadendTest {

    @TempDir
    private static Path folder;
    private static Main main;
    private static int port;

    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @BeforeAll
    static void start() throws Exception {
        try (var free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Files.createDirectories(folder.resolve("inbox/news"));
        Files.createDirectories(folder.resolve("inbox/sport"));
        Files.createDirectories(folder.resolve("library"));
        main = Headend.main();
        main.addInitialProperty("camel.main.name", "headend-test");
        main.addOverrideProperty("listener", "127.0.0.1:" + port);
        main.addOverrideProperty("inbox", folder.resolve("inbox").toString());
        main.addOverrideProperty("library", folder.resolve("library").toString());
        main.addOverrideProperty("camel.component.tcpoffload.engine-settings[transport]", "nio");
        main.addOverrideProperty("camel.component.tcpoffload.engine-settings[instance]", "headend-test");
        main.start();
    }

    @AfterAll
    static void stop() {
        main.stop();
    }

    /** Null packets with a number in them: a transport stream that any player ignores. */
    private static byte[] media(int number) {
        byte[] media = new byte[188 * 500];
        Arrays.fill(media, (byte) number);
        for (int at = 0; at < media.length; at += 188) {
            System.arraycopy(new byte[] {0x47, 0x1F, (byte) 0xFF, 0x10}, 0, media, at, 4);
        }
        return media;
    }

    private static void publish(String channel, int number) throws IOException {
        Path half = Files.write(folder.resolve("half"), media(number));
        Files.move(half, folder.resolve("inbox").resolve(channel).resolve(number + ".ts"), StandardCopyOption.ATOMIC_MOVE);
    }

    private HttpRequest request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).timeout(Duration.ofSeconds(30)).build();
    }

    private String get(String path, int status) throws Exception {
        HttpResponse<String> response = client.send(request(path), BodyHandlers.ofString());
        assertEquals(status, response.statusCode());
        return response.body();
    }

    private InputStream watch(String path) throws Exception {
        HttpResponse<InputStream> response = client.send(request(path), BodyHandlers.ofInputStream());
        assertEquals(200, response.statusCode());
        return response.body();
    }

    @Test
    void channelOfTheXmlRoute() throws Exception {
        publish("news", 1);
        try (InputStream viewer = watch("/news")) {
            byte[] first = viewer.readNBytes(188 * 500);
            assertEquals(0x47, first[0]);
            publish("news", 2);
            int at;
            do {
                // Null packets keep the viewer until the next segment is there.
                at = viewer.readNBytes(188)[4];
            } while (at != 2);
        }
    }

    @Test
    void channelOfTheYamlRouteNeedsATicket() throws Exception {
        publish("sport", 3);
        assertTrue(get("/sport", 402).contains("sport needs a ticket"));
        try (InputStream viewer = watch("/sport?ticket=gold")) {
            assertArrayEquals(media(3), viewer.readNBytes(188 * 500));
        }
    }

    @Test
    void channelThatHasAnotherNameNow() throws Exception {
        HttpResponse<String> response = client.send(request("/headlines"), BodyHandlers.ofString());
        assertEquals(302, response.statusCode());
        assertEquals("/news", response.headers().firstValue("Location").orElseThrow());
    }

    @Test
    void filmsOnDemand() throws Exception {
        Files.write(folder.resolve("library/film.ts"), media(4));
        assertEquals("#EXTM3U\nfilms/film.ts\n", get("/films.m3u", 200));
        assertArrayEquals(media(4), client.send(request("/films/film.ts"), BodyHandlers.ofByteArray()).body());
        get("/films/none.ts", 404);
    }
}
