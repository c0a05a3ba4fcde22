// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.shell;

import io.tcpoffload.api.OffloadEngine;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code offload:info}. */
@Service
@Command(scope = "offload", name = "info",
        description = "Shows the transport in use and why, devices, system features found and missing, and counters")
public class InfoCommand implements Action {

    @Reference
    OffloadEngine engine;

    @Option(name = "--json", description = "Print JSON, with all counters")
    boolean json;

    @Override
    public Object execute() {
        if (json) {
            System.out.println(Json.of(engine.info()));
        } else {
            InfoView.print(engine.info(), System.out);
        }
        return null;
    }
}
