// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.headend;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.ComponentResolver;
import org.apache.felix.fileinstall.ArtifactInstaller;
import org.apache.felix.fileinstall.ArtifactListener;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the Camel route files that are dropped into a folder watched by Felix File Install, such as Karaf's
 * {@code deploy/}: each in a Camel context of its own, which is named after it. A changed file is reloaded, a removed
 * one is stopped. What is wrong with a file is one line in the log, with file, line and cause, and its version before
 * runs on.
 *
 * <p>Routes start as soon as the Camel components they name are installed and are restarted when one is updated. All
 * work is done by one thread, whoever calls.
 */
@Component(service = {ArtifactInstaller.class, ArtifactListener.class}, immediate = true)
public final class RouteDeployer implements ArtifactInstaller {

    private static final Logger LOG = LoggerFactory.getLogger(RouteDeployer.class);
    /** A component that leaves waits so long for the routes that use it; more would hold up its bundle's update. */
    private static final long STOP_SECONDS = 10;

    /** How often routes are tried again that could not start, as for a port in use. */
    private static final long RETRY_SECONDS = 10;

    private final ScheduledExecutorService worker = Executors.newSingleThreadScheduledExecutor(task -> {
        var thread = new Thread(task, "headend-deployer");
        thread.setDaemon(true);
        return thread;
    });
    private final Map<Path, DeployedFile> files = new TreeMap<>();
    private final Set<Path> known = ConcurrentHashMap.newKeySet();
    private final Function<String, CamelContext> contexts;

    @Activate
    public RouteDeployer(BundleContext bundle, @Reference ConfigurationAdmin configurations) {
        this(name -> HeadendContexts.create(bundle, name), WatchedFolders.files(configurations));
    }

    /** @param present files that are there already: File Install does not hand them to a deployer that was updated */
    RouteDeployer(Function<String, CamelContext> contexts, List<Path> present) {
        this.contexts = contexts;
        present.stream().map(Path::toFile).filter(this::canHandle).forEach(this::install);
        worker.scheduleWithFixedDelay(guarded(() -> files.values().forEach(DeployedFile::retry)), RETRY_SECONDS,
                RETRY_SECONDS, TimeUnit.SECONDS);
    }

    @Deactivate
    void deactivate() {
        await(submit(() -> files.values().forEach(DeployedFile::undeploy)));
        worker.shutdown();
    }

    @Reference(service = ComponentResolver.class, cardinality = ReferenceCardinality.MULTIPLE,
               policy = ReferencePolicy.DYNAMIC)
    void addComponent(ServiceReference<ComponentResolver> reference) {
        submit(() -> files.values().forEach(DeployedFile::componentAdded));
    }

    void removeComponent(ServiceReference<ComponentResolver> reference) {
        // A bundle of several components has one resolver for them all.
        Object names = reference.getProperty("component");
        Set<String> going = names instanceof String[] several ? Set.of(several) : Set.of(String.valueOf(names));
        // Before its bundle is gone: a route that stops needs its component's classes.
        await(submit(() -> files.values().forEach(file -> file.componentsRemoved(going))));
    }

    @Override
    public boolean canHandle(File artifact) {
        Path file = path(artifact);
        RouteFileType type = RouteFileType.of(file);
        return type.isRoutes() || known.contains(file) && (type == RouteFileType.UNREADABLE_XML || !artifact.exists());
    }

    @Override
    public void install(File artifact) {
        known.add(path(artifact));
        with(artifact, DeployedFile::deploy);
    }

    @Override
    public void update(File artifact) {
        install(artifact);
    }

    @Override
    public void uninstall(File artifact) {
        known.remove(path(artifact));
        submit(() -> {
            DeployedFile gone = files.remove(path(artifact));
            if (gone != null) {
                gone.undeploy();
            }
        });
    }

    private void with(File artifact, Consumer<DeployedFile> action) {
        submit(() -> action.accept(files.computeIfAbsent(path(artifact),
                file -> new DeployedFile(file, contexts))));
    }

    private static Path path(File artifact) {
        return artifact.toPath().toAbsolutePath().normalize();
    }

    private Future<?> submit(Runnable task) {
        try {
            return worker.submit(guarded(task));
        } catch (RejectedExecutionException e) {
            // Deactivated already.
            return null;
        }
    }

    /** A fault of ours in one task must not end the others. */
    private static Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException | LinkageError e) {
                LOG.error("route deployer failed", e);
            }
        };
    }

    private static void await(Future<?> task) {
        if (task == null) {
            return;
        }
        try {
            task.get(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException e) {
            LOG.warn("routes take longer than {} s to stop", STOP_SECONDS);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }
}
