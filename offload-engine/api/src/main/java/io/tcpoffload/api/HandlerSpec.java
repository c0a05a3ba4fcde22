// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.api;

import java.time.Duration;
import java.util.Objects;

/**
 * Which requests a {@link RequestHandler} is asked about, and how long it may take. Immutable.
 *
 * @param listener   {@code host:port}, null for the engine's default listener
 * @param path       one path, or a template for many
 * @param access     checked before the handler is asked; with a template its numbers are for all of its channels together
 * @param timeout    how long a viewer waits for a decision, 1 ms to 60 s
 * @param onTimeout  what it gets when there is none by then
 * @param maxPending most requests that may wait for decisions, 1 to {@value #MAX_PENDING}; the next gets 503
 * @param owner      who registers it, for messages
 */
public record HandlerSpec(String listener, PathTemplate path, AccessRule access, Duration timeout, Decision onTimeout,
        int maxPending, String owner) {

    /** A person would not wait for longer, either. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(5);
    /** At 1000 decisions a second, as many as come within the default timeout stay below it. */
    public static final int MAX_PENDING = 10_000;

    private static final Duration MAX_TIMEOUT = Duration.ofSeconds(60);

    public HandlerSpec {
        ChannelSpec.requireListener(listener);
        Objects.requireNonNull(path);
        Objects.requireNonNull(access);
        Objects.requireNonNull(onTimeout);
        Objects.requireNonNull(owner);
        if (timeout.toMillis() < 1 || timeout.compareTo(MAX_TIMEOUT) > 0) {
            throw new OffloadException("requestTimeout " + timeout.toMillis() + " ms is out of range: 1 to 60000 ms");
        }
        if (maxPending < 1 || maxPending > MAX_PENDING) {
            throw new OffloadException("maxPending " + maxPending + " is out of range: 1 to " + MAX_PENDING);
        }
    }

    /**
     * All defaults: on the default listener, no access rule, 5 s, then 503.
     *
     * @param path see {@link PathTemplate#parse}
     */
    public static HandlerSpec path(String path) {
        return new HandlerSpec(null, PathTemplate.parse(path), AccessRule.NONE, DEFAULT_TIMEOUT,
                Decision.reject(503, "no decision in time; try again in a few seconds", Duration.ofSeconds(5)), MAX_PENDING,
                path);
    }

    public HandlerSpec withListener(String hostAndPort) {
        return new HandlerSpec(hostAndPort, path, access, timeout, onTimeout, maxPending, owner);
    }

    public HandlerSpec withAccess(AccessRule rule) {
        return new HandlerSpec(listener, path, rule, timeout, onTimeout, maxPending, owner);
    }

    public HandlerSpec withTimeout(Duration most) {
        return new HandlerSpec(listener, path, access, most, onTimeout, maxPending, owner);
    }

    public HandlerSpec withOnTimeout(Decision decision) {
        return new HandlerSpec(listener, path, access, timeout, decision, maxPending, owner);
    }

    public HandlerSpec withMaxPending(int most) {
        return new HandlerSpec(listener, path, access, timeout, onTimeout, most, owner);
    }

    public HandlerSpec withOwner(String name) {
        return new HandlerSpec(listener, path, access, timeout, onTimeout, maxPending, name);
    }
}
