// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.engine;

import io.tcpoffload.api.EventSpec;
import io.tcpoffload.api.Registration;
import io.tcpoffload.api.ViewerEvent;
import io.tcpoffload.api.ViewerListener;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One listener's events: a bounded queue and a thread that empties it. Thread-safe. */
final class EventQueue implements Registration, Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(EventQueue.class);

    /** How long an engine waits, when it stops, for somebody to hear how its viewers ended. */
    private static final long FINISH_MS = 2000;
    private static final long LOOK_MS = 200;

    private final EventSpec spec;
    private final ViewerListener listener;
    private final Consumer<EventQueue> onClose;
    private final BlockingQueue<ViewerEvent> waiting;
    private final AtomicLong delivered = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final Thread thread;
    private volatile boolean ending;
    private volatile boolean closed;

    EventQueue(EventSpec spec, ViewerListener listener, Consumer<EventQueue> onClose) {
        this.spec = spec;
        this.listener = listener;
        this.onClose = onClose;
        waiting = new LinkedBlockingQueue<>(spec.capacity());
        thread = new Thread(this, "tcpoffload-events");
        thread.setDaemon(true);
        thread.start();
    }

    /** @param key {@code host:port} as it was asked for */
    boolean wants(ViewerEvent.Type type, String key, String channel) {
        return spec.types().contains(type) && (spec.listener() == null || spec.listener().equals(key))
                && (spec.path() == null || spec.path().match("/" + channel) != null);
    }

    void offer(ViewerEvent event) {
        if (!waiting.offer(event) && dropped.getAndIncrement() == 0) {
            LOG.warn("{} is slow: {} events wait, more are dropped and counted", spec.owner(), spec.capacity());
        }
    }

    @Override
    public void run() {
        try {
            while (!closed) {
                ViewerEvent event = waiting.poll(LOOK_MS, TimeUnit.MILLISECONDS);
                if (event != null) {
                    deliver(event);
                } else if (ending) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("{} hears no more", spec.owner());
        }
    }

    /** Delivers what waits, within a bound, and ends. */
    void finish() {
        ending = true;
        try {
            thread.join(FINISH_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        close();
    }

    /** A listener that fails for one event may manage the next. */
    private void deliver(ViewerEvent event) {
        try {
            listener.onEvent(event);
            delivered.getAndIncrement();
        } catch (RuntimeException e) {
            if (failed.getAndIncrement() == 0) {
                LOG.warn("{} failed for {} of session {}, further failures are counted: {}", spec.owner(), event.type(),
                        event.session(), e.toString());
            }
            LOG.debug("{} failed for {}", spec.owner(), event, e);
        }
    }

    @Override
    public String address() {
        return "";
    }

    @Override
    public Map<String, Long> counters() {
        return Map.of("delivered", delivered.get(), "dropped", dropped.get(), "failed", failed.get(), "waiting",
                (long) waiting.size());
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            onClose.accept(this);
            if (Thread.currentThread() != thread) {
                thread.interrupt();
            }
        }
    }
}
