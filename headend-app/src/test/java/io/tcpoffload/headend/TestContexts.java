// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.headend;

import io.tcpoffload.camel.TcpOffloadComponent;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.apache.camel.CamelContext;
import org.apache.camel.ServiceStatus;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.impl.engine.DefaultComponentResolver;
import org.apache.camel.spi.ComponentResolver;

/** Makes Camel contexts outside OSGi, in which components can be missing as they can be there. */
final class TestContexts implements Function<String, CamelContext> {

    final Set<String> missing = ConcurrentHashMap.newKeySet();
    private final List<CamelContext> made = new CopyOnWriteArrayList<>();

    @Override
    public CamelContext apply(String name) {
        var context = new DefaultCamelContext();
        var found = new DefaultComponentResolver();
        context.getCamelContextExtension().setName(name);
        context.getCamelContextExtension().addContextPlugin(ComponentResolver.class,
                (component, in) -> missing.contains(component) ? null : found.resolveComponent(component, in));
        context.addComponent("tcpoffload", withoutEngine());
        made.add(context);
        return context;
    }

    /** There the engine is a service, and here is none. */
    static TcpOffloadComponent withoutEngine() {
        var component = new TcpOffloadComponent();
        component.setAutoStartEngine(false);
        return component;
    }

    /** The ids of the routes that run, of all contexts. */
    List<String> running() {
        return made.stream().filter(c -> c.getStatus() == ServiceStatus.Started)
                .flatMap(c -> c.getRoutes().stream()).map(r -> r.getRouteId()).sorted().toList();
    }
}
