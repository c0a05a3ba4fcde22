// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.shell;

import io.tcpoffload.api.ChannelInfo;
import io.tcpoffload.api.OffloadEngine;
import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/** Completes the names of the open channels. */
@Service
public class ChannelCompleter implements Completer {

    @Reference
    OffloadEngine engine;

    @Override
    public int complete(Session session, CommandLine commandLine, List<String> candidates) {
        List<String> names = engine.channels().stream().map(ChannelInfo::name).distinct().toList();
        return new StringsCompleter(names).complete(session, commandLine, candidates);
    }
}
