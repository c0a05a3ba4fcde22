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
import io.tcpoffload.channel.FileTransport;
import io.tcpoffload.channel.MediaChannel;
import io.tcpoffload.channel.SegmentStore;
import io.tcpoffload.control.ControlCommands;
import io.tcpoffload.control.ControlSocket;
import io.tcpoffload.http.EventLoops;
import io.tcpoffload.http.Front;
import io.tcpoffload.http.Handler;
import io.tcpoffload.http.Suspension;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
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
    private final Map<String, Listener> listeners = new TreeMap<>();
    /** Listeners that a former engine's channels have brought: their settings are not known before somebody opens them. */
    private final Set<String> provisional = new HashSet<>();
    private final Map<String, Front> fronts = new ConcurrentHashMap<>();
    private final EventHub events = new EventHub();
    /** Channels that nobody publishes to, and the end of their grace. */
    private final Map<MediaChannel, Future<?>> closing = new HashMap<>();
    /** Not an event loop: binding a listener waits for one, with this engine locked. */
    private final ScheduledExecutorService channelTimers =
            Executors.newSingleThreadScheduledExecutor(new DefaultThreadFactory("tcpoffload-channels", true));
    private final Object ending = new Object();
    private final ControlCommands commands;
    private final ControlSocket control;
    private Suspension drained;
    private boolean closed;

    private Engine(EngineConfig config, StoreDirectory stores) {
        this.config = config;
        this.stores = stores;
        loops = new EventLoops(HTTP_THREADS, true);
        transports = Transports.open(config, loops, stores.path());
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
                front(media.listenerKey()).returning(id, media, remote, local));
        former.values().forEach(this::resume);
    }

    private void resume(MediaChannel media) {
        try {
            serve(media, "channel " + media.name() + ", which goes on from a former engine");
            provisional.add(media.listenerKey());
            LOG.info("Channel {} goes on at byte {}, with {} viewers", media.name(), media.publishedBytes(), media.viewers());
            closeLater(media);
        } catch (OffloadException e) {
            LOG.error("Channel {} of a former engine ends: {}", media.name(), e.getMessage());
            close(media);
        }
    }

    private Listener serve(MediaChannel media, String owner) {
        Listener listener = listenerAt(ListenerSpec.at(media.listenerKey()).withOwner(owner));
        listener.add(media);
        media.onDetached(() -> closeLater(media));
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
            channelTimers.shutdownNow();
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
        String key = key(spec.listener());
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
            listener = serve(media, "channel " + spec.name());
        } catch (OffloadException e) {
            media.close();
            throw e;
        }
        LOG.info("Channel {} open on {}: transport {}, store {} bytes", spec.name(), listener.address(),
                transports.of(media).mode(), spec.storeBytes());
        return media.openPublisher();
    }

    /** Binds it if it is not bound. */
    private synchronized Listener listenerAt(ListenerSpec spec) {
        Listener present = listeners.get(spec.address());
        if (present != null) {
            return present;
        }
        Front front = front(spec.address());
        Listener listener = spec.sslContext() == null ? new Listener(spec, loops, front, transports::of, transports.files())
                : new Listener(spec, loops, front, media -> transports.ordinary(), FileTransport.NONE);
        listeners.put(spec.address(), listener);
        LOG.info("Listening on {}", listener.address());
        return listener;
    }

    private Listener bindAnew(ListenerSpec spec) {
        Listener former = listeners.remove(spec.address());
        former.close();
        Listener listener = listenerAt(spec);
        former.list().forEach(listener::add);
        return listener;
    }

    private synchronized Front front(String key) {
        return fronts.computeIfAbsent(key, k -> {
            Front front = new Front(transports.ids(), events.at(k));
            if (drained != null) {
                front.suspend(drained);
            }
            return front;
        });
    }

    private String key(String hostAndPort) {
        return hostAndPort == null ? config.listener() : hostAndPort;
    }

    private void requireRunning(String what) {
        if (closed) {
            throw new OffloadException(what + " can't be done: the engine is stopping");
        }
    }

    @Override
    public synchronized Registration openListener(ListenerSpec wanted) {
        requireRunning("opening a listener");
        ListenerSpec spec = wanted.withAddress(key(wanted.address()));
        Listener listener = provisional.remove(spec.address()) ? bindAnew(spec) : listenerAt(spec);
        listener.requireSame(spec);
        listener.hold();
        return new Hold(listener::address, listener::counters, () -> {
            listener.release();
            closeIfUnused(spec.address());
        });
    }

    @Override
    public synchronized Registration handle(HandlerSpec spec, RequestHandler requestHandler) {
        requireRunning("handling requests");
        String key = key(spec.listener());
        Handler handler = new Handler(spec, requestHandler);
        front(key).handlers().add(handler);
        try {
            Listener listener = listenerAt(ListenerSpec.at(key).withOwner(spec.owner()));
            return new Hold(listener::address, handler::counters, () -> {
                front(key).handlers().remove(handler);
                closeIfUnused(key);
            });
        } catch (OffloadException e) {
            front(key).handlers().remove(handler);
            throw e;
        }
    }

    @Override
    public Registration watch(EventSpec spec, ViewerListener listener) {
        return events.add(spec, listener);
    }

    @Override
    public Registration suspend(String listener, PathTemplate path, Duration retryAfter) {
        Front front = front(key(listener));
        Suspension suspension = new Suspension(path, retryAfter);
        front.suspend(suspension);
        return new Hold(() -> "", () -> Map.of("refused", suspension.refused()), () -> front.resume(suspension));
    }

    @Override
    public List<String> drain(Drain drain) {
        synchronized (this) {
            requireRunning("draining");
            endDrain();
            drained = Suspension.of(drain);
            fronts.values().forEach(front -> front.suspend(drained));
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
    public synchronized void endDrain() {
        if (drained != null) {
            fronts.values().forEach(front -> front.resume(drained));
            drained = null;
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
            snapshot().forEach(listener -> listener.list().forEach(media -> media.keepAlive(nowNs)));
        } catch (RuntimeException e) {
            LOG.error("A channel is not kept alive", e); // what should not be must not end the clock
        }
    }

    private synchronized void closeIfUnused(String key) {
        Listener listener = listeners.get(key);
        if (listener != null && listener.isEmpty()) {
            listeners.remove(key);
            provisional.remove(key);
            listener.close();
            LOG.info("No longer listening on {}", key);
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
        String key = media.listenerKey();
        Listener listener = listeners.get(key);
        if (media.publishers() > 0 || listener == null || listener.find(media.name()) != media) {
            return;
        }
        listener.remove(media);
        close(media);
        closeIfUnused(key);
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
        listeners.values().forEach(listener -> {
            listener.close();
            listener.list().forEach(end);
        });
        listeners.clear();
        return true;
    }
}
