// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.api.Decision;
import io.tcpoffload.camel.dsl.TcpOffloadEndpointBuilderFactory.AdvancedTcpOffloadEndpointBuilder;
import io.tcpoffload.camel.dsl.TcpOffloadEndpointBuilderFactory.AdvancedTcpOffloadEndpointConsumerBuilder;
import io.tcpoffload.camel.dsl.TcpOffloadEndpointBuilderFactory.AdvancedTcpOffloadEndpointProducerBuilder;
import io.tcpoffload.camel.dsl.TcpOffloadEndpointBuilderFactory.TcpOffloadBuilders;
import io.tcpoffload.camel.dsl.TcpOffloadEndpointBuilderFactory.TcpOffloadEndpointBuilder;
import io.tcpoffload.camel.dsl.TcpOffloadEndpointBuilderFactory.TcpOffloadEndpointConsumerBuilder;
import io.tcpoffload.camel.dsl.TcpOffloadEndpointBuilderFactory.TcpOffloadEndpointProducerBuilder;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.BindToRegistry;
import org.apache.camel.CatalogCamelContext;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.endpoint.EndpointRouteBuilder;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.apache.camel.tooling.model.BaseOptionModel;
import org.apache.camel.tooling.model.JsonMapper;
import org.junit.jupiter.api.Test;

class EndpointDslTest extends CamelTestSupport {

    @BindToRegistry("engine")
    private final FakeEngine engine = new FakeEngine();

    private static final class Routes extends EndpointRouteBuilder implements TcpOffloadBuilders {

        @Override
        public void configure() {
            from(direct("in")).to(tcpoffload("127.0.0.1:8080/news").storeSize("2MB").detachGrace(5000).maxSubscribers(7)
                    .advanced().backlog(64));
            from(tcpoffload("127.0.0.1:8080/{channel}").events("request").concurrentConsumers(2))
                .setHeader(tcpoffload().tcpOffloadStatus(), constant(402));
        }
    }

    @Override
    protected RoutesBuilder createRouteBuilder() {
        return new Routes();
    }

    @Test
    void routesAreWhatTheirBuildersSay() throws Exception {
        template.sendBody("direct:in", new byte[188]);
        assertEquals("news", engine.bodies.get(0).channel());
        var spec = engine.opened.get(0);
        assertEquals(2_000_000, spec.storeBytes(), 100_000);
        assertEquals(5000, spec.detachGrace().toMillis());
        assertEquals(7, spec.access().maxSubscribers());
        assertEquals(64, engine.listeners.get(0).backlog());
        var refusal = assertInstanceOf(Decision.Reject.class, engine.request("/news", "", Map.of()));
        assertEquals(402, refusal.status());
    }

    private static Set<String> options(Class<?>... builders) {
        return Stream.of(builders).flatMap(builder -> Stream.of(builder.getMethods()))
                .filter(method -> method.getParameterCount() == 1).map(Method::getName)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void everyOptionHasAMethodOnTheSideWhereItIsOfUse() throws Exception {
        var model = JsonMapper.generateComponentModel(((CatalogCamelContext) context)
                .getComponentParameterJsonSchema("tcpoffload"));
        var consumers = options(TcpOffloadEndpointConsumerBuilder.class, AdvancedTcpOffloadEndpointConsumerBuilder.class);
        var producers = options(TcpOffloadEndpointProducerBuilder.class, AdvancedTcpOffloadEndpointProducerBuilder.class);
        var both = options(TcpOffloadEndpointBuilder.class, AdvancedTcpOffloadEndpointBuilder.class);
        for (BaseOptionModel option : model.getEndpointParameterOptions()) {
            String label = option.getLabel() == null ? "" : option.getLabel();
            assertTrue(both.contains(option.getName()), option.getName());
            assertEquals(!label.contains("producer"), consumers.contains(option.getName()), option.getName());
            assertEquals(!label.contains("consumer"), producers.contains(option.getName()), option.getName());
        }
    }
}
