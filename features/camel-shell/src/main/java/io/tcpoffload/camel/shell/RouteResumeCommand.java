// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel.shell;

import org.apache.camel.spi.RouteController;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code camel:route-resume}. */
@Service
@Command(scope = "camel", name = "route-resume", description = "Resumes a route")
public class RouteResumeCommand extends RouteAction {

    @Override
    void act(RouteController controller, String route) throws Exception {
        controller.resumeRoute(route);
    }
}
