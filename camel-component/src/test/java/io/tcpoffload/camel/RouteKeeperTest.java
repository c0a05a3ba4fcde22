// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.api.Decision;
import io.tcpoffload.api.ViewerEvent;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.BindToRegistry;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.Route;
import org.apache.camel.ServiceStatus;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of routes while the component is replaced; with other classes in Karaf, by {@code ComponentInKarafIT}. */
class RouteKeeperTest extends CamelTestSupport {

    private static final byte[] BODY = new byte[188];

    @BindToRegistry("engine")
    private final FakeEngine engine = new FakeEngine();

    private final Map<CamelContext, Map<String, Object>> waiting = new HashMap<>();
    private TcpOffloadComponent before;

    @Override
    protected RouteBuilder createRouteBuilder() {
        return new RouteBuilder() {
            @Override
            public void configure() {
                Endpoint made = getContext().getEndpoint("tcpoffload:made");
                getContext().getPropertiesComponent().addInitialProperty("to", "tcpoffload:news");
                from("direct:faults").routeId("faults").onException(IllegalStateException.class).handled(true)
                        .setBody(constant(BODY)).to("tcpoffload:faults").end().throwException(new IllegalStateException());
                from("direct:news").routeId("news").choice().when(body().isNotNull()).to("{{to}}");
                from("direct:made").routeId("made").to(made);
                from("direct:dynamic").routeId("dynamic").toD("tcpoffload:${header.name}");
                from("direct:other").routeId("other").recipientList(header("to"));
                from("tcpoffload:{channel}?events=all").routeId("gate").setHeader("CamelTcpOffloadStatus", constant(402))
                        .to("mock:gate");
                from("tcpoffload:vod/{film}?events=request").routeId("suspended").setBody(constant("film"));
                from("direct:stopped").routeId("stopped").autoStartup(false).to("tcpoffload:stopped");
            }
        };
    }

    @BeforeEach
    void components() throws Exception {
        before = context.getComponent("tcpoffload", TcpOffloadComponent.class);
        before.getConfiguration().setKeepalive(500);
        before.getConfiguration().setStoreSize("2MB");
        before.setAutoStartEngine(false);
        context.getRouteController().suspendRoute("suspended");
    }

    private ServiceStatus status(String route) {
        return context.getRouteController().getRouteStatus(route);
    }

    @Test
    void routesThatUseTheComponentAreOutOnlyAsLongAsItIsAway() throws Exception {
        template.sendBody("direct:news", BODY);
        template.sendBodyAndHeader("direct:dynamic", BODY, "name", "sport");
        template.sendBodyAndHeader("direct:other", BODY, "to", "tcpoffload:films");
        template.sendBody("tcpoffload:direct", BODY);
        int opened = engine.opened.size();

        RouteKeeper.takeOut(before, waiting);
        assertEquals(opened, engine.closed, "publishers closed");
        assertTrue(engine.handlers.isEmpty() && engine.watches.isEmpty() && engine.suspensions.isEmpty());
        assertEquals(List.of("dynamic", "other"), context.getRoutes().stream().map(Route::getRouteId).toList());
        assertNull(context.hasComponent("tcpoffload"));
        assertFalse(TcpOffloadComponent.running().contains(before));

        RouteKeeper.putAllBack(waiting);
        assertTrue(waiting.isEmpty());
        var now = context.getComponent("tcpoffload", TcpOffloadComponent.class);
        assertNotSame(before, now);
        assertEquals(500, now.getConfiguration().getKeepalive());
        assertEquals("2MB", now.getConfiguration().getStoreSize());
        assertFalse(now.isAutoStartEngine());
        for (String route : List.of("faults", "news", "made", "dynamic", "other", "gate")) {
            assertEquals(ServiceStatus.Started, status(route), route);
        }
        assertEquals(ServiceStatus.Suspended, status("suspended"));
        assertEquals(1, engine.suspensions.size());
        assertEquals(ServiceStatus.Stopped, status("stopped"));
    }

    @Test
    void theyWorkAsBefore() throws Exception {
        template.sendBodyAndHeader("direct:dynamic", BODY, "name", "sport");
        template.sendBodyAndHeader("direct:other", BODY, "to", "tcpoffload:films");
        template.sendBody("tcpoffload:direct", BODY);
        engine.bodies.clear();
        RouteKeeper.takeOut(before, waiting);
        RouteKeeper.putAllBack(waiting);
        template.sendBody("direct:faults", BODY);
        template.sendBody("direct:news", BODY);
        template.sendBody("direct:made", BODY);
        template.sendBodyAndHeader("direct:dynamic", BODY, "name", "sport");
        context.getRouteController().startRoute("stopped");
        template.sendBody("direct:stopped", BODY);
        template.sendBodyAndHeader("direct:other", BODY, "to", "tcpoffload:films");
        template.sendBody("tcpoffload:direct", BODY);
        assertEquals(List.of("faults", "news", "made", "sport", "stopped", "films", "direct"),
                engine.bodies.stream().map(FakeEngine.Body::channel).toList());
        assertEquals(402, assertInstanceOf(Decision.Reject.class, engine.request("/news", "", Map.of())).status());
        getMockEndpoint("mock:gate").expectedMessageCount(2);
        engine.tell(ViewerEvent.Type.SUBSCRIBE, 1, "news");
        getMockEndpoint("mock:gate").assertIsSatisfied();
        context.getRouteController().resumeRoute("suspended");
        assertInstanceOf(Decision.Answer.class, engine.request("/vod/film", "", Map.of()));
    }

    @Test
    void aContextThatHasStoppedMeanwhileIsLeftAlone() {
        RouteKeeper.takeOut(before, waiting);
        context.stop();
        RouteKeeper.putAllBack(waiting);
        assertTrue(waiting.isEmpty());
        assertTrue(context.isStopped());
    }
}
