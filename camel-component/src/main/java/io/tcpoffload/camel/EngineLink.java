// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import io.tcpoffload.api.OffloadEngine;
import io.tcpoffload.api.OffloadException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Something that is open on the engine of the moment: a channel, a listener, a handler of requests. When the engine is
 * replaced, as by an update of its bundle, it is opened again on the new one: at once, so that the new engine knows the
 * channel to be fed and keeps its viewers beyond their grace. Safe for use by several threads.
 *
 * @param <R> what is open; its {@code close} must throw no checked exception
 */
final class EngineLink<R extends AutoCloseable> implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EngineLink.class);

    private record Opened<R>(OffloadEngine engine, R resource) {
    }

    private final EngineSource engines;
    private final String name;
    private final Function<OffloadEngine, R> opener;
    private final Runnable onChange = this::follow;
    private volatile Opened<R> opened;
    private boolean closed;

    /** @param name what is opened, for messages, such as {@code channel news} */
    EngineLink(EngineSource engines, String name, Function<OffloadEngine, R> opener) {
        this.engines = engines;
        this.name = name;
        this.opener = opener;
    }

    /**
     * Opens it. Where an engine can come later, a missing one is only warned of.
     *
     * @throws OffloadException if the engine refuses it, or there is none and none can come
     */
    void open() {
        engines.addListener(onChange);
        if (engines.engine() == null && engines.mayComeLater()) {
            LOG.warn("{} is not open yet, it opens when an engine starts: {}", name, engines.remedy());
            return;
        }
        get();
    }

    /**
     * What is open on the engine of the moment.
     *
     * @throws OffloadException if there is no engine, or it refuses
     */
    R get() {
        OffloadEngine engine = engines.engine();
        Opened<R> now = opened;
        return now != null && now.engine == engine ? now.resource : reopen(engine);
    }

    /** Why it is not open on the engine of the moment, or null if it is. Opens nothing. */
    String problem() {
        OffloadEngine engine = engines.engine();
        Opened<R> now = opened;
        if (engine == null) {
            return "no engine for " + name + ": " + engines.remedy();
        }
        return now != null && now.engine == engine ? null : name + " is not open on the engine";
    }

    private synchronized R reopen(OffloadEngine engine) {
        if (closed) {
            throw new OffloadException(name + " is closed: its route has stopped");
        }
        Opened<R> old = opened;
        if (old != null && old.engine != engine) {
            opened = null;
            letGo(old);
        }
        if (engine == null) {
            throw new OffloadException("no engine for " + name + ": " + engines.remedy());
        }
        if (opened == null) {
            opened = new Opened<>(engine, opener.apply(engine));
            LOG.info("{} is open{}", name, old == null ? "" : " on the new engine");
        }
        return opened.resource;
    }

    private void follow() {
        try {
            get();
        } catch (RuntimeException e) {
            LOG.warn("{}", e.getMessage());
        }
    }

    /**
     * An engine that has gone has dealt with what was open on it, and a close now could tell it that a channel has lost
     * its feed just when it hands its viewers over to its successor.
     */
    private void letGo(Opened<R> old) {
        if (engines.runs(old.engine)) {
            try {
                old.resource.close();
            } catch (Exception e) {
                // It may go at this very moment; a route must stop, or move on to the new engine, all the same.
                LOG.debug("{} was not closed", name, e);
            }
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        engines.removeListener(onChange);
        Opened<R> last = opened;
        opened = null;
        if (last != null) {
            letGo(last);
        }
    }
}
