// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.shell;

import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code offload:close}. */
@Service
@Command(scope = "offload", name = "close", description = "Ends an adopted connection after its last byte")
public class CloseCommand extends ControlAction {

    @Argument(index = 0, name = "session", description = "The number that offload:adopt has printed", required = true)
    long session;

    @Override
    String line() {
        return "close " + session;
    }
}
