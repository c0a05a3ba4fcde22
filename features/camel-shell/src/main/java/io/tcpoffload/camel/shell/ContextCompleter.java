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

/** Completes the names of the Camel contexts. */
@Service
public class ContextCompleter implements Completer {

    @Reference
    BundleContext bundle;

    @Override
    public int complete(Session session, CommandLine commandLine, List<String> candidates) {
        List<String> names = Contexts.all(bundle).stream().map(CamelContext::getName).distinct().toList();
        return new StringsCompleter(names).complete(session, commandLine, candidates);
    }
}
