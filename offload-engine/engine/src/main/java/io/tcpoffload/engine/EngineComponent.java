// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.engine;

import io.tcpoffload.api.OffloadEngine;
import io.tcpoffload.api.OffloadException;
import java.util.Map;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the engine in OSGi. The service is registered by hand and not by Declarative Services, because a changed
 * setting is first checked against the present ones: a wrong value is reported and nothing restarts.
 */
@Component(service = {}, immediate = true, configurationPid = EngineComponent.PID)
@Designate(ocd = EngineSettings.class)
@Capability(namespace = "osgi.service", attribute = "objectClass:List<String>=\"io.tcpoffload.api.OffloadEngine\"")
public final class EngineComponent {

    static final String PID = "io.tcpoffload.engine";

    private static final Logger LOG = LoggerFactory.getLogger(EngineComponent.class);

    private final BundleContext bundleContext;
    private EngineConfig config;
    private Engine engine;
    private ServiceRegistration<OffloadEngine> registration;

    @Activate
    public EngineComponent(BundleContext bundleContext, Map<String, Object> properties) {
        this.bundleContext = bundleContext;
        config = EngineConfig.defaults().withInstance(instanceOf(bundleContext.getProperty("karaf.base")))
                .with(properties, EngineComponent::report);
        start();
    }

    @Modified
    void modified(Map<String, Object> properties) {
        EngineConfig changed = config.with(properties, EngineComponent::report);
        if (!changed.equals(config)) {
            LOG.info("Settings of {} changed: restarting the engine", PID);
            stop(changed.succeeds(config));
            config = changed;
            start();
        }
    }

    @Deactivate
    void deactivate() {
        stop(config.continuity().keepViewers());
    }

    private void start() {
        try {
            engine = Engine.start(config);
        } catch (OffloadException e) {
            LOG.error("The engine can't run: {}", e.getMessage());
            return;
        }
        registration = bundleContext.registerService(OffloadEngine.class, engine, null);
    }

    private void stop(boolean keepViewers) {
        if (engine != null) {
            registration.unregister();
            if (keepViewers) {
                engine.suspend();
            } else {
                engine.close();
            }
            engine = null;
        }
    }

    private static void report(String problem) {
        LOG.error("{}: {}; the setting stays as it was", PID, problem);
    }

    /** Two Karaf installations on one machine must not share pins and filters. */
    private static String instanceOf(String karafBase) {
        return karafBase == null ? "default" : "karaf-" + Integer.toHexString(karafBase.hashCode());
    }
}
