// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel.shell;

import org.apache.camel.CamelContext;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.support.table.ShellTable;
import org.osgi.framework.BundleContext;

/** A command that prints a table of one Camel context, or of all. */
abstract class ContextAction implements Action {

    @Reference
    BundleContext bundle;

    @Argument(name = "context", description = "The name of the Camel context; without, all")
    @Completion(ContextCompleter.class)
    String context;

    private final ShellTable table = new ShellTable();

    ContextAction(String... columns) {
        for (String column : columns) {
            table.column(column);
        }
    }

    @Override
    public Object execute() throws Exception {
        for (CamelContext each : Contexts.named(bundle, context)) {
            addRows(table, each);
        }
        table.print(System.out);
        return null;
    }

    abstract void addRows(ShellTable table, CamelContext camel) throws Exception;
}
