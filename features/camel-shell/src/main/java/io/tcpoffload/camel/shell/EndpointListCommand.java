// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel.shell;

import java.util.Comparator;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.ServiceStatus;
import org.apache.camel.StatefulService;
import org.apache.camel.util.URISupport;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.table.ShellTable;

/** {@code camel:endpoint-list}. Secrets in URIs are masked. */
@Service
@Command(scope = "camel", name = "endpoint-list", description = "Lists the endpoints")
public class EndpointListCommand extends ContextAction {

    public EndpointListCommand() {
        super("Context", "Uri", "Status");
    }

    @Override
    void addRows(ShellTable table, CamelContext camel) {
        List<Endpoint> endpoints = camel.getEndpoints().stream()
                .sorted(Comparator.comparing(Endpoint::getEndpointUri)).toList();
        for (Endpoint endpoint : endpoints) {
            table.addRow().addContent(camel.getName(), shown(endpoint),
                    endpoint instanceof StatefulService service ? service.getStatus() : ServiceStatus.Started);
        }
    }

    /** With the braces of templates as they were written. */
    private static String shown(Endpoint endpoint) {
        return URISupport.sanitizeUri(endpoint.getEndpointUri()).replace("%7B", "{").replace("%7D", "}");
    }
}
