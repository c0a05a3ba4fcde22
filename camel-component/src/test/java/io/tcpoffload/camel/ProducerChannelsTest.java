// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.api.Decision;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.Set;
import org.apache.camel.BindToRegistry;
import org.apache.camel.Exchange;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.junit.jupiter.api.Test;

/** Channels that messages choose, and viewers that messages choose. */
class ProducerChannelsTest extends CamelTestSupport {

    @BindToRegistry("engine")
    private final FakeEngine engine = new FakeEngine();

    private Exchange send(String uri, Map<String, Object> headers) {
        return template.request(uri, exchange -> {
            exchange.getMessage().setBody(new byte[188]);
            headers.forEach(exchange.getMessage()::setHeader);
        });
    }

    @Test
    void headerChoosesTheChannelWhereTheUriLeavesItOpen() {
        send("tcpoffload:127.0.0.1:81/{channel}?storeSize=2MB", Map.of("CamelTcpOffloadChannel", "a"));
        send("tcpoffload:127.0.0.1:81/{channel}?storeSize=2MB", Map.of("CamelTcpOffloadChannel", "b"));
        send("tcpoffload:127.0.0.1:81/{channel}?storeSize=2MB", Map.of("CamelTcpOffloadChannel", "a"));
        assertEquals(List.of("a", "b", "a"), engine.bodies.stream().map(FakeEngine.Body::channel).toList());
        assertEquals(2, engine.opened.size());
        assertEquals("127.0.0.1:81", engine.opened.get(1).listener());
        assertEquals(2 << 20, engine.opened.get(1).storeBytes());
    }

    @Test
    void headerOfAnEventDoesNotMoveMediaElsewhere() {
        send("tcpoffload:news", Map.of("CamelTcpOffloadChannel", "sport", "CamelTcpOffloadSessionId", 4L));
        assertEquals("news", engine.bodies.get(0).channel());
        assertNull(engine.bodies.get(0).sessions());
    }

    @Test
    void missingHeaderIsNamed() {
        assertEquals("tcpoffload://{channel} leaves the channel to the message: set the header CamelTcpOffloadChannel",
                send("tcpoffload:{channel}", Map.of()).getException().getMessage());
    }

    @Test
    void wrongNameIsNamed() {
        assertTrue(send("tcpoffload:{channel}", Map.of("CamelTcpOffloadChannel", "../x")).getException().getMessage()
                .startsWith("channel name '../x' is not valid: 1 to 64 letters"));
    }

    @Test
    void numberOfChannelsIsBounded() {
        for (int i = 0; i < ChannelFeeds.MAX_CHANNELS; i++) {
            assertNull(send("tcpoffload:{channel}", Map.of("CamelTcpOffloadChannel", "c" + i)).getException());
        }
        assertEquals("channel more can't be opened: tcpoffload://{channel} feeds 256 channels already, which is the most",
                send("tcpoffload:{channel}", Map.of("CamelTcpOffloadChannel", "more")).getException().getMessage());
    }

    @Test
    void allAreClosedWithTheProducer() throws Exception {
        var producer = context.getEndpoint("tcpoffload:{channel}").createAsyncProducer();
        producer.start();
        for (String channel : new String[] {"a", "b"}) {
            var exchange = context.getEndpoint("tcpoffload:{channel}").createExchange();
            exchange.getMessage().setBody(new byte[1]);
            exchange.getMessage().setHeader("CamelTcpOffloadChannel", channel);
            producer.process(exchange);
            assertNull(exchange.getException());
        }
        producer.stop();
        assertEquals(2, engine.closed);
    }

    @Test
    void chosenViewersGetTheBodyAndNobodyElse() {
        Exchange sent = send("tcpoffload:news", Map.of("CamelTcpOffloadSessionIds", List.of(4L, 9)));
        assertEquals(Set.of(4L, 9L), engine.bodies.get(0).sessions());
        assertEquals(2, sent.getMessage().getHeader("CamelTcpOffloadSubscribers"));
        send("tcpoffload:news", Map.of("CamelTcpOffloadSessionIds", "4, 9"));
        assertEquals(Set.of(4L, 9L), engine.bodies.get(1).sessions());
        send("tcpoffload:news", Map.of("CamelTcpOffloadSessionIds", 4));
        assertEquals(Set.of(4L), engine.bodies.get(2).sessions());
    }

    @Test
    void wrongViewerIsNamed() {
        assertEquals("header CamelTcpOffloadSessionIds 'x' of type java.lang.String is not valid: a whole number",
                send("tcpoffload:news", Map.of("CamelTcpOffloadSessionIds", "4,x")).getException().getMessage());
    }

    @Test
    void listenersOptionsAreInForceBeforeTheChannel() {
        send("tcpoffload:127.0.0.1:81/news?backlog=5&sendBufferSize=65536&receiveBufferSize=4096", Map.of());
        assertEquals(1, engine.listeners.size());
        assertEquals(5, engine.listeners.get(0).backlog());
        assertEquals(65536, engine.listeners.get(0).sendBuffer());
        assertEquals(4096, engine.listeners.get(0).receiveBuffer());
        send("tcpoffload:127.0.0.1:82/news", Map.of());
        assertEquals(1, engine.listeners.size());
    }

    @Test
    void differingListenerOptionsFailAtTheStartAndNameBothEndpoints() throws Exception {
        send("tcpoffload:127.0.0.1:81/news?backlog=5", Map.of());
        var producer = context.getEndpoint("tcpoffload:127.0.0.1:81/sport?backlog=6").createProducer();
        Exception e = assertThrows(Exception.class, producer::start);
        while (e.getCause() instanceof Exception cause) {
            e = cause;
        }
        assertEquals("listener 127.0.0.1:81 has backlog 5 for tcpoffload://127.0.0.1:81/news?backlog=5; it can't have "
                + "backlog 6 for tcpoffload://127.0.0.1:81/sport?backlog=6", e.getMessage());
    }

    @Test
    void authorizerOfAProducerIsAskedAboutItsChannel() throws Exception {
        context.getRegistry().bind("auth", (TcpOffloadAuthorizer) request -> Decision.reject(403, "not you"));
        send("tcpoffload:news?authorizer=#auth", Map.of());
        assertEquals(Decision.reject(403, "not you"), engine.request("/news", "", Map.of()));
    }

    @Test
    void authorizerOfAProducerIsAskedOnTheApplicationsThreads() throws Exception {
        var pool = Executors.newSingleThreadExecutor(task -> new Thread(task, "application"));
        context.getRegistry().bind("pool", pool);
        context.getRegistry().bind("auth",
                (TcpOffloadAuthorizer) request -> Decision.reject(403, Thread.currentThread().getName()));
        send("tcpoffload:news?authorizer=#auth&executorService=#pool", Map.of());
        assertEquals(Decision.reject(403, "application"), engine.request("/news", "", Map.of()));
        pool.shutdown();
    }
}
