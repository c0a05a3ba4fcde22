// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import io.tcpoffload.api.ChannelSpec;
import io.tcpoffload.api.OffloadException;
import io.tcpoffload.api.Registration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import org.apache.camel.Message;

/**
 * The channels that one producer feeds: the one that its URI names, or those that messages name by header, where the URI
 * has a template such as {@code {channel}} in its place. Thread-safe.
 */
final class ChannelFeeds implements AutoCloseable {

    /** Each has a store of its own; a header that comes from outside must not make any number of them. */
    static final int MAX_CHANNELS = 256;

    /** @param turns null where bodies do not wait for each other */
    record Place(ChannelFeed feed, TurnQueue turns, ExecutorService thread) {
    }

    private final TcpOffloadEndpoint endpoint;
    private final FeedSettings settings;
    private final EngineLink<Registration> listener;
    private final EngineLink<Registration> authorizer;
    private final Map<String, Place> places = new LinkedHashMap<>();
    private volatile Place only;
    private boolean closed;

    ChannelFeeds(TcpOffloadEndpoint endpoint) {
        this.endpoint = endpoint;
        settings = FeedSettings.of(endpoint.getConfiguration());
        listener = endpoint.listenerLink();
        authorizer = endpoint.authorizerLink();
    }

    /** @throws OffloadException if the engine refuses listener or channel, or there is none and none can come */
    void open() {
        if (listener != null) {
            listener.open();
        }
        if (authorizer != null) {
            authorizer.open();
        }
        if (!endpoint.isTemplate()) {
            only = place(endpoint.getChannel());
        }
    }

    /** Whether exchanges may be done by another thread than the one that began them. */
    boolean completesLater() {
        return settings.takesTurns() || settings.waitFor() == WaitFor.SENT;
    }

    /**
     * Where a message belongs.
     *
     * @throws UnpublishableException if the URI leaves the channel to the message, and the message names none
     */
    Place of(Message message) {
        Place one = only;
        if (one != null) {
            return one;
        }
        String channel = Headers.text(message, TcpOffloadConstants.CHANNEL);
        if (channel == null) {
            throw new UnpublishableException(endpoint.shownUri() + " leaves the channel to the message: set the header "
                    + TcpOffloadConstants.CHANNEL);
        }
        return place(channel);
    }

    private synchronized Place place(String channel) {
        if (closed) {
            throw new OffloadException("channel " + channel + " is closed: its route has stopped");
        }
        Place present = places.get(channel);
        if (present != null) {
            return present;
        }
        if (places.size() >= MAX_CHANNELS) {
            throw new OffloadException("channel " + channel + " can't be opened: " + endpoint.shownUri() + " feeds "
                    + MAX_CHANNELS + " channels already, which is the most");
        }
        ChannelSpec spec = endpoint.channelSpec(channel);
        var feed = new ChannelFeed(endpoint.engineSource(), spec, settings);
        try {
            feed.open();
        } catch (RuntimeException e) {
            feed.close();
            throw e;
        }
        Place made = withTurns(feed);
        places.put(channel, made);
        endpoint.opened(feed);
        return made;
    }

    private Place withTurns(ChannelFeed feed) {
        if (!settings.takesTurns()) {
            return new Place(feed, null, null);
        }
        ExecutorService thread = endpoint.getCamelContext().getExecutorServiceManager()
                .newSingleThreadExecutor(this, "TcpOffloadFeed-" + feed.spec().name());
        return new Place(feed, new TurnQueue("channel " + feed.spec().name(), thread, settings.backpressure()), thread);
    }

    /** Ends waits for bodies' time to come: their exchanges fail. */
    synchronized void stopWaiting() {
        places.values().forEach(place -> {
            // In this order: else the next body could have its turn in between, and would be under way when it is told to end.
            if (place.turns() != null) {
                place.turns().close();
            }
            place.feed().stopWaiting();
        });
    }

    @Override
    public void close() {
        List<Place> all;
        synchronized (this) {
            closed = true;
            stopWaiting();
            all = List.copyOf(places.values());
        }
        all.forEach(place -> {
            if (place.thread() != null) {
                // The body whose turn it is has been told to end; what it has published is to be counted.
                endpoint.getCamelContext().getExecutorServiceManager().shutdownGraceful(place.thread());
            }
            endpoint.closed(place.feed());
            place.feed().close();
        });
        if (authorizer != null) {
            authorizer.close();
        }
        if (listener != null) {
            listener.close();
        }
    }
}
