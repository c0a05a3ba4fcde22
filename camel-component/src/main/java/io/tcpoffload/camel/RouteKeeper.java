// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.Component;
import org.apache.camel.Endpoint;
import org.apache.camel.Route;
import org.apache.camel.ServiceStatus;
import org.apache.camel.model.EndpointRequiredDefinition;
import org.apache.camel.model.FromDefinition;
import org.apache.camel.model.Model;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.SendDefinition;
import org.apache.camel.spi.ComponentResolver;
import org.apache.camel.support.DefaultEndpoint;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.util.tracker.ServiceTracker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bundle's activator: routes go on when the component is updated. A Camel context that knows nothing of OSGi's
 * services would keep the endpoints of the version before, whose classes are gone. So its routes that use the component
 * are taken out when the bundle stops, and put back, as they were, by the version that starts next, in the same bundle or
 * in another. Meanwhile they wait in a map in the service registry, which outlasts both. Steps that find out their
 * endpoint with each exchange need no such care, as {@link TcpOffloadEndpoint#equals} sees to it.
 *
 * <p>Contexts that stop with the component by themselves, as those of a declarative service with a reference to the
 * {@link ComponentResolver}, have stopped before, and are none of its business.
 */
public final class RouteKeeper implements BundleActivator {

    private static final Logger LOG = LoggerFactory.getLogger(RouteKeeper.class);

    /** An exchange in flight is a segment on its way into a store: a matter of milliseconds. */
    private static final long STOP_SECONDS = 5;
    private static final String RESOLVER = "(&(" + Constants.OBJECTCLASS + "=" + ComponentResolver.class.getName()
            + ")(component=" + TcpOffloadConstants.SCHEME + "))";
    /** Marks the map among the services. */
    private static final String WAITING = "tcpoffload.waiting";
    /** What waits of one context. Another version reads it, so that there are only types of Java's and Camel's in it. */
    private static final String COMPONENT = "component";
    private static final String OPTIONS = "options";
    private static final String ROUTES = "routes";

    private ServiceTracker<ComponentResolver, ComponentResolver> resolvers;

    @Override
    public void start(BundleContext context) throws InvalidSyntaxException {
        resolvers = new ServiceTracker<>(context, context.createFilter(RESOLVER), null) {
            @Override
            public ComponentResolver addingService(ServiceReference<ComponentResolver> reference) {
                if (context.getBundle().equals(reference.getBundle())) {
                    putAllBack(waiting(context));
                }
                return null;
            }
        };
        resolvers.open();
    }

    @Override
    public void stop(BundleContext context) {
        resolvers.close();
        if (context.getBundle(0).getState() != Bundle.STOPPING) {
            for (TcpOffloadComponent component : TcpOffloadComponent.running()) {
                takeOut(component, waiting(context));
            }
        }
    }

    /** Made by the first version that needs it, in the name of the framework itself. */
    @SuppressWarnings("unchecked")
    private static Map<CamelContext, Map<String, Object>> waiting(BundleContext context) {
        BundleContext system = context.getBundle(0).getBundleContext();
        try {
            Collection<ServiceReference<Map>> found = system.getServiceReferences(Map.class, "(" + WAITING + "=true)");
            if (!found.isEmpty()) {
                return system.getService(found.iterator().next());
            }
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
        Map<CamelContext, Map<String, Object>> made = new ConcurrentHashMap<>();
        Dictionary<String, Object> properties = new Hashtable<>(Map.of(WAITING, true));
        system.registerService(Map.class, made, properties);
        return made;
    }

    static void takeOut(TcpOffloadComponent component, Map<CamelContext, Map<String, Object>> waiting) {
        CamelContext camel = component.getCamelContext();
        String name = camel.getComponentNames().stream().filter(n -> camel.hasComponent(n) == component).findFirst()
                .orElse(null);
        if (name == null || !camel.isStarted() && !camel.isSuspended()) {
            return;
        }
        Map<RouteDefinition, ServiceStatus> routes = new LinkedHashMap<>();
        try {
            for (Route route : camel.getRoutes()) {
                RouteDefinition definition = model(camel).getRouteDefinition(route.getRouteId());
                if (definition != null && endpoints(definition).stream().anyMatch(e -> uses(camel, e, name))) {
                    routes.put(definition, camel.getRouteController().getRouteStatus(route.getRouteId()));
                }
            }
            waiting.put(camel, Map.of(COMPONENT, name, OPTIONS, component.optionsInForce(), ROUTES, routes));
            for (RouteDefinition route : routes.keySet()) {
                camel.getRouteController().stopRoute(route.getId(), STOP_SECONDS, TimeUnit.SECONDS);
                camel.removeRoute(route.getId());
            }
            camel.removeComponent(name);
            removeEndpoints(camel, name);
            LOG.info("Camel context {}: its component {} stops; routes that wait for the next one: {}", camel.getName(),
                    name, ids(routes));
        } catch (Exception e) {
            LOG.error("Camel context {}: routes {} did not stop in order with their component: {}", camel.getName(),
                    ids(routes), e.toString());
        }
    }

    private static boolean uses(CamelContext camel, EndpointRequiredDefinition endpoint, String component) {
        String uri = endpoint.getEndpointUri();
        return uri != null && camel.resolvePropertyPlaceholders(uri).startsWith(component + ":");
    }

    @SuppressWarnings("rawtypes")
    private static List<EndpointRequiredDefinition> endpoints(RouteDefinition route) {
        List<EndpointRequiredDefinition> all = new ArrayList<>();
        if (route.getInput() != null) {
            all.add(route.getInput());
        }
        for (ProcessorDefinition step
                : ProcessorDefinitionHelper.filterTypeInOutputs(route.getOutputs(), ProcessorDefinition.class)) {
            if (step instanceof EndpointRequiredDefinition endpoint) {
                all.add(endpoint);
            }
        }
        return all;
    }

    /** But for those of the component that is there now, if there is one. */
    private static void removeEndpoints(CamelContext camel, String name) throws Exception {
        Component present = camel.hasComponent(name);
        for (Endpoint endpoint : List.copyOf(camel.getEndpoints())) {
            if (endpoint.getEndpointUri().startsWith(name + ":") && endpoint instanceof DefaultEndpoint known
                    && known.getComponent() != present) {
                camel.removeEndpoint(endpoint);
            }
        }
    }

    static void putAllBack(Map<CamelContext, Map<String, Object>> waiting) {
        for (CamelContext camel : List.copyOf(waiting.keySet())) {
            Map<String, Object> all = waiting.remove(camel);
            // Else its bundle has stopped meanwhile.
            if (all != null && (camel.isStarted() || camel.isSuspended())) {
                putBack(camel, all);
            }
        }
    }

    @SuppressWarnings("unchecked")
    private static void putBack(CamelContext camel, Map<String, Object> all) {
        Map<RouteDefinition, ServiceStatus> routes = (Map<RouteDefinition, ServiceStatus>) all.get(ROUTES);
        String name = (String) all.get(COMPONENT);
        try {
            TcpOffloadComponent component = camel.getComponent(name, TcpOffloadComponent.class);
            component.setOptions((Map<String, Object>) all.get(OPTIONS));
            // A step that finds out its endpoint with each exchange may have made one at the last moment.
            removeEndpoints(camel, name);
        } catch (Exception e) {
            LOG.error("Camel context {}: routes {} do not run again: {}", camel.getName(), ids(routes), e.toString());
            return;
        }
        routes.forEach((route, status) -> attempt(camel, route, () -> add(camel, route)));
        routes.forEach((route, status) -> attempt(camel, route, () -> start(camel, route.getId(), status)));
        LOG.info("Camel context {}: its component {} is back; routes that were put back: {}", camel.getName(), name,
                ids(routes));
    }

    private interface Step {
        void run() throws Exception;
    }

    private static void attempt(CamelContext camel, RouteDefinition route, Step step) {
        try {
            step.run();
        } catch (Exception e) {
            LOG.error("Camel context {}: route {} does not run again: {}", camel.getName(), route.getId(), e.toString());
        }
    }

    private static void add(CamelContext camel, RouteDefinition route) throws Exception {
        for (EndpointRequiredDefinition endpoint : endpoints(route)) {
            forgetEndpoint(endpoint);
        }
        String autoStartup = route.getAutoStartup();
        route.setAutoStartup("false");
        try {
            model(camel).addRouteDefinition(route);
        } finally {
            route.setAutoStartup(autoStartup);
        }
    }

    /** One that the route's author had made beforehand is of the version before. */
    private static void forgetEndpoint(EndpointRequiredDefinition definition) {
        if (definition instanceof FromDefinition from && from.getEndpoint() != null) {
            from.setUri(from.getEndpointUri());
        } else if (definition instanceof SendDefinition<?> send && send.getEndpoint() != null) {
            send.setUri(send.getEndpointUri());
        }
    }

    private static void start(CamelContext camel, String route, ServiceStatus before) throws Exception {
        if (before.isStarted() || before.isSuspended() || before.isSuspending()) {
            camel.getRouteController().startRoute(route);
        }
        if (before.isSuspended() || before.isSuspending()) {
            camel.getRouteController().suspendRoute(route);
        }
    }

    private static List<String> ids(Map<RouteDefinition, ServiceStatus> routes) {
        return routes.keySet().stream().map(RouteDefinition::getId).toList();
    }

    private static Model model(CamelContext camel) {
        return camel.getCamelContextExtension().getContextPlugin(Model.class);
    }
}
