// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.http;

import io.tcpoffload.channel.ViewerWatcher;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;

/**
 * What is asked and watched at one address, whether a listener is bound there yet or not: handlers and suspensions, and who
 * hears of viewers. Thread-safe.
 */
public final class Front {

    private final LongSupplier sessionIds;
    private final ViewerWatcher watcher;
    private final Handlers handlers = new Handlers();
    private final List<Suspension> suspensions = new CopyOnWriteArrayList<>();

    /** @param sessionIds gives each viewer its {@link io.tcpoffload.api.SessionInfo#id()}; thread-safe */
    public Front(LongSupplier sessionIds, ViewerWatcher watcher) {
        this.sessionIds = sessionIds;
        this.watcher = watcher;
    }

    public Handlers handlers() {
        return handlers;
    }

    public void suspend(Suspension suspension) {
        suspensions.add(suspension);
    }

    public void resume(Suspension suspension) {
        suspensions.remove(suspension);
    }

    /** One that refuses requests for this path; null if none does. */
    public Suspension suspensionOf(String path) {
        for (Suspension suspension : suspensions) {
            if (suspension.covers(path)) {
                return suspension;
            }
        }
        return null;
    }

    long nextSession() {
        return sessionIds.getAsLong();
    }

    ViewerWatcher watcher() {
        return watcher;
    }
}
