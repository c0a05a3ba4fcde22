// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.shell;

import io.tcpoffload.api.OffloadEngine;
import io.tcpoffload.api.OffloadException;
import java.util.ArrayList;
import java.util.List;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code offload:hand-back}. */
@Service
@Command(scope = "offload", name = "hand-back",
        description = "Gives viewers' connections back to the kernel; the ordinary transport goes on with them")
public class HandBackCommand implements Action {

    @Reference
    OffloadEngine engine;

    @Argument(name = "session", description = "The ids of the sessions, as offload:sessions lists them", required = true,
            multiValued = true)
    @Completion(SessionCompleter.class)
    List<Long> sessions;

    @Override
    public Object execute() {
        List<String> problems = new ArrayList<>();
        for (long session : sessions) {
            try {
                engine.handBack(session);
                System.out.println("Session " + session + " handed back to the kernel");
            } catch (OffloadException e) {
                problems.add(e.getMessage());
            }
        }
        if (!problems.isEmpty()) {
            throw new OffloadException(String.join("\n", problems));
        }
        return null;
    }
}
