// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.api.Content;
import io.tcpoffload.api.Decision;
import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.BindToRegistry;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.support.LoggingExceptionHandler;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a route is told of a request, and what the viewer gets for the route's answer. */
class ConsumerRequestTest extends CamelTestSupport {

    @BindToRegistry("engine")
    private final FakeEngine engine = new FakeEngine();
    @TempDir
    private Path folder;

    private void route(String uri, Processor step) throws Exception {
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from(uri).routeId("gate").process(step);
            }
        });
    }

    private interface Answer {
        void to(Message message) throws Exception;
    }

    private Decision decision(Answer answer) throws Exception {
        route("tcpoffload:{channel}?events=request", exchange -> answer.to(exchange.getMessage()));
        return engine.request("/news", "", Map.of());
    }

    private Content content(Answer answer) throws Exception {
        return assertInstanceOf(Decision.Answer.class, decision(answer)).content();
    }

    private static String text(Content content) {
        ByteBuffer bytes = ((Content.Bytes) content.body()).buffer().duplicate();
        return StandardCharsets.UTF_8.decode(bytes).toString();
    }

    @Test
    void requestIsToldByHeaders() throws Exception {
        var told = new CompletableFuture<Message>();
        route("tcpoffload:127.0.0.1:81/vod/{title}/{*file}?events=request", exchange -> {
            assertEquals(ExchangePattern.InOut, exchange.getPattern());
            told.complete(exchange.getMessage().copy());
        });
        var headers = new LinkedHashMap<String, String>();
        headers.put("User-Agent", "VLC");
        headers.put("CamelTcpOffloadDecision", "admit");
        headers.put("cAmElFileName", "/etc/passwd");
        engine.request("/vod/film/a/b.ts", "quality=hd%20plus&CamelHttpUri=x&bad=%zz", headers);
        Message message = told.get(10, TimeUnit.SECONDS);
        assertNull(message.getBody());
        assertEquals("request", message.getHeader("CamelTcpOffloadEvent"));
        assertEquals("vod/film/a/b.ts", message.getHeader("CamelTcpOffloadChannel"));
        assertEquals(42L, message.getHeader("CamelTcpOffloadSessionId"));
        assertEquals("10.1.2.3:50000", message.getHeader("CamelTcpOffloadRemoteAddress"));
        assertEquals("10.0.0.1:8080", message.getHeader("CamelTcpOffloadLocalAddress"));
        assertEquals("GET", message.getHeader(Exchange.HTTP_METHOD));
        assertEquals("/vod/film/a/b.ts", message.getHeader(Exchange.HTTP_PATH));
        assertEquals("VLC", message.getHeader("User-Agent"));
        assertEquals("hd plus", message.getHeader("quality"));
        assertEquals("%zz", message.getHeader("bad"));
        assertEquals("film", message.getHeader("title"));
        assertEquals("a/b.ts", message.getHeader("file"));
        assertNull(message.getHeader("CamelTcpOffloadDecision"), "a viewer must not decide");
        assertNull(message.getHeader("CamelFileName"));
        assertNull(message.getHeader("CamelHttpUri"));
    }

    @Test
    void optionsReachTheEngine() throws Exception {
        route("tcpoffload:127.0.0.1:81/{channel}?events=request&requestTimeout=2s&onTimeout=admit&maxPendingRequests=7"
                + "&maxSubscribers=3&tokens=a", exchange -> { });
        var spec = engine.handlers.get(0).spec();
        assertEquals("127.0.0.1:81", spec.listener());
        assertEquals("/{channel}", spec.path().toString());
        assertEquals(Duration.ofSeconds(2), spec.timeout());
        assertEquals(Decision.admit(), spec.onTimeout());
        assertEquals(7, spec.maxPending());
        assertEquals(3, spec.access().maxSubscribers());
        assertTrue(spec.access().needsToken());
        assertFalse(spec.owner().contains("tokens=a"), spec.owner());
    }

    @Test
    void routeThatSaysNothingAdmits() throws Exception {
        assertEquals(Decision.admit(), decision(message -> { }));
    }

    @Test
    void routeMayAdmitToAnotherChannel() throws Exception {
        assertEquals(Decision.admit("adverts"), decision(message -> message.setHeader("CamelTcpOffloadChannel", "adverts")));
    }

    @Test
    void routeRefuses() throws Exception {
        assertEquals(Decision.reject(402, "pay first", Duration.ofSeconds(30)), decision(message -> {
            message.setHeader("CamelTcpOffloadStatus", 402);
            message.setHeader("CamelTcpOffloadReason", "pay first");
            message.setHeader("Retry-After", "30");
        }));
    }

    @Test
    void refusalWithoutStatusIsForbidden() throws Exception {
        assertEquals(Decision.reject(403, ""), decision(message -> message.setHeader("CamelTcpOffloadDecision", "reject")));
    }

    @Test
    void routeRedirects() throws Exception {
        assertEquals(Decision.redirect("http://other/news"),
                decision(message -> message.setHeader("CamelTcpOffloadRedirect", "http://other/news")));
    }

    @Test
    void routeRepliesWithAText() throws Exception {
        Content content = content(message -> {
            message.setBody("#EXTM3U\n");
            message.setHeader(Exchange.CONTENT_TYPE, "application/vnd.apple.mpegurl");
            message.setHeader("Cache-Control", "max-age=2");
            message.setHeader("ETag", "\"v1\"");
            message.setHeader("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT");
        });
        assertEquals("#EXTM3U\n", text(content));
        assertEquals(200, content.status());
        assertEquals("application/vnd.apple.mpegurl", content.contentType());
        assertEquals(List.of(Map.entry("Cache-Control", "max-age=2")), content.headers());
        assertEquals("\"v1\"", content.etag());
        assertEquals(Instant.parse("1994-11-06T08:49:37Z"), content.lastModified());
    }

    @Test
    void requestIsNotEchoed() throws Exception {
        route("tcpoffload:{channel}?events=request", exchange -> exchange.getMessage().setBody("x"));
        var answer = (Decision.Answer) engine.request("/news", "a=b", Map.of("Cookie", "secret"));
        assertEquals(List.of(), answer.content().headers());
    }

    @Test
    void routeRepliesWithAFile() throws Exception {
        Path file = Files.write(folder.resolve("seg1.ts"), new byte[188]);
        Content content = content(message -> message.setBody(file.toFile()));
        assertEquals(new Content.FilePart(file, 0, -1), content.body());
        assertEquals("video/mp2t", content.contentType());
    }

    @Test
    void routeRepliesWithAPartOfAFile() throws Exception {
        Content content = content(message -> {
            message.setBody(Path.of("/media/film.mp4"));
            message.setHeader("CamelTcpOffloadReplyOffset", 1000);
            message.setHeader("CamelTcpOffloadReplyLength", "500");
        });
        assertEquals(new Content.FilePart(Path.of("/media/film.mp4"), 1000, 500), content.body());
        assertEquals("video/mp4", content.contentType());
    }

    @Test
    void routeRepliesWithAnErrorPage() throws Exception {
        Content content = content(message -> {
            message.setBody("<h1>gone</h1>".getBytes(StandardCharsets.UTF_8));
            message.setHeader(Exchange.CONTENT_TYPE, "text/html");
            message.setHeader(Exchange.HTTP_RESPONSE_CODE, 410);
        });
        assertEquals(410, content.status());
    }

    @Test
    void streamIsReadAndClosed() throws Exception {
        var closed = new AtomicInteger();
        assertEquals("abc", text(content(message -> message.setBody(new ByteArrayInputStream("abc".getBytes()) {
            @Override
            public void close() {
                closed.incrementAndGet();
            }
        }))));
        assertEquals(1, closed.get());
    }

    @Test
    void routeThatFailsIsAnErrorThatTellsTheViewerNothing() throws Exception {
        assertEquals(Decision.reject(500, "the request could not be decided"), decision(message -> {
            throw new IllegalStateException("password of the database is wrong");
        }));
    }

    @Test
    void wrongAnswersAreErrors() throws Exception {
        var reported = new CompletableFuture<Throwable>();
        context.getRegistry().bind("report", new LoggingExceptionHandler(context, getClass()) {
            @Override
            public void handleException(String message, Exchange exchange, Throwable exception) {
                reported.complete(exception);
            }
        });
        route("tcpoffload:{channel}?events=request&exceptionHandler=#report",
                exchange -> exchange.getMessage().setHeader("CamelTcpOffloadDecision", "perhaps"));
        assertEquals(Decision.reject(500, "the request could not be decided"), engine.request("/news", "", Map.of()));
        assertEquals("header CamelTcpOffloadDecision 'perhaps' is not valid: admit, reject, redirect or reply",
                reported.get(10, TimeUnit.SECONDS).getMessage());
    }

    @Test
    void slowRouteHoldsUpNoOther() throws Exception {
        var hold = new CompletableFuture<Void>();
        route("tcpoffload:{channel}?events=request&concurrentConsumers=2", exchange -> {
            if ("slow".equals(exchange.getMessage().getHeader("CamelTcpOffloadChannel"))) {
                hold.get();
            }
        });
        var slow = engine.requestLater("/slow", "", Map.of()).toCompletableFuture();
        assertEquals(Decision.admit(), engine.request("/news", "", Map.of()));
        assertFalse(slow.isDone());
        hold.complete(null);
        assertEquals(Decision.admit(), slow.get(10, TimeUnit.SECONDS));
    }

    @Test
    void tooManyRequestsGet503() throws Exception {
        var hold = new CompletableFuture<Void>();
        var begun = new CompletableFuture<Void>();
        route("tcpoffload:{channel}?events=request&concurrentConsumers=1&maxPendingRequests=1", exchange -> {
            begun.complete(null);
            hold.get();
        });
        engine.requestLater("/a", "", Map.of());
        begun.get(10, TimeUnit.SECONDS);
        engine.requestLater("/b", "", Map.of());
        assertEquals(Decision.reject(503, "too many requests wait for a decision", Duration.ofSeconds(1)),
                engine.request("/c", "", Map.of()));
        hold.complete(null);
    }

    @Test
    void applicationsOwnThreadsDecideAndOutliveTheRoute() throws Exception {
        var decider = new CompletableFuture<String>();
        var pool = Executors.newSingleThreadExecutor(task -> new Thread(task, "application"));
        context.getRegistry().bind("pool", pool);
        route("tcpoffload:{channel}?events=request&executorService=#pool",
                exchange -> decider.complete(Thread.currentThread().getName()));
        assertEquals(Decision.admit(), engine.request("/news", "", Map.of()));
        assertEquals("application", decider.join());
        context.getRouteController().stopRoute("gate");
        assertFalse(pool.isShutdown());
        context.getRouteController().startRoute("gate");
        pool.shutdown();
        assertEquals(Decision.reject(503, "too many requests wait for a decision", Duration.ofSeconds(1)),
                engine.request("/news", "", Map.of()));
    }

    @Test
    void authorizerComesBeforeTheRoute() throws Exception {
        context.getRegistry().bind("auth", (TcpOffloadAuthorizer) request -> "news".equals(request.channel())
                ? Decision.admit() : Decision.reject(401, "unknown"));
        route("tcpoffload:{channel}?events=request&authorizer=#auth",
                exchange -> exchange.getMessage().setHeader("CamelTcpOffloadStatus", 402));
        assertEquals(Decision.reject(402, ""), engine.request("/news", "", Map.of()));
        assertEquals(Decision.reject(401, "unknown"), engine.request("/sport", "", Map.of()));
    }

    @Test
    void authorizerThatFailsAdmitsNobody() throws Exception {
        context.getRegistry().bind("auth", (TcpOffloadAuthorizer) request -> {
            throw new IllegalStateException("no database");
        });
        route("tcpoffload:{channel}?authorizer=#auth", exchange -> { });
        assertEquals(Decision.reject(500, "the request could not be decided"), engine.request("/news", "", Map.of()));
    }

    @Test
    void ruleWithoutRequestEventsIsTheEnginesAlone() throws Exception {
        route("tcpoffload:{channel}?maxSubscribersPerIp=2", exchange -> { });
        assertEquals(2, engine.handlers.get(0).spec().access().maxSubscribersPerIp());
        assertEquals(Decision.admit(), engine.request("/news", "", Map.of()));
    }

    @Test
    void consumerOfEventsAloneHandlesNoRequests() throws Exception {
        route("tcpoffload:{channel}", exchange -> { });
        assertTrue(engine.handlers.isEmpty());
        assertEquals(1, engine.watches.size());
    }

    @Test
    void stoppedRouteLetsGo() throws Exception {
        route("tcpoffload:{channel}?events=all", exchange -> { });
        assertEquals(1, engine.handlers.size());
        context.getRouteController().stopRoute("gate");
        assertTrue(engine.handlers.isEmpty());
        assertTrue(engine.watches.isEmpty());
        context.getRouteController().startRoute("gate");
        assertEquals(1, engine.handlers.size());
    }

    @Test
    void refusalOfTheEngineFailsTheRouteAndLeavesNothing() throws Exception {
        engine.refusal = "listener 0.0.0.0:80 can't be bound: no permission";
        Exception e = assertThrows(Exception.class,
                () -> route("tcpoffload:0.0.0.0:80/{channel}?events=all", exchange -> { }));
        while (e.getCause() instanceof Exception cause) {
            e = cause;
        }
        assertEquals("listener 0.0.0.0:80 can't be bound: no permission", e.getMessage());
        assertTrue(engine.handlers.isEmpty() && engine.watches.isEmpty());
    }
}
