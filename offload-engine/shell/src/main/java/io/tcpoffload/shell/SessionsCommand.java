// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.shell;

import io.tcpoffload.api.OffloadEngine;
import io.tcpoffload.api.SessionInfo;
import java.util.List;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code offload:sessions}. */
@Service
@Command(scope = "offload", name = "sessions", description = "Lists the viewers being served")
public class SessionsCommand implements Action {

    @Reference
    OffloadEngine engine;

    @Option(name = "--channel", description = "Only the viewers of this channel")
    @Completion(ChannelCompleter.class)
    String channel;

    @Option(name = "--json", description = "Print JSON")
    boolean json;

    @Override
    public Object execute() {
        List<SessionInfo> sessions = engine.sessions().stream()
                .filter(s -> channel == null || channel.equals(s.channel()))
                .toList();
        if (json) {
            System.out.println(Json.of(sessions));
        } else {
            SessionsView.print(sessions, System.currentTimeMillis(), System.out);
        }
        return null;
    }
}
