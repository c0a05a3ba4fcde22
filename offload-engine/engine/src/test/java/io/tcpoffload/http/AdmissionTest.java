// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.api.AccessRule;
import io.tcpoffload.api.ChannelSpec;
import io.tcpoffload.api.Decision;
import io.tcpoffload.api.HandlerSpec;
import io.tcpoffload.api.OffloadException;
import io.tcpoffload.api.PathTemplate;
import io.tcpoffload.api.RequestHandler;
import io.tcpoffload.api.ViewerEvent.Type;
import io.tcpoffload.api.ViewerRequest;
import io.tcpoffload.channel.MediaChannel;
import io.tcpoffload.channel.Pattern;
import io.tcpoffload.nio.NioLimits;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AdmissionTest {

    private TestServer server;
    private MediaChannel news;

    @BeforeEach
    void start() {
        server = new TestServer(HttpLimits.DEFAULT, NioLimits.DEFAULT, true);
        news = open(ChannelSpec.channel("news").withStoreBytes(1 << 20));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private MediaChannel open(ChannelSpec spec) {
        MediaChannel channel = server.open(spec);
        channel.store().append(Pattern.buffer(0, 1000), true);
        return channel;
    }

    private Handler handle(HandlerSpec spec, RequestHandler decider) {
        Handler handler = new Handler(spec, decider);
        server.front().handlers().add(handler);
        return handler;
    }

    private static RequestHandler always(Decision decision) {
        return request -> CompletableFuture.completedFuture(decision);
    }

    private TestReply get(String path, String fields) throws IOException {
        try (var client = server.connect()) {
            return TestReply.get(client, path, fields);
        }
    }

    private static void await(BooleanSupplier condition, String what) throws InterruptedException {
        for (long end = System.nanoTime() + 10_000_000_000L; !condition.getAsBoolean();) {
            assertTrue(System.nanoTime() < end, what);
            Thread.sleep(5);
        }
    }

    @Test
    void tellsAHandlerAllAboutARequest() throws Exception {
        var requests = new LinkedBlockingQueue<ViewerRequest>();
        handle(HandlerSpec.path("/tv/{channel}/{*rest}"), request -> {
            requests.add(request);
            return CompletableFuture.completedFuture(Decision.reject(451, "no"));
        });
        try (var client = server.connect()) {
            TestReply.get(client, "/tv/news/a%20b/c?token=t%2B1&x=y", "User-Agent: VLC\r\n");
            ViewerRequest request = requests.take();
            assertEquals("GET", request.method());
            assertEquals("/tv/news/a b/c", request.path());
            assertEquals("token=t%2B1&x=y", request.query());
            assertEquals(Map.of("channel", "news", "rest", "a b/c"), request.variables());
            assertEquals("VLC", request.header("user-agent"));
            assertEquals("news", request.channel());
            assertTrue(request.channelOpen());
            assertEquals("t+1", request.token());
            assertEquals(client.socket().getLocalPort(), request.remote().getPort());
            assertEquals(server.address(), request.local());
        }
        get("/tv/sport/", "Authorization: bearer abc\r\n");
        ViewerRequest second = requests.take();
        assertEquals("abc", second.token());
        assertEquals(List.of("sport", false), List.of(second.channel(), second.channelOpen()));
    }

    @Test
    void admitsLaterAndUnderTheIdThatItTold() throws Exception {
        var asked = new LinkedBlockingQueue<ViewerRequest>();
        var decision = new CompletableFuture<Decision>();
        handle(HandlerSpec.path("/{channel}"), request -> {
            asked.add(request);
            return decision;
        });
        try (var client = server.connect()) {
            client.get("/news");
            ViewerRequest request = asked.take();
            decision.complete(Decision.admit());
            assertTrue(client.head().startsWith("HTTP/1.1 200 "));
            assertEquals(1000, client.body(1000).length);
            assertEquals(request.session(), server.transport().sessions().get(0).id());
        }
    }

    @Test
    void admitsToAnotherChannel() throws Exception {
        handle(HandlerSpec.path("/latest"), always(Decision.admit("news")));
        handle(HandlerSpec.path("/gone"), always(Decision.admit("sport")));
        try (var client = server.connect()) {
            client.get("/latest").head();
            assertEquals(1000, client.body(1000).length);
        }
        assertEquals(404, get("/gone", "").status());
    }

    @Test
    void refusesRedirectsAndGoesOnWithTheConnection() throws Exception {
        handle(HandlerSpec.path("/paid"), always(Decision.reject(402, "pay first", Duration.ofSeconds(30))));
        handle(HandlerSpec.path("/moved"), always(Decision.redirect(307, "http://other/news")));
        try (var client = server.connect()) {
            TestReply paid = TestReply.get(client, "/paid", "");
            assertEquals(402, paid.status());
            assertEquals("30", paid.field("Retry-After"));
            assertEquals("keep-alive", paid.field("Connection"));
            assertEquals("402 Payment Required: pay first\n", paid.text());
            TestReply moved = TestReply.get(client, "/moved", "");
            assertEquals(307, moved.status());
            assertEquals("http://other/news", moved.field("Location"));
            client.get("/news").head();
            assertEquals(1000, client.body(1000).length);
        }
    }

    @Test
    void doesWhatIsSetWhenAHandlerIsSlow() throws Exception {
        Handler slow = handle(HandlerSpec.path("/slow").withTimeout(Duration.ofMillis(50)),
                request -> new CompletableFuture<>());
        Handler open = handle(HandlerSpec.path("/news").withTimeout(Duration.ofMillis(50)).withOnTimeout(Decision.admit()),
                request -> new CompletableFuture<>());
        TestReply reply = get("/slow", "");
        assertEquals(503, reply.status());
        assertNotNull(reply.field("Retry-After"));
        try (var client = server.connect()) {
            assertTrue(client.get("/news").head().startsWith("HTTP/1.1 200 "));
        }
        assertEquals(1, slow.counters().get("timeouts"));
        assertEquals(1, open.counters().get("timeouts"));
        assertEquals(0, open.counters().get("pending"));
    }

    @Test
    void answersAHandlersFailureWith500() throws Exception {
        Handler throwing = handle(HandlerSpec.path("/a"), request -> {
            throw new IllegalStateException("broken");
        });
        Handler failing = handle(HandlerSpec.path("/b"),
                request -> CompletableFuture.failedFuture(new OffloadException("broken")));
        Handler silent = handle(HandlerSpec.path("/c"), request -> null);
        for (String path : List.of("/a", "/b", "/c")) {
            TestReply reply = get(path, "");
            assertEquals(500, reply.status());
            assertTrue(!reply.text().contains("broken"), "what went wrong is not for outsiders");
        }
        assertEquals(List.of(1L, 1L, 1L), List.of(throwing.counters().get("failures"), failing.counters().get("failures"),
                silent.counters().get("failures")));
    }

    @Test
    void boundsWhatWaitsForDecisions() throws Exception {
        var first = new CompletableFuture<Decision>();
        Handler handler = handle(HandlerSpec.path("/news").withMaxPending(1), request -> first);
        try (var client = server.connect()) {
            client.get("/news");
            await(() -> handler.counters().get("pending") == 1, "not asked");
            assertEquals(503, get("/news", "").status());
            first.complete(Decision.reject(403, ""));
            assertEquals(403, TestReply.read(client, true).status());
        }
        assertEquals(1, handler.counters().get("overloaded"));
    }

    @Test
    void asksTheMostSpecificHandlerAndRefusesASecondOneForTheSamePaths() throws Exception {
        handle(HandlerSpec.path("/{channel}"), always(Decision.reject(403, "general")));
        handle(HandlerSpec.path("/news"), always(Decision.reject(403, "special")));
        assertTrue(get("/news", "").text().contains("special"));
        assertTrue(get("/sport", "").text().contains("general"));
        assertEquals(200, get("/playlist.m3u", "").status(), "a pattern does not hide the engine's own pages");
        var twice = assertThrows(OffloadException.class,
                () -> handle(HandlerSpec.path("/{name}").withOwner("tcpoffload:{name}"), RequestHandler.ADMIT));
        assertEquals("the requests for /{name} are /{channel}'s already: tcpoffload:{name} needs another path, or another "
                + "listener", twice.getMessage());
    }

    @Test
    void checksAddressAndTokenOfAChannel() throws Exception {
        open(ChannelSpec.channel("far").withAccess(AccessRule.NONE.withAllowedIps("192.0.2.0/24")));
        open(ChannelSpec.channel("paid").withAccess(AccessRule.NONE.withTokens("apple")));
        assertEquals(403, get("/far", "").status());
        TestReply without = get("/paid?token=pear", "");
        assertEquals(401, without.status());
        assertEquals("Bearer", without.field("WWW-Authenticate"));
        try (var client = server.connect()) {
            assertTrue(client.get("/paid?token=apple").head().startsWith("HTTP/1.1 200 "));
        }
    }

    @Test
    void checksAHandlersRuleBeforeItIsAsked() throws Exception {
        Handler handler = handle(HandlerSpec.path("/{channel}").withAccess(AccessRule.NONE.withTokens("apple")),
                RequestHandler.ADMIT);
        assertEquals(401, get("/news", "").status());
        assertEquals(Map.of("requests", 1L, "refused", 1L, "admitted", 0L), Map.of("requests",
                handler.counters().get("requests"), "refused", handler.counters().get("refused"), "admitted",
                handler.counters().get("admitted")));
    }

    @Test
    void countsViewersUntilTheyLeave() throws Exception {
        MediaChannel small = open(ChannelSpec.channel("small").withAccess(AccessRule.NONE.withMaxSubscribersPerIp(1)));
        try (var client = server.connect()) {
            assertTrue(client.get("/small").head().startsWith("HTTP/1.1 200 "));
            TestReply second = get("/small", "");
            assertEquals(503, second.status());
            assertEquals("10", second.field("Retry-After"));
        }
        await(() -> {
            small.store().append(Pattern.buffer(small.store().head(), 100), false);
            return server.events().contains(Type.UNSUBSCRIBE);
        }, "the viewer's leave is not seen");
        try (var client = server.connect()) {
            assertTrue(client.get("/small").head().startsWith("HTTP/1.1 200 "));
        }
    }

    @Test
    void countsAHandlersViewersOverAllItsChannels() throws Exception {
        open(ChannelSpec.channel("sport"));
        var decision = new LinkedBlockingQueue<Decision>(List.of(Decision.admit(), Decision.reject(403, ""),
                Decision.admit()));
        handle(HandlerSpec.path("/{channel}").withAccess(AccessRule.NONE.withMaxSubscribers(2)),
                request -> CompletableFuture.completedFuture(decision.poll()));
        try (var one = server.connect(); var two = server.connect()) {
            assertTrue(one.get("/news").head().startsWith("HTTP/1.1 200 "));
            assertEquals(403, get("/news", "").status(), "gives its place back");
            assertTrue(two.get("/sport").head().startsWith("HTTP/1.1 200 "));
            assertEquals(503, get("/news", "").status());
        }
    }

    @Test
    void refusesNewViewersWhileSuspendedAndKeepsThoseThere() throws Exception {
        try (var client = server.connect()) {
            client.get("/news").head();
            client.body(1000);
            var suspension = new Suspension(PathTemplate.parse("/news"), Duration.ofSeconds(7));
            server.front().suspend(suspension);
            TestReply reply = get("/news", "");
            assertEquals(503, reply.status());
            assertEquals("7", reply.field("Retry-After"));
            assertEquals(404, get("/sport", "").status());
            news.store().append(Pattern.buffer(1000, 500), true);
            assertEquals(500, client.body(500).length);
            server.front().resume(suspension);
            assertEquals(1, suspension.refused());
        }
        try (var client = server.connect()) {
            assertTrue(client.get("/news").head().startsWith("HTTP/1.1 200 "));
        }
    }

    @Test
    void refusesNewViewersOfAStaleChannel() throws Exception {
        MediaChannel channel = open(ChannelSpec.channel("stale").withStaleAfter(Duration.ofMillis(200)));
        try (var client = server.connect()) {
            assertTrue(client.get("/stale").head().startsWith("HTTP/1.1 200 "));
            client.body(1000);
            await(channel::isStale, "not stale");
            assertEquals(503, get("/stale", "").status());
            channel.store().append(Pattern.buffer(1000, 500), true);
            assertEquals(500, client.body(500).length);
        }
        try (var client = server.connect()) {
            assertTrue(client.get("/stale").head().startsWith("HTTP/1.1 200 "));
        }
    }

    @Test
    void tellsWhenViewersComeAndGo() throws Exception {
        try (var client = server.connect()) {
            client.get("/news").head();
            client.body(1000);
            assertEquals(List.of(Type.SUBSCRIBE), server.events());
            assertTrue(server.transport().closeSession(server.transport().sessions().get(0).id(), "maintenance"));
            assertEquals(0, client.rest().length);
        }
        await(() -> server.events().equals(List.of(Type.SUBSCRIBE, Type.UNSUBSCRIBE)), "events: " + server.events());
        assertEquals(false, server.transport().closeSession(4711, "nobody"));
    }

    @Test
    void dealsWithRequestsThatAreSentAhead() throws Exception {
        handle(HandlerSpec.path("/{x}"), request -> {
            var later = new CompletableFuture<Decision>();
            CompletableFuture.delayedExecutor(5, TimeUnit.MILLISECONDS)
                    .execute(() -> later.complete(Decision.reject(404, request.path())));
            return later;
        });
        try (var client = server.connect()) {
            client.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nHEAD /2 HTTP/1.1\r\nHost: a\r\n\r\n"
                    + "GET /3 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET /4 HTTP/1.1\r\nHost: a\r\n\r\n");
            assertTrue(TestReply.read(client, true).text().endsWith(": /1\n"));
            assertEquals(404, TestReply.read(client, false).status());
            TestReply third = TestReply.read(client, true);
            assertTrue(third.text().endsWith(": /3\n"));
            assertEquals("close", third.field("Connection"));
            assertEquals(0, client.rest().length, "nothing after a close");
        }
    }

    @Test
    void speaksOldHttpToo() throws Exception {
        handle(HandlerSpec.path("/{x}"), always(Decision.reject(404, "")));
        try (var client = server.connect()) {
            client.send("GET /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
            assertEquals("keep-alive", TestReply.read(client, true).field("Connection"));
            client.send("GET /1 HTTP/1.0\r\n\r\n");
            assertEquals("close", TestReply.read(client, true).field("Connection"));
            assertEquals(0, client.rest().length);
        }
    }

    @Test
    void forgetsADecisionForAViewerThatHasGone() throws Exception {
        var asked = new LinkedBlockingQueue<ViewerRequest>();
        var decision = new CompletableFuture<Decision>();
        Handler handler = handle(HandlerSpec.path("/news").withAccess(AccessRule.NONE.withMaxSubscribers(1)), request -> {
            asked.add(request);
            return asked.size() == 1 ? decision : CompletableFuture.completedFuture(Decision.admit());
        });
        try (var client = server.connect()) {
            client.get("/news");
            await(() -> asked.size() == 1, "not asked");
            client.socket().setSoLinger(true, 0);
        }
        decision.complete(Decision.admit());
        await(() -> {
            try (var next = server.connect()) {
                return next.get("/news").head().startsWith("HTTP/1.1 200 ");
            } catch (IOException e) {
                return false;
            }
        }, "its place is not free: " + handler.counters());
        assertNull(server.find("sport"));
    }
}
