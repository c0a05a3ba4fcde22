// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel.shell;

import org.apache.camel.CamelContext;
import org.apache.camel.api.management.ManagedCamelContext;
import org.apache.camel.api.management.mbean.ManagedCamelContextMBean;
import org.apache.camel.support.CamelContextHelper;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.table.ShellTable;

/** {@code camel:context-list}. */
@Service
@Command(scope = "camel", name = "context-list", description = "Lists the Camel contexts")
public class ContextListCommand extends ContextAction {

    public ContextListCommand() {
        super("Context", "Status", "Total #", "Failed #", "Inflight #", "Uptime");
    }

    @Override
    void addRows(ShellTable table, CamelContext camel) {
        ManagedCamelContext managed = camel.getCamelContextExtension().getContextPlugin(ManagedCamelContext.class);
        ManagedCamelContextMBean bean = managed == null ? null : managed.getManagedCamelContext();
        table.addRow().addContent(camel.getName(), camel.getStatus(), bean == null ? "" : bean.getExchangesTotal(),
                bean == null ? "" : bean.getExchangesFailed(), camel.getInflightRepository().size(),
                CamelContextHelper.getUptime(camel));
    }
}
