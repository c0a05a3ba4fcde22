// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel.shell;

import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.StringsCompleter;
import org.osgi.framework.BundleContext;

/** Completes the ids of the routes of the Camel context that is the argument before. */
@Service
public class RouteCompleter implements Completer {

    @Reference
    BundleContext bundle;

    @Override
    public int complete(Session session, CommandLine commandLine, List<String> candidates) {
        int before = commandLine.getCursorArgumentIndex() - 1;
        String context = before > 0 ? commandLine.getArguments()[before] : null;
        List<CamelContext> contexts = Contexts.all(bundle).stream().filter(c -> c.getName().equals(context)).toList();
        return new StringsCompleter(Contexts.routes(contexts)).complete(session, commandLine, candidates);
    }
}
