// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.shell;

import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code offload:adopt}. */
@Service
@Command(scope = "offload", name = "adopt", description = "Takes a connected TCP socket out of another process and serves it")
public class AdoptCommand extends ControlAction {

    @Argument(index = 0, name = "pid", description = "The process", required = true)
    int pid;

    @Argument(index = 1, name = "fd", description = "The process' number of the socket", required = true)
    int fd;

    @Option(name = "--channel", description = "What it is served; without, what offload:write and offload:file append")
    String channel;

    @Option(name = "--input", description = "What becomes of what the peer sends: discard (the default) or hand-back")
    String input;

    @Override
    String line() {
        return "adopt pid=" + pid + " fd=" + fd + (channel == null ? "" : " channel=" + channel)
                + (input == null ? "" : " input=" + input);
    }
}
