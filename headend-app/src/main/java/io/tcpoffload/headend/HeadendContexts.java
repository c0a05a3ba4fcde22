// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.headend;

import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.StartupSummaryLevel;
import org.apache.camel.health.HealthCheckHelper;
import org.apache.camel.health.HealthCheckRegistry;
import org.apache.camel.karaf.core.OsgiCamelContextPublisher;
import org.apache.camel.karaf.core.OsgiDefaultCamelContext;
import org.osgi.framework.BundleContext;

/** Makes Camel contexts that find components and languages as OSGi services, are services themselves and check their health. */
final class HeadendContexts {

    private HeadendContexts() {
    }

    static CamelContext create(BundleContext bundle, String name) {
        var context = new OsgiDefaultCamelContext(bundle);
        context.getCamelContextExtension().setName(name);
        // The thread names were made up before the name was set.
        context.getExecutorServiceManager().setThreadNamePattern("Camel (" + name + ") thread ##counter# - #name#");
        // Whoever makes a context logs what becomes of it, in one line instead of eight.
        context.setStartupSummaryLevel(StartupSummaryLevel.Off);
        context.getManagementStrategy().addEventNotifier(new OsgiCamelContextPublisher(bundle));
        enableHealthChecks(context);
        return context;
    }

    private static void enableHealthChecks(CamelContext context) {
        HealthCheckRegistry checks = HealthCheckRegistry.get(context);
        for (String repository : List.of("producers", "consumers")) {
            checks.register(checks.resolveById(repository));
            HealthCheckHelper.getHealthCheckRepository(context, repository).setEnabled(true);
        }
    }
}
