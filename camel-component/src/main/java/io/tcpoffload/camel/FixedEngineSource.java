// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import io.tcpoffload.api.OffloadEngine;

/** The engine that an endpoint's or the component's {@code engine} option names. */
record FixedEngineSource(OffloadEngine engine) implements EngineSource {

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
        return "the option engine names none";
    }

    @Override
    public void addListener(Runnable listener) {
        // It never changes.
    }

    @Override
    public void removeListener(Runnable listener) {
        // As above.
    }

    @Override
    public void close() {
        // The engine is the application's.
    }
}
