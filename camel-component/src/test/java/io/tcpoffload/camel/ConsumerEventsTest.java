// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.api.PathTemplate;
import io.tcpoffload.api.ViewerEvent;
import io.tcpoffload.api.ViewerEvent.Type;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.apache.camel.BindToRegistry;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.junit.jupiter.api.Test;

class ConsumerEventsTest extends CamelTestSupport {

    @BindToRegistry("engine")
    private final FakeEngine engine = new FakeEngine();

    private void route(String uri) throws Exception {
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from(uri).routeId("events").to("mock:events");
            }
        });
    }

    @Test
    void eventIsBodyAndHeaders() throws Exception {
        route("tcpoffload:news");
        engine.tell(Type.UNSUBSCRIBE, 4, "news");
        Exchange exchange = getMockEndpoint("mock:events").getReceivedExchanges().get(0);
        assertEquals(ExchangePattern.InOnly, exchange.getPattern());
        assertEquals(4, assertInstanceOf(ViewerEvent.class, exchange.getMessage().getBody()).session());
        var headers = exchange.getMessage().getHeaders();
        assertEquals("unsubscribe", headers.get("CamelTcpOffloadEvent"));
        assertEquals("news", headers.get("CamelTcpOffloadChannel"));
        assertEquals(4L, headers.get("CamelTcpOffloadSessionId"));
        assertEquals("10.1.2.3:50000", headers.get("CamelTcpOffloadRemoteAddress"));
        assertEquals("10.0.0.1:8080", headers.get("CamelTcpOffloadLocalAddress"));
        assertEquals("nio", headers.get("CamelTcpOffloadTransport"));
        assertEquals("secret", headers.get("CamelTcpOffloadToken"));
        assertEquals(4_000_000L, headers.get("CamelTcpOffloadBytesSent"));
        assertEquals(90_000L, headers.get("CamelTcpOffloadDuration"));
        assertEquals(188_000L, headers.get("CamelTcpOffloadLag"));
        assertEquals("peer closed", headers.get("CamelTcpOffloadReason"));
        assertEquals(1_700_000_000_000L, exchange.getMessage().getMessageTimestamp());
    }

    @Test
    void orderIsKept() throws Exception {
        route("tcpoffload:news");
        for (int i = 0; i < 100; i++) {
            engine.tell(Type.SUBSCRIBE, i, "news");
        }
        assertEquals(LongStream.range(0, 100).boxed().toList(), getMockEndpoint("mock:events")
                .getReceivedExchanges().stream().map(x -> x.getMessage().getHeader("CamelTcpOffloadSessionId")).toList());
    }

    @Test
    void byDefaultAllEventsAreToldAndNoRequestsAsked() throws Exception {
        route("tcpoffload:127.0.0.1:81/{channel}?eventQueueSize=50");
        var spec = engine.watches.get(0).spec();
        assertEquals(Set.of(Type.values()), spec.types());
        assertEquals("127.0.0.1:81", spec.listener());
        assertEquals("/{channel}", spec.path().toString());
        assertEquals(50, spec.capacity());
        assertTrue(engine.handlers.isEmpty());
    }

    @Test
    void onlyWantedEventsAreToldOf() throws Exception {
        route("tcpoffload:news?events=slow, Error");
        assertEquals(Set.of(Type.SLOW, Type.ERROR), engine.watches.get(0).spec().types());
    }

    @Test
    void routeThatFailsDoesNotEndTheTelling() throws Exception {
        getMockEndpoint("mock:events").whenAnyExchangeReceived(exchange -> {
            throw new IllegalStateException("disk full");
        });
        route("tcpoffload:news");
        engine.tell(Type.SUBSCRIBE, 1, "news");
        engine.tell(Type.SUBSCRIBE, 2, "news");
        assertEquals(2, getMockEndpoint("mock:events").getReceivedCounter());
    }

    @Test
    void suspendedRouteRefusesNewViewersAndStillTellsOfThePresentOnes() throws Exception {
        route("tcpoffload:127.0.0.1:81/news?events=all");
        context.getRouteController().suspendRoute("events");
        assertEquals(List.of(new FakeEngine.Suspension("127.0.0.1:81", PathTemplate.parse("news"),
                Duration.ofSeconds(5))), engine.suspensions);
        assertEquals(1, engine.handlers.size());
        engine.tell(Type.UNSUBSCRIBE, 1, "news");
        assertEquals(1, getMockEndpoint("mock:events").getReceivedCounter());
        context.getRouteController().resumeRoute("events");
        assertTrue(engine.suspensions.isEmpty());
    }

    @Test
    void stopEndsASuspension() throws Exception {
        route("tcpoffload:news");
        context.getRouteController().suspendRoute("events");
        context.getRouteController().stopRoute("events");
        assertTrue(engine.suspensions.isEmpty());
    }
}
