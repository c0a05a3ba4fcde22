// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.shell;

import io.tcpoffload.api.OffloadEngine;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.lifecycle.Reference;

/** A command that says what a line of the control socket says, and prints the answer. */
abstract class ControlAction implements Action {

    @Reference
    OffloadEngine engine;

    /** As the control socket takes it. */
    abstract String line();

    @Override
    public Object execute() {
        String answer = engine.control(line());
        if (!answer.isEmpty()) {
            System.out.println(answer);
        }
        return null;
    }
}
