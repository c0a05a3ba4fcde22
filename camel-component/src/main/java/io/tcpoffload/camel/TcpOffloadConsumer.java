// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import io.tcpoffload.api.AccessRule;
import io.tcpoffload.api.Decision;
import io.tcpoffload.api.EventSpec;
import io.tcpoffload.api.HandlerSpec;
import io.tcpoffload.api.Registration;
import io.tcpoffload.api.RequestHandler;
import io.tcpoffload.api.ViewerEvent;
import io.tcpoffload.api.ViewerRequest;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.Suspendable;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckHelper;
import org.apache.camel.health.HealthCheckRegistry;
import org.apache.camel.health.HealthCheckRepository;
import org.apache.camel.spi.ThreadPoolProfile;
import org.apache.camel.support.DefaultConsumer;
import org.apache.camel.util.concurrent.ThreadPoolRejectedPolicy;

/**
 * Makes exchanges of what happens to viewers: requests, which the route decides about, on threads of this consumer or of the
 * application; and events, one after another, on a thread of the engine. A suspended consumer refuses new viewers and keeps
 * the present ones.
 */
public class TcpOffloadConsumer extends DefaultConsumer implements Suspendable {

    /** What a viewer that comes while the route is suspended is told. */
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final Set<EventType> events;
    private final Requests requests;
    private final Deque<EngineLink<Registration>> links = new ArrayDeque<>();
    private EngineLink<Registration> decisions;
    /** This consumer's own; null where an option names others. */
    private ExecutorService threads;
    private EngineLink<Registration> suspension;
    private HealthCheck liveness;

    /** @throws io.tcpoffload.api.OffloadException naming a wrong option, its value and what would be right */
    public TcpOffloadConsumer(TcpOffloadEndpoint endpoint, Processor processor) {
        super(endpoint, processor);
        TcpOffloadConfiguration options = endpoint.getConfiguration();
        events = EventType.parse("events", options.getEvents());
        Specs.concurrentConsumers(options);
        Specs.handler(options, endpoint.listener(), endpoint.path(), endpoint.shownUri());
        eventSpec(Set.of(ViewerEvent.Type.values()));
        requests = new Requests(endpoint);
    }

    @Override
    public TcpOffloadEndpoint getEndpoint() {
        return (TcpOffloadEndpoint) super.getEndpoint();
    }

    private EventSpec eventSpec(Set<ViewerEvent.Type> types) {
        TcpOffloadEndpoint endpoint = getEndpoint();
        return Specs.events(endpoint.getConfiguration(), endpoint.listener(), endpoint.path(), endpoint.shownUri(), types);
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        try {
            openListener();
            openHandler();
            openEvents();
            openHealthChecks();
        } catch (RuntimeException e) {
            release();
            throw e;
        }
    }

    private void openListener() {
        EngineLink<Registration> listener = getEndpoint().listenerLink();
        if (listener != null) {
            open(listener);
        }
    }

    private void openHandler() {
        TcpOffloadEndpoint endpoint = getEndpoint();
        TcpOffloadConfiguration options = endpoint.getConfiguration();
        HandlerSpec spec = Specs.handler(options, endpoint.listener(), endpoint.path(), endpoint.shownUri());
        boolean asked = events.contains(EventType.REQUEST);
        RequestHandler handler;
        if (asked || options.getAuthorizer() != null) {
            handler = new AuthorizedRequests(options.getAuthorizer(), threads(options), asked ? this::ask : null);
        } else if (!spec.access().equals(AccessRule.NONE.withTokenParameter(options.getTokenParameter()))) {
            handler = RequestHandler.ADMIT;
        } else {
            return;
        }
        decisions = new EngineLink<>(endpoint.engineSource(), "handler of " + endpoint.path(),
                engine -> engine.handle(spec, handler));
        open(decisions);
    }

    private ExecutorService threads(TcpOffloadConfiguration options) {
        if (options.getExecutorService() != null) {
            return options.getExecutorService();
        }
        int consumers = Specs.concurrentConsumers(options);
        var profile = new ThreadPoolProfile("tcpoffload-" + getEndpoint().path());
        profile.setPoolSize(consumers);
        profile.setMaxPoolSize(consumers);
        profile.setMaxQueueSize(options.getMaxPendingRequests());
        profile.setRejectedPolicy(ThreadPoolRejectedPolicy.Abort);
        threads = getEndpoint().getCamelContext().getExecutorServiceManager().newThreadPool(this, "TcpOffloadRequest",
                profile);
        return threads;
    }

    private void openEvents() {
        Set<ViewerEvent.Type> told = EventType.notifications(events);
        if (!told.isEmpty()) {
            EventSpec spec = eventSpec(told);
            open(new EngineLink<>(getEndpoint().engineSource(), "events of " + getEndpoint().path(),
                    engine -> engine.watch(spec, this::tell)));
        }
    }

    /** Camel asks a consumer's own check about readiness only, so there is another one about liveness. */
    private void openHealthChecks() {
        HealthCheckRepository consumers =
                HealthCheckHelper.getHealthCheckRepository(getEndpoint().getCamelContext(), "consumers");
        if (consumers == null || !getEndpoint().getComponent().isHealthCheckConsumerEnabled()) {
            return;
        }
        String id = "consumer:tcpoffload-" + getRouteId();
        String uri = getEndpoint().shownUri();
        setHealthCheck(new ChannelHealthCheck(id, uri, this::problem, this::end));
        if (consumers.isEnabled()) {
            liveness = new ChannelHealthCheck(id, uri, this::problem, this::end) {
                @Override
                public boolean isReadiness() {
                    return false;
                }
            };
            HealthCheckRegistry.get(getEndpoint().getCamelContext()).register(liveness);
        }
    }

    private void closeHealthChecks() {
        setHealthCheck(null);
        if (liveness != null) {
            HealthCheckRegistry.get(getEndpoint().getCamelContext()).unregister(liveness);
            liveness = null;
        }
    }

    private void open(EngineLink<Registration> link) {
        links.push(link);
        link.open();
    }

    /** Why viewers are not served as the route wants it, or null if they are. */
    private String problem() {
        return links.stream().map(EngineLink::problem).filter(problem -> problem != null).findFirst().orElse(null);
    }

    /** A handler has a listener for as long as the engine runs. */
    private String end() {
        return getEndpoint().end(engine -> decisions != null && decisions.problem() == null
                && engine.info().listeners().isEmpty());
    }

    @Override
    protected void doSuspend() throws Exception {
        super.doSuspend();
        TcpOffloadEndpoint endpoint = getEndpoint();
        suspension = new EngineLink<>(endpoint.engineSource(), "suspension of " + endpoint.path(),
                engine -> engine.suspend(endpoint.listener(), endpoint.path(), RETRY_AFTER));
        suspension.open();
    }

    @Override
    protected void doResume() throws Exception {
        endSuspension();
        super.doResume();
    }

    private void endSuspension() {
        if (suspension != null) {
            suspension.close();
            suspension = null;
        }
    }

    @Override
    protected void doStop() throws Exception {
        release();
        super.doStop();
    }

    private void release() {
        closeHealthChecks();
        while (!links.isEmpty()) {
            links.pop().close();
        }
        decisions = null;
        endSuspension();
        if (threads != null) {
            getEndpoint().getCamelContext().getExecutorServiceManager().shutdownGraceful(threads);
            threads = null;
        }
    }

    private void ask(ViewerRequest request, CompletableFuture<Decision> decision) {
        Exchange exchange = createExchange(false);
        requests.fill(exchange, request);
        getAsyncProcessor().process(exchange, doneSync -> {
            try {
                decision.complete(requests.decision(exchange, request));
            } catch (Exception e) {
                getExceptionHandler().handleException("The route's answer to " + request.path() + " is wrong", exchange, e);
                decision.complete(Decision.reject(500, "the request could not be decided"));
            } finally {
                releaseExchange(exchange, false);
            }
        });
    }

    private void tell(ViewerEvent event) {
        Exchange exchange = createExchange(false);
        Events.fill(exchange, event);
        try {
            getProcessor().process(exchange);
        } catch (Exception e) {
            exchange.setException(e);
        }
        if (exchange.getException() != null) {
            getExceptionHandler().handleException("Error processing event " + event.type(), exchange,
                    exchange.getException());
        }
        releaseExchange(exchange, false);
    }
}
