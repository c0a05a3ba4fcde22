// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.shell;

import io.tcpoffload.api.OffloadEngine;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code offload:channels}. */
@Service
@Command(scope = "offload", name = "channels",
        description = "Lists the open channels with their viewers and what is stored and published")
public class ChannelsCommand implements Action {

    @Reference
    OffloadEngine engine;

    @Option(name = "--json", description = "Print JSON")
    boolean json;

    @Override
    public Object execute() {
        if (json) {
            System.out.println(Json.of(engine.channels()));
        } else {
            ChannelsView.print(engine.channels(), System.out);
        }
        return null;
    }
}
