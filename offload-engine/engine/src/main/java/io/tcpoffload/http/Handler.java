// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.http;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.tcpoffload.api.Decision;
import io.tcpoffload.api.HandlerSpec;
import io.tcpoffload.api.OffloadException;
import io.tcpoffload.api.RequestHandler;
import io.tcpoffload.api.ViewerRequest;
import io.tcpoffload.channel.ViewerCounts;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A registered {@link RequestHandler}: asks it, with a bound on time and number, and counts. Thread-safe. */
public final class Handler {

    private static final Logger LOG = LoggerFactory.getLogger(Handler.class);

    /** A handler that always fails must not fill the log at the viewers' pace. */
    private static final long LOG_INTERVAL_NS = TimeUnit.SECONDS.toNanos(10);
    private static final Decision FAILED = Decision.reject(500, "the request could not be decided");
    private static final Decision OVERLOADED = Decision.reject(503, "too many requests wait for a decision; try again in a "
            + "few seconds", Duration.ofSeconds(5));

    private final HandlerSpec spec;
    private final RequestHandler handler;
    private final ViewerCounts counts = new ViewerCounts();
    private final AtomicInteger pending = new AtomicInteger();
    private final AtomicLongArray counters = new AtomicLongArray(HandlerCounter.values().length);
    private final AtomicLong loggedNs = new AtomicLong(System.nanoTime() - LOG_INTERVAL_NS);

    public Handler(HandlerSpec spec, RequestHandler handler) {
        this.spec = spec;
        this.handler = handler;
    }

    public HandlerSpec spec() {
        return spec;
    }

    /** Viewers for whom the numbers of the specification's access rule count. */
    ViewerCounts counts() {
        return counts;
    }

    /** What was counted, by name. */
    public Map<String, Long> counters() {
        Map<String, Long> map = new TreeMap<>();
        for (HandlerCounter counter : HandlerCounter.values()) {
            map.put(counter.name().toLowerCase(Locale.ROOT), counters.get(counter.ordinal()));
        }
        map.put("pending", (long) pending.get());
        return map;
    }

    void count(HandlerCounter counter) {
        counters.getAndIncrement(counter.ordinal());
    }

    /**
     * Asks. On the loop's thread.
     *
     * @param then gets the decision, or what stands for one that did not come; once, on the loop's thread
     */
    void ask(ViewerRequest request, EventExecutor loop, Consumer<Decision> then) {
        if (pending.incrementAndGet() > spec.maxPending()) {
            pending.decrementAndGet();
            count(HandlerCounter.OVERLOADED);
            then.accept(OVERLOADED);
            return;
        }
        var question = new Question(request, loop, then);
        CompletionStage<Decision> answer;
        try {
            answer = handler.decide(request);
        } catch (RuntimeException e) {
            question.answered(null, e);
            return;
        }
        if (answer == null) {
            question.answered(null, null);
        } else {
            answer.whenComplete(question::answered);
        }
    }

    private final class Question {
        private final ViewerRequest request;
        private final EventExecutor loop;
        private final Consumer<Decision> then;
        private final AtomicBoolean over = new AtomicBoolean();
        private final Future<?> timeout;

        private Question(ViewerRequest request, EventExecutor loop, Consumer<Decision> then) {
            this.request = request;
            this.loop = loop;
            this.then = then;
            timeout = loop.schedule(this::tooLate, spec.timeout().toMillis(), TimeUnit.MILLISECONDS);
        }

        private void tooLate() {
            if (over.compareAndSet(false, true)) {
                count(HandlerCounter.TIMEOUTS);
                finish(spec.onTimeout());
            }
        }

        private void answered(Decision decision, Throwable failure) {
            if (over.compareAndSet(false, true)) {
                timeout.cancel(false);
                if (decision == null) {
                    failed(failure);
                }
                finish(decision == null ? FAILED : decision);
            }
        }

        private void failed(Throwable failure) {
            count(HandlerCounter.FAILURES);
            Throwable cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause()
                    : failure;
            long now = System.nanoTime();
            long last = loggedNs.get();
            if (now - last >= LOG_INTERVAL_NS && loggedNs.compareAndSet(last, now)) {
                LOG.warn("{} could not decide about {}: {}", spec.owner(), request.path(),
                        cause == null ? "it gave no decision" : cause instanceof OffloadException ? cause.getMessage()
                        : cause.toString());
            }
            LOG.debug("{} failed for {}", spec.owner(), request.path(), cause);
        }

        private void finish(Decision decision) {
            pending.decrementAndGet();
            if (loop.inEventLoop()) {
                then.accept(decision);
            } else {
                loop.execute(() -> then.accept(decision));
            }
        }
    }
}
