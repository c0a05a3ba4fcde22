// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.camel.mpegts.Packets;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Routes, the engine itself on ordinary sockets, and viewers that are HTTP clients. */
class ViewerTest extends CamelTestSupport {

    private static final byte[] MEDIA = media();

    @RegisterExtension
    private static final RealEngine REAL = new RealEngine();

    @TempDir
    private static Path folder;

    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10)).build();

    private static byte[] media() {
        var packets = new Packets();
        for (int i = 0; i < 1000; i++) {
            packets.payload(0x100, i);
        }
        return packets.bytes();
    }

    @Override
    protected CamelContext createCamelContext() throws Exception {
        CamelContext context = super.createCamelContext();
        context.getRegistry().bind("engine", REAL.engine());
        return context;
    }

    @Override
    protected RouteBuilder createRouteBuilder() throws Exception {
        Files.write(folder.resolve("film.ts"), MEDIA);
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:news").to("tcpoffload:news?waitFor=sent&detachGrace=0");
                from("direct:sport").routeId("sport").to("tcpoffload:sport?detachGrace=0&maxSubscribers=1");
                from("direct:live").to("tcpoffload:live?detachGrace=0");
                from("tcpoffload:live?events=subscribe,unsubscribe").routeId("events").to("mock:events");
                from("tcpoffload:paid/{channel}?events=request").routeId("gate")
                    .choice()
                        .when(header("ticket").isEqualTo("gold")).setHeader("CamelTcpOffloadChannel", constant("news"))
                        .when(header("ticket").isEqualTo("silver"))
                            .setHeader("CamelTcpOffloadRedirect", constant("/sport"))
                        .otherwise().setHeader("CamelTcpOffloadStatus", constant(402))
                            .setHeader("CamelTcpOffloadReason", constant("buy a ticket"));
                from("tcpoffload:vod/{*file}?events=request")
                    .process(exchange -> exchange.getMessage()
                            .setBody(folder.resolve(exchange.getMessage().getHeader("file", String.class))));
                from("tcpoffload:list.m3u8?events=request").setHeader(Exchange.CONTENT_TYPE,
                        constant("application/vnd.apple.mpegurl")).setBody(constant("#EXTM3U\n"));
            }
        };
    }

    private HttpRequest request(String path, String... headers) {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + REAL.port() + path))
                .timeout(Duration.ofSeconds(20));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return request.build();
    }

    private HttpResponse<byte[]> get(String path, String... headers) throws Exception {
        return client.send(request(path, headers), BodyHandlers.ofByteArray());
    }

    private InputStream watch(String path) throws Exception {
        HttpResponse<InputStream> response = client.send(request(path), BodyHandlers.ofInputStream());
        assertEquals(200, response.statusCode());
        assertEquals("video/mp2t", response.headers().firstValue("Content-Type").orElseThrow());
        return response.body();
    }

    @Test
    void viewerGetsWhatARoutePublishesAndItsComingAndGoingIsTold() throws Exception {
        MockEndpoint events = getMockEndpoint("mock:events");
        events.expectedHeaderValuesReceivedInAnyOrder("CamelTcpOffloadEvent", List.of("subscribe", "unsubscribe"));
        template.sendBody("direct:live", MEDIA);
        try (InputStream viewer = watch("/live")) {
            assertArrayEquals(MEDIA, viewer.readNBytes(MEDIA.length));
            template.sendBody("direct:live", MEDIA);
            assertArrayEquals(MEDIA, viewer.readNBytes(MEDIA.length));
        }
        for (int i = 0; i < 200 && events.getReceivedCounter() < 2; i++) {
            // The engine notices a closed connection when it sends.
            template.sendBody("direct:live", MEDIA);
            TimeUnit.MILLISECONDS.sleep(50);
        }
        events.assertIsSatisfied();
        assertTrue(events.getReceivedExchanges().get(1).getMessage().getHeader("CamelTcpOffloadBytesSent", long.class)
                >= 2L * MEDIA.length);
    }

    @Test
    void exchangeKnowsItsViewers() throws Exception {
        template.sendBody("direct:news", MEDIA);
        try (InputStream viewer = watch("/news")) {
            var sending = template.asyncSend("direct:news", exchange -> exchange.getMessage().setBody(MEDIA));
            assertEquals(2 * MEDIA.length, viewer.readNBytes(2 * MEDIA.length).length);
            Exchange sent = sending.get(20, TimeUnit.SECONDS);
            assertNull(sent.getException());
            assertTrue(sent.getMessage().getHeader("CamelTcpOffloadSubscribers", int.class) >= 1);
            assertEquals(0, sent.getMessage().getHeader("CamelTcpOffloadDropped"));
        }
    }

    @Test
    void routeAdmitsToAChannel() throws Exception {
        template.sendBody("direct:news", MEDIA);
        try (InputStream viewer = watch("/paid/x?ticket=gold")) {
            assertArrayEquals(MEDIA, viewer.readNBytes(MEDIA.length));
        }
    }

    @Test
    void routeRedirects() throws Exception {
        HttpResponse<byte[]> response = get("/paid/x?ticket=silver");
        assertEquals(302, response.statusCode());
        assertEquals("/sport", response.headers().firstValue("Location").orElseThrow());
    }

    @Test
    void routeRefuses() throws Exception {
        HttpResponse<byte[]> response = get("/paid/x");
        assertEquals(402, response.statusCode());
        assertTrue(new String(response.body()).contains("buy a ticket"));
    }

    @Test
    void suspendedRouteSendsNewViewersAway() throws Exception {
        context.getRouteController().suspendRoute("gate");
        HttpResponse<byte[]> response = get("/paid/x?ticket=gold");
        assertEquals(503, response.statusCode());
        assertEquals("5", response.headers().firstValue("Retry-After").orElseThrow());
        context.getRouteController().resumeRoute("gate");
        assertEquals(402, get("/paid/x").statusCode());
    }

    @Test
    void oneViewerTooManyIsTurnedAway() throws Exception {
        template.sendBody("direct:sport", MEDIA);
        try (InputStream viewer = watch("/sport")) {
            viewer.readNBytes(1);
            assertEquals(503, get("/sport").statusCode());
        }
    }

    @Test
    void routeRepliesWithAFile() throws Exception {
        HttpResponse<byte[]> whole = get("/vod/film.ts");
        assertEquals(200, whole.statusCode());
        assertArrayEquals(MEDIA, whole.body());
        assertEquals("video/mp2t", whole.headers().firstValue("Content-Type").orElseThrow());
        String etag = whole.headers().firstValue("ETag").orElseThrow();
        assertEquals(304, get("/vod/film.ts", "If-None-Match", etag).statusCode());
    }

    @Test
    void routeRepliesWithARangeOfAFile() throws Exception {
        HttpResponse<byte[]> part = get("/vod/film.ts", "Range", "bytes=188-375");
        assertEquals(206, part.statusCode());
        assertArrayEquals(Arrays.copyOfRange(MEDIA, 188, 376), part.body());
    }

    @Test
    void missingFileIsNotFound() throws Exception {
        assertEquals(404, get("/vod/none.ts").statusCode());
    }

    @Test
    void routeRepliesWithAPlaylist() throws Exception {
        HttpResponse<byte[]> list = get("/list.m3u8");
        assertEquals("#EXTM3U", new String(list.body()).strip());
        assertEquals("application/vnd.apple.mpegurl", list.headers().firstValue("Content-Type").orElseThrow());
    }
}
