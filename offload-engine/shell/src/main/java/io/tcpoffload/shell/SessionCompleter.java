// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.shell;

import io.tcpoffload.api.OffloadEngine;
import io.tcpoffload.api.TransportMode;
import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/** Completes the ids of the offloaded sessions. */
@Service
public class SessionCompleter implements Completer {

    @Reference
    OffloadEngine engine;

    @Override
    public int complete(Session session, CommandLine commandLine, List<String> candidates) {
        List<String> ids = engine.sessions().stream().filter(s -> s.transport() == TransportMode.OFFLOAD)
                .map(s -> Long.toString(s.id())).toList();
        return new StringsCompleter(ids).complete(session, commandLine, candidates);
    }
}
