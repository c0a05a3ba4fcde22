// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import io.tcpoffload.api.ChannelSpec;
import io.tcpoffload.api.OffloadEngine;
import io.tcpoffload.api.OffloadException;
import io.tcpoffload.api.Publisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A channel, open for publishing on the engine of the moment. When the engine is replaced, as by an update of its
 * bundle, the channel is opened again on the new one: at once, so that the new engine knows the channel to be fed and
 * keeps its viewers beyond their grace. Safe for use by several threads.
 */
final class ChannelLink implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ChannelLink.class);

    private record Opened(OffloadEngine engine, Publisher publisher) {
    }

    private final EngineSource engines;
    private final ChannelSpec spec;
    private final Runnable onChange = this::follow;
    private volatile Opened opened;
    private boolean closed;

    ChannelLink(EngineSource engines, ChannelSpec spec) {
        this.engines = engines;
        this.spec = spec;
    }

    /**
     * Opens the channel. Where an engine can come later, a missing one is only warned of.
     *
     * @throws OffloadException if the engine refuses the channel, or there is none and none can come
     */
    void open() {
        engines.addListener(onChange);
        if (engines.engine() == null && engines.mayComeLater()) {
            LOG.warn("channel {} is not open yet, it opens when an engine starts: {}", spec.name(), engines.remedy());
            return;
        }
        publisher();
    }

    /**
     * The publisher on the engine of the moment.
     *
     * @throws OffloadException if there is no engine, or it refuses the channel
     */
    Publisher publisher() {
        OffloadEngine engine = engines.engine();
        Opened now = opened;
        return now != null && now.engine == engine ? now.publisher : reopen(engine);
    }

    private synchronized Publisher reopen(OffloadEngine engine) {
        if (closed) {
            throw new OffloadException("channel " + spec.name() + " is closed: its route has stopped");
        }
        Opened old = opened;
        if (old != null && old.engine != engine) {
            opened = null;
            letGo(old);
        }
        if (engine == null) {
            throw new OffloadException("no engine for channel " + spec.name() + ": " + engines.remedy());
        }
        if (opened == null) {
            opened = new Opened(engine, engine.openChannel(spec));
            LOG.info("channel {} is open for publishing{}", spec.name(), old == null ? "" : " on the new engine");
        }
        return opened.publisher;
    }

    private void follow() {
        try {
            publisher();
        } catch (RuntimeException e) {
            LOG.warn("{}", e.getMessage());
        }
    }

    /**
     * An engine that has gone has dealt with its publishers, and a close now could tell it that the channel has lost
     * its feed just when it hands its viewers over to its successor.
     */
    private void letGo(Opened old) {
        if (engines.runs(old.engine)) {
            try {
                old.publisher.close();
            } catch (RuntimeException e) {
                // It may go at this very moment; a route must stop, or move on to the new engine, all the same.
                LOG.debug("channel {} was not closed", spec.name(), e);
            }
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        engines.removeListener(onChange);
        Opened last = opened;
        opened = null;
        if (last != null) {
            letGo(last);
        }
    }
}
