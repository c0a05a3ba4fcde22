// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.http;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.tcpoffload.api.Decision;
import io.tcpoffload.api.Drain;
import io.tcpoffload.api.OffloadException;
import io.tcpoffload.api.PathTemplate;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** New viewers of some paths are refused for a while. Thread-safe. */
public final class Suspension {

    private final PathTemplate path;
    private final Duration retryAfter;
    private final String redirect;
    private final AtomicLong refused = new AtomicLong();

    /**
     * @param path null for all
     * @throws OffloadException if it is less than a second
     */
    public Suspension(PathTemplate path, Duration retryAfter) {
        this(path, retryAfter, null);
    }

    /** Of everything. */
    public static Suspension of(Drain drain) {
        return new Suspension(null, drain.retryAfter(), drain.redirect());
    }

    private Suspension(PathTemplate path, Duration retryAfter, String redirect) {
        if (retryAfter.toSeconds() < 1) {
            throw new OffloadException("retryAfter " + retryAfter.toMillis() + " ms is out of range: 1 s or more");
        }
        this.path = path;
        this.retryAfter = retryAfter;
        this.redirect = redirect;
    }

    boolean covers(String requested) {
        return path == null || path.match(requested) != null;
    }

    /** @param target path and query, as they were asked for */
    Reply refuse(String target) {
        refused.getAndIncrement();
        if (redirect != null) {
            return Replies.of(new Decision.Redirect(HttpResponseStatus.TEMPORARY_REDIRECT.code(), redirect + target));
        }
        return Replies.unavailable("not open for new viewers just now", retryAfter);
    }

    /** Requests refused. */
    public long refused() {
        return refused.get();
    }
}
