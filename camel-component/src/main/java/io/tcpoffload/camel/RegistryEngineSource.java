// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import io.tcpoffload.api.OffloadEngine;
import java.util.Map;
import org.apache.camel.CamelContext;

/**
 * Plain Camel: the only engine in the context's registry, or, where it holds none, one that is started for this component
 * when it is first asked for, and stopped with it.
 */
final class RegistryEngineSource implements EngineSource {

    private final CamelContext context;
    private final Map<String, Object> settings;
    private OwnEngine own;

    /** @param settings of an engine that is started, by name; null to start none */
    RegistryEngineSource(CamelContext context, Map<String, Object> settings) {
        this.context = context;
        this.settings = settings;
    }

    @Override
    public synchronized OffloadEngine engine() {
        OffloadEngine bound = context.getRegistry().findSingleByType(OffloadEngine.class);
        if (bound != null || !context.getRegistry().findByType(OffloadEngine.class).isEmpty()) {
            return bound;
        }
        if (own == null && settings != null && OwnEngine.isAvailable()) {
            own = OwnEngine.start("camel-" + context.getName(), settings);
        }
        return own == null ? null : own.engine();
    }

    @Override
    public boolean runs(OffloadEngine engine) {
        return true;
    }

    @Override
    public boolean mayComeLater() {
        return false;
    }

    @Override
    public String remedy() {
        int found = context.getRegistry().findByType(OffloadEngine.class).size();
        return found == 0
                ? (settings == null ? "" : "add offload-engine to the class path, ") + "bind an OffloadEngine to the "
                        + "registry, or name one by the option engine=#bean"
                : "the registry holds " + found + " engines, name one of them by the option engine=#bean";
    }

    @Override
    public void addListener(Runnable listener) {
        // Producers start after the registry has been filled, so there is no change to tell them of.
    }

    @Override
    public void removeListener(Runnable listener) {
        // As above.
    }

    /** The registry's beans are the application's; what was started here is stopped. */
    @Override
    public synchronized void close() {
        if (own != null) {
            own.close();
            own = null;
        }
    }
}
