// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.api.Delivery;
import io.tcpoffload.api.MediaSegment;
import io.tcpoffload.camel.mpegts.Packets;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.AsyncProducer;
import org.apache.camel.BindToRegistry;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Exchanges that wait: for viewers, for room, for their time. */
class ProducerWaitTest extends CamelTestSupport {

    private static final byte[] MEDIA = new byte[188];

    @BindToRegistry("engine")
    private final FakeEngine engine = new FakeEngine();
    @TempDir
    private Path folder;

    private final Map<String, AsyncProducer> producers = new HashMap<>();

    /** Hands a body over on this thread; what comes of it is told by the producer's callback. */
    private CompletableFuture<Exchange> begin(String options, Object body) throws Exception {
        AsyncProducer producer = producers.get(options);
        if (producer == null) {
            producer = context.getEndpoint("tcpoffload:news?" + options).createAsyncProducer();
            context.addService(producer);
            producers.put(options, producer);
        }
        var future = new CompletableFuture<Exchange>();
        var exchange = new DefaultExchange(context);
        exchange.getMessage().setBody(body);
        producer.process(exchange, doneSync -> assertTrue(future.complete(exchange), "done twice"));
        return future;
    }

    private static Exchange done(Future<Exchange> exchange) throws Exception {
        return exchange.get(10, TimeUnit.SECONDS);
    }

    private void await(int bodies) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (engine.bodies.size() < bodies) {
            assertTrue(System.nanoTime() < end, bodies + " bodies, have " + engine.bodies.size());
            Thread.sleep(1);
        }
    }

    @Test
    void exchangeIsDoneWhenViewersHaveBeenSentTheBody() throws Exception {
        engine.sent = new CompletableFuture<>();
        var exchange = begin("waitFor=sent", MEDIA);
        await(1);
        assertFalse(exchange.isDone());
        engine.sent.complete(new Delivery(5, 1, 1, 0));
        Exchange sent = done(exchange);
        assertNull(sent.getException());
        assertEquals(2, sent.getMessage().getHeader("CamelTcpOffloadDropped"));
        assertEquals(7, sent.getMessage().getHeader("CamelTcpOffloadSubscribers"));
    }

    @Test
    void viewersThatTakeTooLongFailTheExchangeButNotTheMedia() throws Exception {
        engine.sent = CompletableFuture.completedFuture(new Delivery(5, 0, 0, 2));
        Exchange sent = done(begin("waitFor=sent&sendTimeout=50", MEDIA));
        assertEquals("channel news: 2 of 7 viewers have not been sent the body within sendTimeout 50 ms; it stays published",
                sent.getException().getMessage());
        assertEquals(188L, sent.getMessage().getHeader("CamelTcpOffloadAcceptedBytes"));
        assertEquals(1, engine.bodies.size());
    }

    @Test
    void bodyThatFindsNoRoomFailsWithoutBeingPublished() throws Exception {
        engine.room = CompletableFuture.completedFuture(false);
        assertEquals("channel news has no room for 188 bytes: a viewer would lag by more than its limit (backpressure=fail)",
                done(begin("backpressure=fail", MEDIA)).getException().getMessage());
        assertEquals("channel news has no room for 188 bytes within sendTimeout 20 ms: a viewer would lag by more than its "
                + "limit (backpressure=block)", done(begin("backpressure=block&sendTimeout=20", MEDIA)).getException()
                .getMessage());
        assertTrue(engine.bodies.isEmpty());
    }

    @Test
    void bodyWaitsForRoom() throws Exception {
        engine.room = new CompletableFuture<>();
        var first = begin("backpressure=block", MEDIA);
        var second = begin("backpressure=block", new byte[376]);
        assertTrue(engine.bodies.isEmpty());
        engine.room.complete(true);
        assertNull(done(first).getException());
        assertNull(done(second).getException());
        assertEquals(List.of(188, 376), engine.bodies.stream().map(body -> body.bytes().length).toList());
    }

    @Test
    void withoutBackpressureNobodyIsAsked() throws Exception {
        engine.room = CompletableFuture.failedFuture(new AssertionError("asked"));
        assertNull(done(begin("", MEDIA)).getException());
    }

    @Test
    void bitrateSpreadsABody() throws Exception {
        // 20 packets in 20 ms.
        long begun = System.nanoTime();
        Exchange sent = done(begin("pacing=bitrate&bitrate=1504k", new byte[188 * 100]));
        assertNull(sent.getException());
        assertEquals(188 * 100L, sent.getMessage().getHeader("CamelTcpOffloadAcceptedBytes"));
        assertTrue(System.nanoTime() - begun >= TimeUnit.MILLISECONDS.toNanos(80), "too fast");
        assertEquals(5, engine.bodies.size());
        assertEquals(List.of(true, false, false, false, false),
                engine.bodies.stream().map(FakeEngine.Body::keyframe).toList());
        for (int i = 0; i < 5; i++) {
            long at = engine.bodies.get(i).nanos() - begun;
            assertTrue(at >= TimeUnit.MILLISECONDS.toNanos(20L * i), i + " came after " + at + " ns");
        }
    }

    @Test
    void clockOfTheStreamSpreadsAFile() throws Exception {
        var packets = new Packets();
        for (int i = 0; i < 5; i++) {
            packets.pcr(0x100, i, 7000 + i * 25).payload(0x101, i);
        }
        Path file = Files.write(folder.resolve("film.ts"), packets.bytes());
        long begun = System.nanoTime();
        assertNull(done(begin("pacing=pcr", file)).getException());
        assertTrue(System.nanoTime() - begun >= TimeUnit.MILLISECONDS.toNanos(100), "too fast");
        var all = new ByteArrayOutputStream();
        engine.bodies.forEach(body -> all.writeBytes(body.bytes()));
        assertArrayEquals(packets.bytes(), all.toByteArray());
        assertEquals(5, engine.bodies.size());
    }

    @Test
    void restOfTheRouteDoesNotHoldUpThePace() throws Exception {
        var held = new CompletableFuture<Void>();
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").to("tcpoffload:held?pacing=bitrate&bitrate=1M").process(exchange -> held.get());
            }
        });
        var first = template.asyncSendBody("direct:in", MEDIA);
        var second = template.asyncSendBody("direct:in", MEDIA);
        await(2);
        held.complete(null);
        first.get(10, TimeUnit.SECONDS);
        second.get(10, TimeUnit.SECONDS);
    }

    /** One body that takes an hour, and as many behind it as may wait. */
    private List<CompletableFuture<Exchange>> fill(String options) throws Exception {
        List<CompletableFuture<Exchange>> all = new ArrayList<>();
        all.add(begin(options, new byte[1_000_000]));
        await(1);
        for (int i = 0; i < TurnQueue.MAX_WAITING; i++) {
            all.add(begin(options, MEDIA));
        }
        return all;
    }

    @Test
    void newestTakesTheOldestsPlaceWhereTooManyWait() throws Exception {
        var all = fill("pacing=bitrate&bitrate=2k");
        begin("pacing=bitrate&bitrate=2k", MEDIA);
        Exchange dropped = done(all.get(1));
        assertNull(dropped.getException());
        assertEquals(-1, dropped.getMessage().getHeader("CamelTcpOffloadDropped"));
        assertEquals(0L, dropped.getMessage().getHeader("CamelTcpOffloadAcceptedBytes"));
        assertFalse(all.get(2).isDone());
        assertEquals(1, context.getEndpoint("tcpoffload:news?pacing=bitrate&bitrate=2k", TcpOffloadEndpoint.class)
                .getDroppedBodies());
    }

    @Test
    void newestFailsWhereTooManyWaitAndThatIsWanted() throws Exception {
        fill("pacing=bitrate&bitrate=2k&backpressure=fail");
        assertEquals("channel news has no room: 64 bodies wait for their turn (backpressure=fail)",
                done(begin("pacing=bitrate&bitrate=2k&backpressure=fail", MEDIA)).getException().getMessage());
    }

    @Test
    void stoppingFailsWhatWaitsAndTellsWhatIsPublished() throws Exception {
        var all = fill("pacing=bitrate&bitrate=2k");
        context.stop();
        Exchange underWay = done(all.get(0));
        assertEquals("channel news: its route has stopped while a body was under way", underWay.getException().getMessage());
        assertEquals(188L, underWay.getMessage().getHeader("CamelTcpOffloadAcceptedBytes"));
        for (var waiting : all.subList(1, all.size())) {
            assertEquals("channel news: its route has stopped before the body had its turn",
                    done(waiting).getException().getMessage());
        }
    }

    @Test
    void shutdownDoesNotWaitForViewers() throws Exception {
        engine.sent = new CompletableFuture<>();
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("seda:in").to("tcpoffload:slow?waitFor=sent&sendTimeout=60000").to("mock:out");
            }
        });
        getMockEndpoint("mock:out").expectedMessageCount(1);
        template.sendBody("seda:in", MEDIA);
        await(1);
        long begun = System.nanoTime();
        context.stop();
        assertTrue(System.nanoTime() - begun < TimeUnit.SECONDS.toNanos(10));
        getMockEndpoint("mock:out").assertIsSatisfied();
    }

    @Test
    void countedSegmentIsHeldUntilItIsPublished() throws Exception {
        engine.room = new CompletableFuture<>();
        var free = new AtomicBoolean();
        var segment = new MediaSegment(ByteBuffer.wrap(MEDIA), false, () -> free.set(true));
        var exchange = begin("backpressure=block", segment);
        segment.release();
        assertFalse(free.get());
        engine.room.complete(true);
        done(exchange);
        assertTrue(free.get());
        assertFalse(engine.bodies.get(0).keyframe());
        assertThrows(IllegalStateException.class, segment::buffer);
    }

    @Test
    void sharedSegmentStaysItsOwners() throws Exception {
        var segment = new MediaSegment(ByteBuffer.wrap(MEDIA), true, () -> { });
        done(begin("", segment));
        assertEquals(188, segment.buffer().remaining());
        assertTrue(engine.bodies.get(0).keyframe());
    }
}
