// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.shell;

import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code offload:session-info}. */
@Service
@Command(scope = "offload", name = "session-info", description = "Prints the state of an adopted connection as key=value, for a while also after its end")
public class SessionInfoCommand extends ControlAction {

    @Argument(index = 0, name = "session", description = "The number that offload:adopt has printed", required = true)
    long session;

    @Override
    String line() {
        return "info " + session;
    }
}
