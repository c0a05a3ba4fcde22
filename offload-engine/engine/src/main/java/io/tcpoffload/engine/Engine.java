// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.engine;

import io.tcpoffload.api.ChannelInfo;
import io.tcpoffload.api.ChannelSpec;
import io.tcpoffload.api.EngineInfo;
import io.tcpoffload.api.OffloadEngine;
import io.tcpoffload.api.OffloadException;
import io.tcpoffload.api.Publisher;
import io.tcpoffload.api.SessionInfo;
import io.tcpoffload.api.TransportMode;
import io.tcpoffload.channel.ChannelCounter;
import io.tcpoffload.channel.MediaChannel;
import io.tcpoffload.channel.SegmentStore;
import io.tcpoffload.control.ControlCommands;
import io.tcpoffload.control.ControlSocket;
import io.tcpoffload.http.EventLoops;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The engine: listeners, channels and the transports that serve them. Thread-safe. */
public final class Engine implements OffloadEngine, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Engine.class);

    /** Heads and pages are little work; the media goes by the session loop, or by these when it can't be had. */
    private static final int HTTP_THREADS = 2;

    private final EngineConfig config;
    private final StoreDirectory stores;
    private final EventLoops loops;
    private final Transports transports;
    private final Map<String, Listener> listeners = new TreeMap<>();
    /** Channels that nobody publishes to, and the end of their grace. */
    private final Map<MediaChannel, Future<?>> closing = new HashMap<>();
    private final Object ending = new Object();
    private final ControlCommands commands;
    private final ControlSocket control;
    private boolean closed;

    private Engine(EngineConfig config, StoreDirectory stores) {
        this.config = config;
        this.stores = stores;
        loops = new EventLoops(HTTP_THREADS, true);
        transports = Transports.open(config, loops);
        resume();
        commands = new ControlCommands(transports.adoptions(), this::find, this::counters);
        control = openControl();
        LOG.info("Engine {} runs with transport {}: {}", Build.VERSION, transports.automatic(), transports.reason());
    }

    /** Goes on with the channels of a former engine, and with their viewers. They wait for their publishers to come back. */
    private void resume() {
        Map<Long, MediaChannel> former = new HashMap<>();
        stores.reopen().forEach(media -> former.put(media.id(), media));
        transports.resume(former::get);
        former.values().forEach(this::resume);
    }

    private void resume(MediaChannel media) {
        String key = media.listenerKey();
        try {
            serve(key, media);
            LOG.info("Channel {} goes on at byte {}, with {} viewers", media.name(), media.publishedBytes(), media.viewers());
            closeLater(key, media);
        } catch (OffloadException e) {
            LOG.error("Channel {} of the former engine ends: {}", media.name(), e.getMessage());
            close(media);
        }
    }

    private Listener serve(String key, MediaChannel media) {
        Listener listener = listeners.get(key);
        if (listener == null) {
            listener = new Listener(key, loops, transports::of);
            listeners.put(key, listener);
            LOG.info("Listening on {}", listener.address());
        }
        listener.add(media);
        media.onDetached(() -> closeLater(key, media));
        return listener;
    }

    private ControlSocket openControl() {
        try {
            if (config.control() == null) {
                return null;
            }
            if (transports.adoptions() != null) {
                transports.adoptions().warmUp();
            }
            return ControlSocket.open(config.control(), commands::execute);
        } catch (OffloadException e) {
            transports.close();
            loops.close();
            stores.close();
            throw e;
        }
    }

    private synchronized MediaChannel find(String channel) {
        return listeners.values().stream().map(listener -> listener.find(channel)).filter(Objects::nonNull).findFirst()
                .orElse(null);
    }

    /**
     * Starts an engine. It binds its listeners when channels are opened.
     *
     * @throws OffloadException if another engine of the same instance name runs, or the control socket can't be had
     */
    public static Engine start(EngineConfig config) {
        return new Engine(config, StoreDirectory.claim(config.storeDirectory(), config.instance()));
    }

    @Override
    public synchronized Publisher openChannel(ChannelSpec spec) {
        if (closed) {
            throw new OffloadException("channel " + spec.name() + " can't be opened: the engine is stopping");
        }
        transports.require(spec);
        String key = spec.listener() == null ? config.listener() : spec.listener();
        Listener listener = listeners.get(key);
        MediaChannel present = listener == null ? null : listener.find(spec.name());
        if (present != null && present.publishers() == 0 && !present.adapt(spec)) {
            LOG.info("Channel {} begins anew: its settings have changed", spec.name());
            cancelClose(present);
            listener.remove(present);
            close(present);
            present = null;
        }
        if (present != null) {
            requireSame(present.spec(), spec);
            Publisher publisher = present.openPublisher();
            cancelClose(present);
            return publisher;
        }
        MediaChannel media = new MediaChannel(spec, key, stores.path());
        try {
            listener = serve(key, media);
        } catch (OffloadException e) {
            media.close();
            throw e;
        }
        LOG.info("Channel {} open on {}: transport {}, store {} bytes", spec.name(), listener.address(),
                transports.of(media).mode(), spec.storeBytes());
        return media.openPublisher();
    }

    private static void requireSame(ChannelSpec present, ChannelSpec wanted) {
        Map<String, Object> other = wanted.options();
        present.options().forEach((option, value) -> {
            if (!value.equals(other.get(option))) {
                throw new OffloadException("channel " + present.name() + " is open with " + option + "=" + value
                        + "; it can't be opened with " + option + "=" + other.get(option) + " at the same time");
            }
        });
    }

    private synchronized void closeLater(String key, MediaChannel media) {
        cancelClose(media);
        closing.put(media, loops.group().schedule(() -> closeIfDetached(key, media),
                media.spec().detachGrace().toMillis(), TimeUnit.MILLISECONDS));
    }

    private void cancelClose(MediaChannel media) {
        Future<?> pending = closing.remove(media);
        if (pending != null) {
            pending.cancel(false);
        }
    }

    private synchronized void closeIfDetached(String key, MediaChannel media) {
        closing.remove(media);
        Listener listener = listeners.get(key);
        if (media.publishers() > 0 || listener == null || listener.find(media.name()) != media) {
            return;
        }
        listener.remove(media);
        close(media);
        if (listener.isEmpty()) {
            listeners.remove(key);
            listener.close();
            LOG.info("No longer listening on {}", key);
        }
    }

    private void close(MediaChannel media) {
        media.close();
        transports.closeViewers(media);
        LOG.info("Channel {} closed", media.name());
    }

    @Override
    public EngineInfo info() {
        Map<String, Long> counters = counters();
        List<String> addresses = new ArrayList<>();
        for (Listener listener : snapshot()) {
            addresses.add(listener.address());
            listener.counters().forEach((name, value) -> counters.merge("http_" + name, value, Long::sum));
            listener.list().forEach(media -> count(media, counters));
        }
        return new EngineInfo(Build.VERSION, transports.automatic(), transports.reason(), addresses,
                transports.devices(), transports.features(), counters);
    }

    private Map<String, Long> counters() {
        Map<String, Long> counters = new TreeMap<>(transports.counters());
        if (control != null) {
            counters.putAll(control.counters());
        }
        return counters;
    }

    private static void count(MediaChannel media, Map<String, Long> into) {
        for (ChannelCounter counter : ChannelCounter.values()) {
            into.merge("channel_" + counter.name().toLowerCase(Locale.ROOT), media.counters().get(counter), Long::sum);
        }
        into.merge("store_direct_files", media.store().directFiles(), Long::sum);
        into.merge("store_buffered_files", media.store().bufferedFiles(), Long::sum);
    }

    @Override
    public List<ChannelInfo> channels() {
        List<ChannelInfo> infos = new ArrayList<>();
        for (Listener listener : snapshot()) {
            listener.list().forEach(media -> infos.add(info(listener, media)));
        }
        return infos;
    }

    private ChannelInfo info(Listener listener, MediaChannel media) {
        SegmentStore store = media.store();
        TransportMode mode = transports.of(media).mode();
        return new ChannelInfo(media.name(), listener.address(), mode, transports.reason(media.spec()),
                media.publishers(), media.viewers(), store.segments(), store.head() - store.tail(), store.head(),
                media.counters().get(ChannelCounter.SKIPS), media.counters().get(ChannelCounter.SLOW_CLOSED));
    }

    @Override
    public List<SessionInfo> sessions() {
        return transports.sessions().stream().sorted(Comparator.comparingLong(SessionInfo::id)).toList();
    }

    @Override
    public String control(String line) {
        return commands.order(line);
    }

    @Override
    public void handBack(long session) {
        transports.handBack(session);
    }

    private synchronized List<Listener> snapshot() {
        return List.copyOf(listeners.values());
    }

    /**
     * Ends all streams in good order, within some seconds, and leaves nothing behind. Idempotent; a second caller
     * returns when it is done, too.
     */
    @Override
    public void close() {
        synchronized (ending) {
            if (stopAccepting(this::close)) {
                closeControl();
                transports.close();
                loops.close();
                stores.close();
                LOG.info("Engine stopped");
            }
        }
    }

    /**
     * Stops and leaves offloaded viewers' connections as they are: an engine of the same instance that starts within the
     * grace goes on with them. Where nobody would wait for it, {@link #close()}.
     */
    public void suspend() {
        synchronized (ending) {
            int viewers = transports.keepable();
            if (viewers == 0 || stores.isEndAsked()) {
                close();
            } else if (stopAccepting(MediaChannel::suspend)) {
                closeControl();
                transports.suspend();
                loops.close();
                stores.release();
                LOG.info("Engine stopped; {} viewers are kept for {} s, for the next one to go on with", viewers,
                        config.continuity().grace().toSeconds());
            }
        }
    }

    private void closeControl() {
        if (control != null) {
            control.close();
        }
    }

    private synchronized boolean stopAccepting(Consumer<MediaChannel> end) {
        if (closed) {
            return false;
        }
        closed = true;
        closing.values().forEach(pending -> pending.cancel(false));
        listeners.values().forEach(listener -> {
            listener.close();
            listener.list().forEach(end);
        });
        listeners.clear();
        return true;
    }
}
