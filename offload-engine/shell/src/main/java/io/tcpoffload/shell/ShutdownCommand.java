// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.shell;

import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code offload:shutdown}. */
@Service
@Command(scope = "offload", name = "shutdown", description = "Ends an adopted connection's stream after its last byte, and lets the peer go on")
public class ShutdownCommand extends ControlAction {

    @Argument(index = 0, name = "session", description = "The number that offload:adopt has printed", required = true)
    long session;

    @Override
    String line() {
        return "shutdown " + session;
    }
}
