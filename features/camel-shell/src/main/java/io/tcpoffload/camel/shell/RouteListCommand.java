// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel.shell;

import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.api.management.ManagedCamelContext;
import org.apache.camel.api.management.mbean.ManagedRouteMBean;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.table.ShellTable;

/** {@code camel:route-list}. */
@Service
@Command(scope = "camel", name = "route-list", description = "Lists the routes")
public class RouteListCommand extends ContextAction {

    public RouteListCommand() {
        super("Context", "Route", "Status", "Total #", "Failed #", "Inflight #", "Uptime");
    }

    @Override
    void addRows(ShellTable table, CamelContext camel) {
        ManagedCamelContext managed = camel.getCamelContextExtension().getContextPlugin(ManagedCamelContext.class);
        for (Route route : camel.getRoutes()) {
            String id = route.getRouteId();
            ManagedRouteMBean bean = managed == null ? null : managed.getManagedRoute(id);
            table.addRow().addContent(camel.getName(), id, camel.getRouteController().getRouteStatus(id),
                    bean == null ? "" : bean.getExchangesTotal(), bean == null ? "" : bean.getExchangesFailed(),
                    camel.getInflightRepository().size(id), route.getUptime());
        }
    }
}
