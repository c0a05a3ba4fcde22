// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.headend;

import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.apache.camel.CamelContext;

/** Routes that run in a Camel context of their own. */
final class RunningRoutes {

    /** An exchange in flight is a segment on its way into a store: a matter of milliseconds. */
    private static final long STOP_SECONDS = 5;

    private final CamelContext context;

    private RunningRoutes(CamelContext context) {
        this.context = context;
    }

    /** Adds routes to a context. */
    interface Loader {
        void loadInto(CamelContext context) throws Exception;
    }

    /**
     * Starts routes.
     *
     * @param name     of their context
     * @param contexts makes a context by name
     * @throws RouteException if they can't be started; nothing of them is left then
     */
    static RunningRoutes start(String name, Loader routes, Function<String, CamelContext> contexts)
            throws RouteException {
        CamelContext context = contexts.apply(name);
        context.setSourceLocationEnabled(true);
        context.getShutdownStrategy().setTimeout(STOP_SECONDS);
        // The context starts empty and the routes afterwards, all at once: in this way what fails comes back to us as
        // an exception, without a stack trace in the log, and no route runs before those it sends to.
        context.setAutoStartup(false);
        try {
            context.start();
            routes.loadInto(context);
            context.getRouteController().startAllRoutes();
            return new RunningRoutes(context);
        } catch (Exception e) {
            List<RouteSource.Located> locations = RouteSource.locations(context);
            context.stop();
            throw RouteFaults.explain(e, locations);
        }
    }

    int routes() {
        return context.getRoutes().size();
    }

    boolean usesAny(Set<String> components) {
        return !Collections.disjoint(context.getComponentNames(), components);
    }

    void stop() {
        context.stop();
    }
}
