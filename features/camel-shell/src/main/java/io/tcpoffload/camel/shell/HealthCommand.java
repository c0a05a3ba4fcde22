// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel.shell;

import java.util.Comparator;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckHelper;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.table.ShellTable;

/** {@code camel:health}: asks every check now. */
@Service
@Command(scope = "camel", name = "health", description = "Lists what the health checks say")
public class HealthCommand extends ContextAction {

    public HealthCommand() {
        super("Context", "Check", "State", "Message");
    }

    @Override
    void addRows(ShellTable table, CamelContext camel) {
        List<HealthCheck.Result> results = HealthCheckHelper.invoke(camel, "full").stream()
                .sorted(Comparator.comparing(result -> result.getCheck().getId())).toList();
        for (HealthCheck.Result result : results) {
            table.addRow().addContent(camel.getName(), result.getCheck().getId(), result.getState(),
                    result.getMessage().orElse(""));
        }
    }
}
