// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.engine;

import io.netty.util.concurrent.DefaultThreadFactory;
import io.tcpoffload.api.ChannelInfo;
import io.tcpoffload.api.ChannelSpec;
import io.tcpoffload.api.Drain;
import io.tcpoffload.api.EngineInfo;
import io.tcpoffload.api.EventSpec;
import io.tcpoffload.api.HandlerSpec;
import io.tcpoffload.api.ListenerSpec;
import io.tcpoffload.api.OffloadEngine;
import io.tcpoffload.api.OffloadException;
import io.tcpoffload.api.PathTemplate;
import io.tcpoffload.api.Publisher;
import io.tcpoffload.api.Registration;
import io.tcpoffload.api.RequestHandler;
import io.tcpoffload.api.SessionInfo;
import io.tcpoffload.api.TransportMode;
import io.tcpoffload.api.ViewerListener;
import io.tcpoffload.channel.ChannelCounter;
import io.tcpoffload.channel.MediaChannel;
import io.tcpoffload.channel.SegmentStore;
import io.tcpoffload.control.ControlCommands;
import io.tcpoffload.control.ControlSocket;
import io.tcpoffload.http.EventLoops;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The engine: listeners, channels and the transports that serve them. Thread-safe. */
public final class Engine implements OffloadEngine, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Engine.class);

    /** Heads and pages are little work; the media goes by the session loop, or by these when it can't be had. */
    private static final int HTTP_THREADS = 2;
    /** How often channels that nobody feeds are looked at: players wait for some seconds, not for some tenths. */
    private static final long KEEP_ALIVE_MS = 100;

    private final EngineConfig config;
    private final StoreDirectory stores;
    private final EventLoops loops;
    private final Transports transports;
    private final Listeners listeners;
    private final EventHub events = new EventHub();
    /** Channels that nobody publishes to, and the end of their grace. */
    private final Map<MediaChannel, Future<?>> closing = new HashMap<>();
    /** Not an event loop: binding a listener waits for one, with this engine locked. */
    private final ScheduledExecutorService channelTimers =
            Executors.newSingleThreadScheduledExecutor(new DefaultThreadFactory("tcpoffload-channels", true));
    private final Object ending = new Object();
    private final ControlCommands commands;
    private final ControlSocket control;
    private boolean closed;

    private Engine(EngineConfig config, StoreDirectory stores) {
        this.config = config;
        this.stores = stores;
        loops = new EventLoops(HTTP_THREADS, true);
        transports = Transports.open(config, loops, stores.path());
        listeners = new Listeners(config.listener(), loops, transports, events);
        resume();
        channelTimers.scheduleWithFixedDelay(this::keepAlive, KEEP_ALIVE_MS, KEEP_ALIVE_MS, TimeUnit.MILLISECONDS);
        commands = new ControlCommands(transports.adoptions(), this::find, this::counters);
        control = openControl();
        LOG.info("Engine {} runs with transport {}: {}", Build.VERSION, transports.automatic(), transports.reason());
    }

    /** Goes on with the channels of a former engine, and with their viewers. They wait for their publishers to come back. */
    private void resume() {
        Map<Long, MediaChannel> former = new HashMap<>();
        stores.reopen().forEach(media -> former.put(media.id(), media));
        transports.resume(former::get, (id, media, remote, local) ->
                listeners.front(media.listenerKey()).returning(id, media, remote, local));
        former.values().forEach(this::resume);
    }

    private void resume(MediaChannel media) {
        try {
            serve(media, listeners.ofFormer(media));
            LOG.info("Channel {} goes on at byte {}, with {} viewers", media.name(), media.publishedBytes(), media.viewers());
            closeLater(media);
        } catch (OffloadException e) {
            LOG.error("Channel {} of a former engine ends: {}", media.name(), e.getMessage());
            close(media);
        }
    }

    private void serve(MediaChannel media, Listener listener) {
        listener.add(media);
        media.onDetached(() -> closeLater(media));
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
            channelTimers.shutdownNow();
            transports.close();
            loops.close();
            stores.close();
            throw e;
        }
    }

    private MediaChannel find(String channel) {
        return listeners.all().stream().map(listener -> listener.find(channel)).filter(Objects::nonNull).findFirst()
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
        requireRunning("opening channel " + spec.name());
        transports.require(spec);
        String key = listeners.key(spec.listener());
        Listener listener = listeners.find(key);
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
            listener = listeners.of(media);
        } catch (OffloadException e) {
            media.close();
            throw e;
        }
        serve(media, listener);
        LOG.info("Channel {} open on {}: transport {}, store {} bytes", spec.name(), listener.address(),
                transports.of(media).mode(), spec.storeBytes());
        return media.openPublisher();
    }

    private void requireRunning(String what) {
        if (closed) {
            throw new OffloadException(what + " can't be done: the engine is stopping");
        }
    }

    @Override
    public synchronized Registration openListener(ListenerSpec spec) {
        requireRunning("opening a listener");
        return listeners.open(spec);
    }

    @Override
    public synchronized Registration handle(HandlerSpec spec, RequestHandler handler) {
        requireRunning("handling requests");
        return listeners.handle(spec, handler);
    }

    @Override
    public Registration watch(EventSpec spec, ViewerListener listener) {
        return events.add(spec, listener);
    }

    @Override
    public Registration suspend(String listener, PathTemplate path, Duration retryAfter) {
        return listeners.suspend(listener, path, retryAfter);
    }

    @Override
    public List<String> drain(Drain drain) {
        synchronized (this) {
            requireRunning("draining");
            listeners.drain(drain);
        }
        LOG.info("Drained: new viewers are {}; present ones {}", drain.redirect() == null ? "refused"
                : "sent to " + drain.redirect(), switch (drain.present()) {
                    case STAY -> "watch on";
                    case END -> "are ended";
                    case HAND_BACK -> "go to the kernel";
                });
        return transports.leave(drain.present());
    }

    @Override
    public void endDrain() {
        if (listeners.endDrain()) {
            LOG.info("Drained no more: viewers are let in");
        }
    }

    @Override
    public void closeSession(long session, String reason) {
        transports.closeSession(session, reason);
    }

    private void keepAlive() {
        try {
            long nowNs = System.nanoTime();
            listeners.all().forEach(listener -> listener.list().forEach(media -> media.keepAlive(nowNs)));
        } catch (RuntimeException e) {
            LOG.error("A channel is not kept alive", e); // what should not be must not end the clock
        }
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

    private synchronized void closeLater(MediaChannel media) {
        if (closed) {
            return;
        }
        cancelClose(media);
        closing.put(media, channelTimers.schedule(() -> closeIfDetached(media),
                media.spec().detachGrace().toMillis(), TimeUnit.MILLISECONDS));
    }

    private void cancelClose(MediaChannel media) {
        Future<?> pending = closing.remove(media);
        if (pending != null) {
            pending.cancel(false);
        }
    }

    private synchronized void closeIfDetached(MediaChannel media) {
        closing.remove(media);
        Listener listener = listeners.find(media.listenerKey());
        if (media.publishers() > 0 || listener == null || listener.find(media.name()) != media) {
            return;
        }
        listener.remove(media);
        close(media);
        listeners.closeIfUnused(media.listenerKey());
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
        for (Listener listener : listeners.all()) {
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
        for (Listener listener : listeners.all()) {
            listener.list().forEach(media -> infos.add(info(listener, media)));
        }
        return infos;
    }

    private ChannelInfo info(Listener listener, MediaChannel media) {
        SegmentStore store = media.store();
        TransportMode mode = transports.of(media).mode();
        return new ChannelInfo(media.name(), listener.address(), mode, transports.reason(media.spec()),
                media.publishers(), media.viewers(), store.segments(), store.head() - store.tail(), store.head(),
                media.counters().get(ChannelCounter.SKIPS), media.counters().get(ChannelCounter.SLOW_CLOSED),
                media.publishedAtMillis(), media.isStale(), listener.isSuspended(media));
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
                events.close();
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
                events.close();
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
        channelTimers.shutdownNow();
        listeners.close(end);
        return true;
    }
}
