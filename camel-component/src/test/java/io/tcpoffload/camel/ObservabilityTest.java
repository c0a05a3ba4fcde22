// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tcpoffload.api.SessionInfo;
import io.tcpoffload.api.TransportMode;
import io.tcpoffload.camel.mpegts.Packets;
import java.util.List;
import java.util.Map;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.camel.BindToRegistry;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.console.DevConsole;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.junit.jupiter.api.Test;

/** What can be seen from outside: meters, JMX, the developer console. */
class ObservabilityTest extends CamelTestSupport {

    @BindToRegistry("engine")
    private final FakeEngine engine = new FakeEngine();
    @BindToRegistry("meters")
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    @Override
    protected boolean useJmx() {
        return true;
    }

    @Override
    protected RouteBuilder createRouteBuilder() {
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").routeId("feed").to("tcpoffload:127.0.0.1:8080/news?validate=count&staleAfter=10s");
            }
        };
    }

    @Test
    void metersTellChannelsAndStreams() throws Exception {
        engine.channels.add(FakeEngine.info("news", 5, false));
        template.sendBody("direct:in", new Packets().payload(1, 0).payload(1, 5).bytes());
        assertEquals(5, meters.get("camel.tcpoffload.viewers").tags("channel", "news", "listener", "127.0.0.1:8080",
                "camelContext", context.getName()).gauge().value());
        assertEquals(376, meters.get("camel.tcpoffload.published.bytes").functionCounter().count());
        assertEquals(1, meters.get("camel.tcpoffload.published.bodies").functionCounter().count());
        assertEquals(2, meters.get("camel.tcpoffload.skips").functionCounter().count());
        assertEquals(1, meters.get("camel.tcpoffload.stream.faults").tag("fault", "continuity_count")
                .functionCounter().count());
        context.getRouteController().stopRoute("feed");
        context.removeRoute("feed");
        assertNull(meters.find("camel.tcpoffload.viewers").gauge());
    }

    @Test
    void endpointIsAManagedBean() throws Exception {
        engine.channels.add(FakeEngine.info("news", 5, false));
        engine.sessions.add(new SessionInfo(4, "10.1.2.3:5", "10.0.0.1:8080", "news", TransportMode.NIO, "",
                "ESTABLISHED", 0, 1000, 900, 188, 0, 0, 0, 0));
        template.sendBody("direct:in", new Packets().payload(1, 0).bytes());
        MBeanServer server = context.getManagementStrategy().getManagementAgent().getMBeanServer();
        ObjectName name = server.queryNames(new ObjectName("org.apache.camel:type=endpoints,*"), null).stream()
                .filter(bean -> bean.getKeyProperty("name").contains("news")).findFirst().orElseThrow();
        assertEquals(5, server.getAttribute(name, "Viewers"));
        assertEquals(188L, server.getAttribute(name, "PublishedBytes"));
        assertEquals("NIO", server.getAttribute(name, "ActiveTransport"));
        assertEquals(false, server.getAttribute(name, "Stale"));
        assertEquals("4 10.1.2.3:5 NIO 1000 188\n", server.invoke(name, "listViewers", null, null));
        server.invoke(name, "closeSession", new Object[] {4L, "token withdrawn"},
                new String[] {long.class.getName(), String.class.getName()});
        assertEquals(List.of("4 token withdrawn"), engine.closedSessions);
    }

    @Test
    void consoleShowsChannelsAndViewers() {
        engine.channels.add(FakeEngine.info("news", 5, false));
        DevConsole console = context.getCamelContextExtension().getContextPlugin(
                org.apache.camel.console.DevConsoleResolver.class).resolveDevConsole("tcpoffload");
        assertNotNull(console);
        String text = console.call(DevConsole.MediaType.TEXT, Map.of()).toString();
        assertTrue(text.contains("news on 127.0.0.1:8080: NIO, 5 viewers"), text);
        String json = console.call(DevConsole.MediaType.JSON, Map.of()).toString();
        assertTrue(json.contains("viewers=5"), json);
    }
}
