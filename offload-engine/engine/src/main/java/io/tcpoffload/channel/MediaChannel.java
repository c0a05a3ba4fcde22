// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import io.tcpoffload.api.ChannelSpec;
import io.tcpoffload.api.OffloadException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An open channel: its specification, store, publishers, viewers and numbers. Thread-safe.
 *
 * <p>A channel whose store lies in a file outlives its engine, killed or {@linkplain #suspend() suspended}, and is
 * {@linkplain #reopen(Path) reopened} by the next with its id, media and stream positions; its counters begin anew.
 */
public final class MediaChannel implements AutoCloseable {

    private enum State { OPEN, SUSPENDED, CLOSED }

    private static final Runnable[] NONE = {};
    private static final String TRANSPORT_STREAM = "video/mp2t";

    private final String name;
    private final String listenerKey;
    private final LagLimits limits = new LagLimits();
    private final SegmentStore store;
    private final ChannelCounters counters = new ChannelCounters();
    private final ChannelIntake intake;
    private final AtomicInteger publishers = new AtomicInteger();
    private final AtomicInteger viewers = new AtomicInteger();
    private volatile ChannelSpec spec;
    private volatile Runnable[] listeners = NONE;
    private volatile Runnable onDetached = () -> { };
    private volatile State state = State.OPEN;
    private final ViewerCounts counts = new ViewerCounts();
    private final Set<Cursor> cursors = ConcurrentHashMap.newKeySet();
    private final Addressed addressed = new Addressed();
    /** Who appends what nobody has published. */
    private volatile Thread bridging;
    private volatile long publishedNs = System.nanoTime();

    /**
     * @param spec        what the channel is to be
     * @param listenerKey {@code host:port} it is registered under: the specification's listener or the engine's default
     * @param directory   for the store, see {@link SegmentStore}
     * @throws OffloadException if there is no memory for the store
     */
    public MediaChannel(ChannelSpec spec, String listenerKey, Path directory) {
        name = spec.name();
        this.listenerKey = listenerKey;
        store = new SegmentStore(directory, name, spec.storeBytes(), this::wake);
        limits.begin(spec, 0, 0);
        intake = new ChannelIntake(store, counters);
        describe(spec);
    }

    private MediaChannel(Path file) throws IOException {
        store = SegmentStore.reopen(file, this::wake);
        intake = new ChannelIntake(store, counters);
        try {
            ChannelDescription description = ChannelDescription.parse(store.description());
            name = description.spec().name();
            listenerKey = description.listenerKey();
            limits.begin(description.spec(), store.head(), Math.max(0, store.newestJoinPoint()));
            describe(description.spec());
        } catch (StoreRefusedException e) {
            store.suspend();
            throw new StoreRefusedException(file + ": " + e.getMessage());
        }
    }

    /**
     * Goes on with a channel that a former engine left, where it stopped. Nobody publishes to it yet; {@link #onDetached}
     * is not called for that.
     *
     * @param file the store's, written to by nobody else
     * @throws StoreRefusedException if it can't be gone on with, see {@link SegmentStore#reopen}
     * @throws IOException           if it can't be opened
     */
    public static MediaChannel reopen(Path file) throws IOException {
        return new MediaChannel(file);
    }

    private void describe(ChannelSpec wanted) {
        spec = wanted;
        limits.set(wanted);
        store.describe(new ChannelDescription(wanted, listenerKey).toText());
    }

    /**
     * Changes the settings without ending the channel. Viewers see the new {@code clientBufferMax} and {@code recoverPolicy}
     * at their next step; {@code contentType} goes to those who come, {@code detachGrace} counts for the next detachment.
     *
     * @return false, with nothing changed, if that needs a new channel: another {@code storeSize} or {@code transport}
     */
    public synchronized boolean adapt(ChannelSpec wanted) {
        if (!wanted.name().equals(name) || wanted.storeBytes() != spec.storeBytes()
                || wanted.transport() != spec.transport()) {
            return false;
        }
        describe(wanted);
        return true;
    }

    /** Tells this channel from all others, also one of the same name before or after it; outlives the engine; never 0. */
    public long id() {
        return store.id();
    }

    /** When it began, in milliseconds since 1970. */
    public long createdMs() {
        return store.createdMs();
    }

    /** {@code host:port} it is registered under in the engine. */
    public String listenerKey() {
        return listenerKey;
    }

    /** As in force now. */
    public ChannelSpec spec() {
        return spec;
    }

    /** As in the URL path. */
    public String name() {
        return name;
    }

    /** How far viewers may be behind. */
    LagLimits limits() {
        return limits;
    }

    public SegmentStore store() {
        return store;
    }

    /** Bytes the store took since the channel began. */
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
     * @throws OffloadException if the channel is closed or suspended
     */
    public ChannelPublisher openPublisher() {
        if (state != State.OPEN) {
            throw new OffloadException("channel " + name() + " is " + state.name().toLowerCase(Locale.ROOT));
        }
        if (publishers.getAndIncrement() == 0 && isTransportStream()) {
            intake.attached();
        }
        return new ChannelPublisher(this);
    }

    /** Case does not matter, and parameters may follow (RFC 9110 section 8.3.1). */
    private boolean isTransportStream() {
        String type = spec.contentType().toLowerCase(Locale.ROOT);
        return type.startsWith(TRANSPORT_STREAM)
                && (type.length() == TRANSPORT_STREAM.length() || " ;".indexOf(type.charAt(TRANSPORT_STREAM.length())) >= 0);
    }

    ChannelIntake intake() {
        return intake;
    }

    /**
     * While nobody publishes, and in silences longer than {@link ChannelSpec#keepalive()}, gives viewers of a transport
     * stream null packets now and then, so that players do not take the silence for the end. To be called often, every
     * 100 ms or so; from any thread.
     *
     * @param nowNs as of {@link System#nanoTime()}
     */
    public synchronized void keepAlive(long nowNs) {
        boolean detached = publishers.get() == 0;
        long silenceNs = detached ? ChannelIntake.SILENCE_NS : spec.keepalive().toNanos();
        if (state == State.OPEN && silenceNs > 0 && viewers.get() > 0 && isTransportStream()) {
            bridging = Thread.currentThread();
            intake.bridge(nowNs, silenceNs, detached);
            bridging = null;
        }
    }

    void publisherLeft() {
        if (publishers.decrementAndGet() == 0 && state != State.SUSPENDED) {
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

    /**
     * The place of a viewer that a former engine had. All rules go on: if its bytes have been overwritten meanwhile it
     * skips, is disconnected or lost, as it would have been.
     *
     * @param position stream offset of the next byte to send, {@code 0} to the store's head; -1 if it had none yet
     * @param jumps    {@link Cursor#jumps()} until then
     * @throws OffloadException if the channel has no such position: the viewer was told bytes that are not there
     */
    public Cursor resumeCursor(long position, long jumps) {
        return resumeCursor(Viewer.anonymous(this), position, jumps);
    }

    Cursor resumeCursor(Viewer viewer, long position, long jumps) {
        if (position < -1 || position > store.head()) {
            throw new OffloadException("a viewer of channel " + name + " can't go on at " + position
                    + ": its stream goes up to " + store.head());
        }
        viewers.incrementAndGet();
        counters.add(ChannelCounter.VIEWERS_RESUMED, 1);
        return new Cursor(this, viewer, position, jumps);
    }

    /** What is for some viewers only. */
    Addressed addressed() {
        return addressed;
    }

    /** Those of the present viewers, by their places. */
    Collection<Cursor> cursors() {
        return cursors;
    }

    void entered(Cursor cursor) {
        cursors.add(cursor);
    }

    void left(Cursor cursor) {
        cursors.remove(cursor);
        viewerLeft();
    }

    private void viewerLeft() {
        if (viewers.decrementAndGet() == 0 && state == State.CLOSED) {
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
        long nowNs = System.nanoTime();
        if (Thread.currentThread() != bridging) {
            publishedNs = nowNs;
        }
        limits.appended(store.head(), nowNs);
        for (Runnable listener : listeners) {
            listener.run();
        }
    }

    /** Whether more may come: until it is closed, by this engine or the next. */
    public boolean isOpen() {
        return state != State.CLOSED;
    }

    /**
     * Ends the channel: no more publishing; viewers are sent what is there and disconnected. The memory goes back to
     * the system when the last of them has closed its cursor. Idempotent; does nothing once suspended.
     */
    @Override
    public void close() {
        if (leaveFor(State.CLOSED)) {
            store.close();
            wake();
            if (viewers.get() == 0) {
                store.release();
            }
        }
    }

    /**
     * Stops publishing and leaves the store's file for the next engine; viewers are not told that anything ended. When this
     * returns, nobody of this engine writes to the file. Idempotent; does nothing once closed.
     */
    public void suspend() {
        if (leaveFor(State.SUSPENDED)) {
            store.suspend();
        }
    }

    private synchronized boolean leaveFor(State next) {
        boolean leaves = state == State.OPEN;
        if (leaves) {
            state = next;
        }
        return leaves;
    }
}
