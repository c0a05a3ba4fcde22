// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import io.tcpoffload.api.ChannelSpec;
import io.tcpoffload.api.OffloadException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** An open channel: its specification, store, publishers, viewers and numbers. Thread-safe. */
public final class MediaChannel implements AutoCloseable {

    private static final Runnable[] NONE = {};

    private final ChannelSpec spec;
    private final SegmentStore store;
    private final ChannelCounters counters = new ChannelCounters();
    private final AtomicInteger publishers = new AtomicInteger();
    private final AtomicInteger viewers = new AtomicInteger();
    private final ViewerCounts counts = new ViewerCounts();
    private volatile Runnable[] listeners = NONE;
    private volatile Runnable onDetached = () -> { };
    private volatile boolean open = true;
    private volatile long publishedNs = System.nanoTime();

    /**
     * @param spec      what the channel is to be
     * @param directory for the store, see {@link SegmentStore}
     * @throws OffloadException if there is no memory for the store
     */
    public MediaChannel(ChannelSpec spec, Path directory) {
        this.spec = spec;
        this.store = new SegmentStore(directory, spec.name(), spec.storeBytes(), this::wake);
    }

    public ChannelSpec spec() {
        return spec;
    }

    /** As in the URL path. */
    public String name() {
        return spec.name();
    }

    public SegmentStore store() {
        return store;
    }

    /** Bytes the store took since the channel opened. */
    public long publishedBytes() {
        return store.head();
    }

    /** When the store's head moved last, in milliseconds since the epoch; 0 if it never did. */
    public long publishedAtMillis() {
        return store.head() == 0 ? 0
                : System.currentTimeMillis() - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - publishedNs);
    }

    /** Whether nothing has been published for longer than {@link ChannelSpec#staleAfter()}. */
    public boolean isStale() {
        long staleNs = spec.staleAfter().toNanos();
        return staleNs > 0 && System.nanoTime() - publishedNs > staleNs;
    }

    public ChannelCounters counters() {
        return counters;
    }

    /**
     * Lets somebody publish.
     *
     * @throws OffloadException if the channel is closed
     */
    public ChannelPublisher openPublisher() {
        if (!open) {
            throw new OffloadException("channel " + name() + " is closed");
        }
        publishers.incrementAndGet();
        return new ChannelPublisher(this);
    }

    void publisherLeft() {
        if (publishers.decrementAndGet() == 0) {
            onDetached.run();
        }
    }

    /** Open publishers. */
    public int publishers() {
        return publishers.get();
    }

    /** Called whenever the last publisher has left, on its thread: the time to start the detach grace. */
    public void onDetached(Runnable action) {
        onDetached = action;
    }

    /** A place for somebody who is no viewer of a listener's; its owner closes it. */
    public Cursor openCursor() {
        return openCursor(Viewer.anonymous(this));
    }

    /** A place for a new viewer; its transport closes it when the viewer is gone. */
    Cursor openCursor(Viewer viewer) {
        viewers.incrementAndGet();
        counters.add(ChannelCounter.VIEWERS_JOINED, 1);
        return new Cursor(this, viewer);
    }

    /** Those for whom the specification's access rule counts. */
    public ViewerCounts viewerCounts() {
        return counts;
    }

    void viewerLeft() {
        if (viewers.decrementAndGet() == 0 && !open) {
            store.release();
        }
    }

    /** Open cursors, whatever their transport. */
    public int viewers() {
        return viewers.get();
    }

    /**
     * Adds a wake-up, called after the store's head has moved and when the channel closes, on the thread that did it.
     * Must not block, and be cheap: it runs once a body.
     */
    public synchronized void onAppend(Runnable listener) {
        Runnable[] more = Arrays.copyOf(listeners, listeners.length + 1);
        more[listeners.length] = listener;
        listeners = more;
    }

    /** Takes a wake-up away again; it may still be called once by an append under way. */
    public synchronized void removeOnAppend(Runnable listener) {
        listeners = Arrays.stream(listeners).filter(l -> l != listener).toArray(Runnable[]::new);
    }

    private void wake() {
        publishedNs = System.nanoTime();
        for (Runnable listener : listeners) {
            listener.run();
        }
    }

    public boolean isOpen() {
        return open;
    }

    /**
     * Ends the channel: no more publishing; viewers are sent what is there and disconnected. The memory goes back to
     * the system when the last of them has closed its cursor. Idempotent.
     */
    @Override
    public void close() {
        open = false;
        store.close();
        wake();
        if (viewers.get() == 0) {
            store.release();
        }
    }
}
