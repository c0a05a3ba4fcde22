// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import io.tcpoffload.api.Decision;
import io.tcpoffload.api.RequestHandler;
import io.tcpoffload.api.ViewerRequest;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings requests off the engine's network threads: first to an authorizer, then, if it admits, to a route. Either may be
 * missing.
 */
final class AuthorizedRequests implements RequestHandler {

    private static final Logger LOG = LoggerFactory.getLogger(AuthorizedRequests.class);
    private static final Decision BUSY =
            Decision.reject(503, "too many requests wait for a decision", Duration.ofSeconds(1));
    private static final Decision FAILED = Decision.reject(500, "the request could not be decided");

    /** Brings a request into a route, on the calling thread. */
    interface Route {

        /** @param decision to be completed once, by any thread */
        void ask(ViewerRequest request, CompletableFuture<Decision> decision);
    }

    private final TcpOffloadAuthorizer authorizer;
    private final ExecutorService threads;
    private final Route route;

    /**
     * @param authorizer null to ask the route alone
     * @param threads    whose queue bounds what may wait
     * @param route      null to ask the authorizer alone
     */
    AuthorizedRequests(TcpOffloadAuthorizer authorizer, ExecutorService threads, Route route) {
        this.authorizer = authorizer;
        this.threads = threads;
        this.route = route;
    }

    @Override
    public CompletionStage<Decision> decide(ViewerRequest request) {
        var decision = new CompletableFuture<Decision>();
        try {
            threads.execute(() -> decide(request, decision));
        } catch (RejectedExecutionException e) {
            decision.complete(BUSY);
        }
        return decision;
    }

    private void decide(ViewerRequest request, CompletableFuture<Decision> decision) {
        try {
            Decision first = authorizer == null ? Decision.admit() : authorizer.authorize(request);
            if (first instanceof Decision.Admit && route != null) {
                route.ask(request, decision);
            } else if (first == null) {
                throw new IllegalStateException("the authorizer returned null: it has to admit, reject, redirect or answer");
            } else {
                decision.complete(first);
            }
        } catch (Exception e) {
            LOG.warn("request of {} for {} was not decided: {}", request.remote(), request.path(), e.toString());
            decision.complete(FAILED);
        }
    }
}
