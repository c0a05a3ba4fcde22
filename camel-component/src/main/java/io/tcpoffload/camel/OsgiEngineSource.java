// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import io.tcpoffload.api.OffloadEngine;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceReference;
import org.osgi.util.tracker.ServiceTracker;
import org.osgi.util.tracker.ServiceTrackerCustomizer;

/**
 * The engine that runs as an OSGi service; of several, the framework's choice (highest ranking, then oldest). Not to
 * be loaded outside a framework, where the OSGi packages may be missing.
 */
final class OsgiEngineSource implements EngineSource, ServiceTrackerCustomizer<OffloadEngine, OffloadEngine> {

    private final BundleContext bundles;
    private final Executor executor;
    private final Map<ServiceReference<OffloadEngine>, OffloadEngine> engines = new ConcurrentHashMap<>();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final ServiceTracker<OffloadEngine, OffloadEngine> tracker;

    OsgiEngineSource(BundleContext bundles, Executor executor) {
        this.bundles = bundles;
        this.executor = executor;
        this.tracker = new ServiceTracker<>(bundles, OffloadEngine.class, this);
        tracker.open();
    }

    /**
     * @param executor runs the listeners, because opening a channel on the framework's event thread could hold up the
     *                 engine's own start
     * @return a source that has looked for an engine already, or null when this class is in no running bundle
     */
    static OsgiEngineSource open(Executor executor) {
        Bundle bundle = FrameworkUtil.getBundle(OsgiEngineSource.class);
        BundleContext context = bundle == null ? null : bundle.getBundleContext();
        return context == null ? null : new OsgiEngineSource(context, executor);
    }

    @Override
    public OffloadEngine engine() {
        return engines.entrySet().stream().max(Map.Entry.comparingByKey()).map(Map.Entry::getValue).orElse(null);
    }

    @Override
    public boolean runs(OffloadEngine engine) {
        return engines.containsValue(engine);
    }

    @Override
    public boolean mayComeLater() {
        return true;
    }

    @Override
    public String remedy() {
        return "if none comes, install the feature tcpoffload-engine, or look into the log for why the engine does not run";
    }

    @Override
    public OffloadEngine addingService(ServiceReference<OffloadEngine> reference) {
        OffloadEngine engine = bundles.getService(reference);
        if (engine != null) {
            engines.put(reference, engine);
            changed();
        }
        return engine;
    }

    @Override
    public void modifiedService(ServiceReference<OffloadEngine> reference, OffloadEngine engine) {
        changed();
    }

    @Override
    public void removedService(ServiceReference<OffloadEngine> reference, OffloadEngine engine) {
        engines.remove(reference);
        bundles.ungetService(reference);
        changed();
    }

    private void changed() {
        for (Runnable listener : listeners) {
            executor.execute(listener);
        }
    }

    @Override
    public void addListener(Runnable listener) {
        listeners.add(listener);
    }

    @Override
    public void removeListener(Runnable listener) {
        listeners.remove(listener);
    }

    @Override
    public void close() {
        listeners.clear();
        tracker.close();
    }
}
