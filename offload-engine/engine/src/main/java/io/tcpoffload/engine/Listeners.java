// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.engine;

import io.tcpoffload.api.Drain;
import io.tcpoffload.api.HandlerSpec;
import io.tcpoffload.api.ListenerSpec;
import io.tcpoffload.api.OffloadException;
import io.tcpoffload.api.PathTemplate;
import io.tcpoffload.api.Registration;
import io.tcpoffload.api.RequestHandler;
import io.tcpoffload.channel.FileTransport;
import io.tcpoffload.channel.MediaChannel;
import io.tcpoffload.http.EventLoops;
import io.tcpoffload.http.Front;
import io.tcpoffload.http.Handler;
import io.tcpoffload.http.Suspension;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listeners that are bound, by {@code host:port} as it was asked for, and what is asked and refused at each address.
 * Thread-safe; not to be called on an event loop, which binding waits for.
 */
final class Listeners {

    private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

    private final String defaultAddress;
    private final EventLoops loops;
    private final Transports transports;
    private final EventHub events;
    private final Map<String, Listener> bound = new TreeMap<>();
    /** Those that a former engine's channels have brought: their settings are not known before somebody opens them. */
    private final Set<String> provisional = new HashSet<>();
    private final Map<String, Front> fronts = new HashMap<>();
    private Suspension drained;

    /** @param defaultAddress where nobody says otherwise */
    Listeners(String defaultAddress, EventLoops loops, Transports transports, EventHub events) {
        this.defaultAddress = defaultAddress;
        this.loops = loops;
        this.transports = transports;
        this.events = events;
    }

    /** The address that is meant: null is the default one. */
    String key(String hostAndPort) {
        return hostAndPort == null ? defaultAddress : hostAndPort;
    }

    /** Null where none is bound. */
    synchronized Listener find(String key) {
        return bound.get(key);
    }

    /** In the order of their addresses. */
    synchronized List<Listener> all() {
        return List.copyOf(bound.values());
    }

    /** What is asked and refused there, bound or not. */
    synchronized Front front(String key) {
        return fronts.computeIfAbsent(key, k -> {
            Front front = new Front(transports.ids(), events.at(k));
            if (drained != null) {
                front.suspend(drained);
            }
            return front;
        });
    }

    /** The listener of a channel, bound if it is not. */
    Listener of(MediaChannel media) {
        return at(ListenerSpec.at(media.listenerKey()).withOwner("channel " + media.name()));
    }

    /** The same of a channel that goes on from a former engine. */
    synchronized Listener ofFormer(MediaChannel media) {
        Listener listener = of(media);
        provisional.add(media.listenerKey());
        return listener;
    }

    private synchronized Listener at(ListenerSpec spec) {
        Listener present = bound.get(spec.address());
        if (present != null) {
            return present;
        }
        Front front = front(spec.address());
        Listener listener = spec.sslContext() == null ? new Listener(spec, loops, front, transports::of, transports.files())
                : new Listener(spec, loops, front, media -> transports.ordinary(), FileTransport.NONE);
        bound.put(spec.address(), listener);
        LOG.info("Listening on {}", listener.address());
        return listener;
    }

    private Listener bindAnew(ListenerSpec spec) {
        Listener former = bound.remove(spec.address());
        former.close();
        Listener listener = at(spec);
        former.list().forEach(listener::add);
        return listener;
    }

    synchronized Registration open(ListenerSpec wanted) {
        ListenerSpec spec = wanted.withAddress(key(wanted.address()));
        Listener listener = provisional.remove(spec.address()) ? bindAnew(spec) : at(spec);
        listener.requireSame(spec);
        listener.hold();
        return new Hold(listener::address, listener::counters, () -> {
            listener.release();
            closeIfUnused(spec.address());
        });
    }

    synchronized Registration handle(HandlerSpec spec, RequestHandler requestHandler) {
        String key = key(spec.listener());
        Handler handler = new Handler(spec, requestHandler);
        Front front = front(key);
        front.handlers().add(handler);
        try {
            Listener listener = at(ListenerSpec.at(key).withOwner(spec.owner()));
            return new Hold(listener::address, handler::counters, () -> {
                front.handlers().remove(handler);
                closeIfUnused(key);
            });
        } catch (OffloadException e) {
            front.handlers().remove(handler);
            throw e;
        }
    }

    Registration suspend(String listener, PathTemplate path, Duration retryAfter) {
        Front front = front(key(listener));
        Suspension suspension = new Suspension(path, retryAfter);
        front.suspend(suspension);
        return new Hold(() -> "", () -> Map.of("refused", suspension.refused()), () -> front.resume(suspension));
    }

    /** Lets nobody new in, anywhere. */
    synchronized void drain(Drain drain) {
        endDrain();
        drained = Suspension.of(drain);
        fronts.values().forEach(front -> front.suspend(drained));
    }

    /** @return whether it was drained */
    synchronized boolean endDrain() {
        if (drained == null) {
            return false;
        }
        fronts.values().forEach(front -> front.resume(drained));
        drained = null;
        return true;
    }

    synchronized void closeIfUnused(String key) {
        Listener listener = bound.get(key);
        if (listener != null && listener.isEmpty()) {
            bound.remove(key);
            provisional.remove(key);
            listener.close();
            LOG.info("No longer listening on {}", key);
        }
    }

    /** @param end of each channel */
    synchronized void close(Consumer<MediaChannel> end) {
        bound.values().forEach(listener -> {
            listener.close();
            listener.list().forEach(end);
        });
        bound.clear();
    }
}
