// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.examples.karaf;

import io.tcpoffload.examples.routes.Gate;
import io.tcpoffload.examples.routes.Library;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.camel.CamelContext;
import org.apache.camel.health.HealthCheckHelper;
import org.apache.camel.health.HealthCheckRegistry;
import org.apache.camel.karaf.core.OsgiCamelContextPublisher;
import org.apache.camel.karaf.core.OsgiDefaultCamelContext;
import org.apache.camel.spi.ComponentResolver;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * Runs the routes as long as there is a component {@code tcpoffload} and a configuration, which is
 * {@code etc/io.tcpoffload.example.cfg}, and starts them anew when either changes.
 */
@Component(configurationPid = "io.tcpoffload.example", configurationPolicy = ConfigurationPolicy.REQUIRE, immediate = true)
public final class Headend {

    private final CamelContext camel;

    /**
     * @param settings what stands in double braces in the routes
     * @param component the reason to be started and stopped with it
     */
    @Activate
    public Headend(BundleContext bundle, Map<String, Object> settings,
            @Reference(target = "(component=tcpoffload)") ComponentResolver component) throws Exception {
        camel = new OsgiDefaultCamelContext(bundle);
        camel.getCamelContextExtension().setName("example");
        // Makes it a service, which the commands camel:* look for.
        camel.getManagementStrategy().addEventNotifier(new OsgiCamelContextPublisher(bundle));
        HealthCheckRegistry checks = HealthCheckRegistry.get(camel);
        for (String repository : List.of("producers", "consumers")) {
            checks.register(checks.resolveById(repository));
            HealthCheckHelper.getHealthCheckRepository(camel, repository).setEnabled(true);
        }
        var properties = new Properties();
        settings.forEach((name, value) -> properties.setProperty(name, value.toString()));
        camel.getPropertiesComponent().setInitialProperties(properties);
        try {
            camel.addRoutes(new Gate());
            camel.addRoutes(new Library());
            camel.start();
        } catch (Exception e) {
            camel.stop();
            throw e;
        }
    }

    @Deactivate
    void stop() {
        camel.stop();
    }
}
