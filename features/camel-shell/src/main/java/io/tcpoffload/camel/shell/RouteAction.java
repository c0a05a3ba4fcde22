// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel.shell;

import org.apache.camel.spi.RouteController;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.osgi.framework.BundleContext;

/** A command that does something to one route, and says what has become of it. */
abstract class RouteAction implements Action {

    @Reference
    BundleContext bundle;

    @Argument(index = 0, name = "context", description = "The name of the Camel context", required = true)
    @Completion(ContextCompleter.class)
    String context;

    @Argument(index = 1, name = "route", description = "The route's id", required = true)
    @Completion(RouteCompleter.class)
    String route;

    @Override
    public Object execute() throws Exception {
        RouteController controller = Contexts.withRoute(bundle, context, route).getRouteController();
        act(controller, route);
        System.out.println("Route " + route + ": " + controller.getRouteStatus(route));
        return null;
    }

    abstract void act(RouteController controller, String route) throws Exception;
}
