// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.shell;

import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code offload:write}. */
@Service
@Command(scope = "offload", name = "write", description = "Appends zero bytes to an adopted connection's stream")
public class WriteCommand extends ControlAction {

    @Argument(index = 0, name = "session", description = "The number that offload:adopt has printed", required = true)
    long session;

    @Argument(index = 1, name = "count", description = "How many", required = true)
    long count;

    @Override
    String line() {
        return "write " + session + " " + count;
    }
}
