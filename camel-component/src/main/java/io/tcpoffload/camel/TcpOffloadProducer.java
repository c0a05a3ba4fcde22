// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import io.tcpoffload.api.OffloadException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultAsyncProducer;

/**
 * Publishes message bodies into a channel. An exchange is done as soon as the channel's store has accepted its body, on
 * the calling thread: the store takes it at the speed of memory or disk and never waits for a viewer, and media keeps the
 * order in which a route sends it. Where options make it wait - pacing, backpressure=block, waitFor=sent - it is done
 * later, by another thread, exactly once.
 */
public class TcpOffloadProducer extends DefaultAsyncProducer {

    /** Exchanges whose bodies are in the channel, and whose viewers are waited for. */
    private final Set<Publication> sending = ConcurrentHashMap.newKeySet();
    private volatile ChannelFeeds feeds;
    private volatile ExecutorService completions;

    public TcpOffloadProducer(TcpOffloadEndpoint endpoint) {
        super(endpoint);
    }

    @Override
    public TcpOffloadEndpoint getEndpoint() {
        return (TcpOffloadEndpoint) super.getEndpoint();
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        var opening = new ChannelFeeds(getEndpoint());
        try {
            opening.open();
        } catch (RuntimeException e) {
            opening.close();
            throw e;
        }
        if (opening.completesLater()) {
            completions = getEndpoint().getCamelContext().getExecutorServiceManager()
                    .newCachedThreadPool(this, "TcpOffloadDone");
        }
        feeds = opening;
        getEndpoint().getComponent().started(this);
    }

    @Override
    protected void doStop() throws Exception {
        ChannelFeeds closing = feeds;
        feeds = null;
        if (closing != null) {
            closing.close();
        }
        doneWithoutViewers();
        getEndpoint().getComponent().stopped(this);
        if (completions != null) {
            getEndpoint().getCamelContext().getExecutorServiceManager().shutdownGraceful(completions);
            completions = null;
        }
        super.doStop();
    }

    /** Viewers hold up no shutdown. */
    void doneWithoutViewers() {
        sending.forEach(Publication::doneWithoutViewers);
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        ChannelFeeds present = feeds;
        try {
            if (present == null) {
                throw new OffloadException(getEndpoint().shownUri() + ": its route has stopped");
            }
            var place = present.of(exchange.getMessage());
            var publication = new Publication(exchange, callback, place.feed(), sending, this::complete);
            if (place.turns() == null || publication.isForChosen()) {
                return publication.publishNow();
            }
            publication.waitFor(place.turns());
            return false;
        } catch (Throwable t) {
            exchange.setException(t);
            callback.done(true);
            return true;
        }
    }

    /** The rest of the route must hold up neither the engine's threads nor the bodies that come next. */
    private void complete(Runnable done) {
        ExecutorService executor = completions;
        try {
            if (executor != null) {
                executor.execute(done);
                return;
            }
        } catch (RejectedExecutionException e) {
            // It stops at this moment: there is nothing left to hold up.
        }
        done.run();
    }
}
