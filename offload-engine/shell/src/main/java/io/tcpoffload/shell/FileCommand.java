// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.shell;

import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code offload:file}. */
@Service
@Command(scope = "offload", name = "file", description = "Appends a file to an adopted connection's stream")
public class FileCommand extends ControlAction {

    @Argument(index = 0, name = "session", description = "The number that offload:adopt has printed", required = true)
    long session;

    @Argument(index = 1, name = "path", description = "The file", required = true)
    String path;

    @Override
    String line() {
        return "file " + session + " " + path;
    }
}
