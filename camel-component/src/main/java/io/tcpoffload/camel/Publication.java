// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import io.tcpoffload.api.Delivery;
import io.tcpoffload.api.OffloadException;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/** One exchange with its body, on its way into a channel. Whatever happens, the exchange is done once. */
final class Publication implements TurnQueue.Turn {

    /** The header {@code CamelTcpOffloadDropped} of a body that never had its turn. */
    private static final int NOT_PUBLISHED = -1;

    private final Exchange exchange;
    private final AsyncCallback callback;
    private final ChannelFeed feed;
    private final Set<Publication> sending;
    private final Executor completions;
    private final MediaBody body;
    private final boolean keyframe;
    private final boolean newSource;
    private final Set<Long> sessions;
    private final Acceptance accepted = new Acceptance();
    private final AtomicBoolean done = new AtomicBoolean();

    /**
     * @param sending     holds this while viewers are waited for
     * @param completions runs what comes after in the route, where it is not the calling thread
     * @throws UnpublishableException if the message's body or a header is wrong
     */
    Publication(Exchange exchange, AsyncCallback callback, ChannelFeed feed, Set<Publication> sending,
            Executor completions) {
        Message message = exchange.getMessage();
        this.exchange = exchange;
        this.callback = callback;
        this.feed = feed;
        this.sending = sending;
        this.completions = completions;
        body = MediaBody.of(message.getBody());
        keyframe = Headers.flag(message, TcpOffloadConstants.KEYFRAME, MediaBody.startsSegment(body));
        newSource = Headers.flag(message, TcpOffloadConstants.DISCONTINUITY, false);
        sessions = Headers.sessions(message, TcpOffloadConstants.SESSION_IDS);
    }

    boolean isForChosen() {
        return sessions != null;
    }

    /** @return whether the exchange is done */
    boolean publishNow() {
        Throwable failure = store();
        if (failure == null && waitsForViewers()) {
            awaitViewers();
            return false;
        }
        finish(failure, true);
        return true;
    }

    void waitFor(TurnQueue turns) {
        // Its owner may give a segment up as soon as the exchange goes on, and this exchange may fail before its turn.
        MediaBody.retain(body);
        try {
            turns.submit(this);
        } catch (RuntimeException e) {
            if (done.compareAndSet(false, true)) {
                MediaBody.release(body);
                throw e;
            }
        }
    }

    @Override
    public void take() {
        Throwable failure = store();
        MediaBody.release(body);
        if (failure == null && waitsForViewers()) {
            awaitViewers();
        } else {
            completions.execute(() -> finish(failure, false));
        }
    }

    @Override
    public void drop() {
        MediaBody.release(body);
        feed.counters().countDropped();
        completions.execute(() -> finish(null, false, NOT_PUBLISHED));
    }

    @Override
    public void fail(OffloadException reason) {
        MediaBody.release(body);
        feed.counters().countFailed(0);
        completions.execute(() -> finish(reason, false));
    }

    private Throwable store() {
        try {
            if (sessions != null) {
                feed.publishTo(sessions, body, accepted);
            } else {
                feed.publish(body, keyframe, newSource, accepted);
            }
            return null;
        } catch (Throwable t) {
            return t;
        }
    }

    private boolean waitsForViewers() {
        return feed.settings().waitFor() == WaitFor.SENT && accepted.position() >= 0;
    }

    private void awaitViewers() {
        sending.add(this);
        try {
            feed.whenSent(accepted).whenComplete((delivery, failure) ->
                    completions.execute(() -> delivered(delivery, failure)));
        } catch (RuntimeException e) {
            completions.execute(() -> finish(e, false));
        }
    }

    private void delivered(Delivery delivery, Throwable failure) {
        if (failure != null) {
            finish(failure, false);
            return;
        }
        feed.counters().countMissed(delivery.missed());
        finish(delivery.pending() == 0 ? null : new OffloadException("channel " + feed.spec().name() + ": "
                + delivery.pending() + " of " + accepted.subscribers() + " viewers have not been sent the body within "
                + "sendTimeout " + feed.settings().sendTimeout().toMillis() + " ms; it stays published"), false,
                delivery.missed());
    }

    /** The viewers are not waited for any longer. */
    void doneWithoutViewers() {
        completions.execute(() -> finish(null, false));
    }

    private void finish(Throwable failure, boolean sync) {
        finish(failure, sync, null);
    }

    private void finish(Throwable failure, boolean sync, Integer dropped) {
        if (!done.compareAndSet(false, true)) {
            return;
        }
        sending.remove(this);
        Message message = exchange.getMessage();
        message.setHeader(TcpOffloadConstants.SUBSCRIBERS, accepted.subscribers());
        message.setHeader(TcpOffloadConstants.ACCEPTED_BYTES, accepted.bytes());
        if (accepted.pts() >= 0) {
            message.setHeader(TcpOffloadConstants.PTS, accepted.pts());
        }
        if (accepted.millis() >= 0) {
            message.setHeader(TcpOffloadConstants.SEGMENT_DURATION, accepted.millis());
        }
        if (dropped != null) {
            message.setHeader(TcpOffloadConstants.DROPPED, dropped);
        }
        if (failure != null) {
            exchange.setException(failure);
        }
        callback.done(sync);
    }
}
