// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import io.tcpoffload.api.OffloadEngine;
import org.apache.camel.CamelContext;

/** The only engine in a Camel context's registry: plain Camel. */
final class RegistryEngineSource implements EngineSource {

    private final CamelContext context;

    RegistryEngineSource(CamelContext context) {
        this.context = context;
    }

    @Override
    public OffloadEngine engine() {
        return context.getRegistry().findSingleByType(OffloadEngine.class);
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
                ? "bind an OffloadEngine to the registry, or name one by the option engine=#bean"
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

    @Override
    public void close() {
        // The registry's beans are the application's.
    }
}
