// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.headend;

import io.tcpoffload.headend.demo.DemoProgramme;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.camel.spi.ComponentResolver;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the demo channel while its configuration wants it and the Camel component is there. The programme outlives the
 * routes and this bundle: an update or a restart interrupts it, and it goes on where it was. A wrong configuration is
 * one line in the log, and what ran before runs on.
 */
@Component(service = DemoChannel.class, immediate = true, configurationPid = DemoConfiguration.PID)
@Designate(ocd = DemoConfiguration.Form.class)
public final class DemoChannel {

    private static final Logger LOG = LoggerFactory.getLogger(DemoChannel.class);
    private static final String NAME = "demo";
    /** In the bundle's own storage. */
    private static final String POSITION = "demo.position";
    /** What is missing is on its way when bundles are being updated: the demo is back soon, and a log not flooded. */
    private static final long RETRY_SECONDS = 2;

    private final BundleContext bundle;
    private final ScheduledExecutorService retries = Executors.newSingleThreadScheduledExecutor(task -> {
        var thread = new Thread(task, "headend-demo");
        thread.setDaemon(true);
        return thread;
    });
    private DemoConfiguration configuration = new DemoConfiguration(false, NAME);
    private boolean componentPresent;
    private DemoFeed feed;
    private RunningRoutes running;
    private String lastFault;

    @Activate
    public DemoChannel(BundleContext bundle, Map<String, Object> properties) {
        this.bundle = bundle;
        configure(properties);
    }

    @Modified
    synchronized void configure(Map<String, Object> properties) {
        DemoConfiguration next;
        try {
            next = DemoConfiguration.of(properties);
        } catch (IllegalArgumentException e) {
            LOG.error("configuration {}: {}", DemoConfiguration.PID, e.getMessage());
            return;
        }
        if (!next.equals(configuration)) {
            stop();
            configuration = next;
            start();
        }
    }

    @Reference(service = ComponentResolver.class, target = "(component=tcpoffload)",
               cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    synchronized void setComponent(ServiceReference<ComponentResolver> reference) {
        componentPresent = true;
        start();
    }

    synchronized void unsetComponent(ServiceReference<ComponentResolver> reference) {
        componentPresent = false;
        stop();
    }

    @Deactivate
    synchronized void deactivate() {
        stop();
        retries.shutdownNow();
    }

    private synchronized void start() {
        if (retries.isShutdown() || !configuration.enabled() || !componentPresent || running != null) {
            return;
        }
        try {
            if (feed == null) {
                var position = new DemoPosition(bundle.getDataFile(POSITION).toPath());
                feed = new DemoFeed(DemoProgramme.open(position.read()), position::write, System::nanoTime);
            }
            running = RunningRoutes.start(NAME,
                    context -> context.addRoutes(new DemoRoute(feed, configuration.channel())),
                    name -> HeadendContexts.create(bundle, name));
            lastFault = null;
            LOG.info("demo channel {} started", configuration.channel());
        } catch (IOException e) {
            LOG.error("demo channel {} does not run: {}", configuration.channel(), e.getMessage());
        } catch (RouteException e) {
            if (!e.getMessage().equals(lastFault)) {
                LOG.warn("demo channel {} does not run yet: {}", configuration.channel(), e.getMessage());
            }
            lastFault = e.getMessage();
            retries.schedule(this::start, RETRY_SECONDS, TimeUnit.SECONDS);
        }
    }

    private void stop() {
        if (running != null) {
            running.stop();
            running = null;
            LOG.info("demo channel {} stopped", configuration.channel());
        }
    }
}
