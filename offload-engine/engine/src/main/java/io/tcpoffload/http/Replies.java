// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.http;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.tcpoffload.api.AccessRule;
import io.tcpoffload.api.Decision;
import java.net.InetAddress;
import java.time.Duration;

/** Refusals and redirections. */
final class Replies {

    private Replies() {
    }

    static Reply unavailable(String line, Duration retryAfter) {
        return new Reply(HttpResponseStatus.SERVICE_UNAVAILABLE).field("Retry-After", seconds(retryAfter)).text(line);
    }

    private static String seconds(Duration time) {
        return Long.toString(Math.max(1, time.toSeconds()));
    }

    static Reply noChannel() {
        return new Reply(HttpResponseStatus.NOT_FOUND).text("no such channel; / lists those there are");
    }

    static Reply full() {
        return unavailable("all places are taken", Duration.ofSeconds(10));
    }

    /** Why the rule does not let this viewer in, apart from numbers; null if it does. */
    static Reply refusal(AccessRule rule, InetAddress address, String token, String channel) {
        if (!rule.allows(address)) {
            return new Reply(HttpResponseStatus.FORBIDDEN).text("not from this address");
        }
        if (!rule.allows(token, channel)) {
            return new Reply(HttpResponseStatus.UNAUTHORIZED).field("WWW-Authenticate", "Bearer")
                    .text("a valid token is needed");
        }
        return null;
    }

    static Reply of(Decision.Reject reject) {
        Reply reply = new Reply(HttpResponseStatus.valueOf(reject.status()));
        if (reject.retryAfter() != null) {
            reply.field("Retry-After", seconds(reject.retryAfter()));
        }
        if (reject.status() == HttpResponseStatus.UNAUTHORIZED.code()) {
            reply.field("WWW-Authenticate", "Bearer");
        }
        return reply.text(reject.reason());
    }

    static Reply of(Decision.Redirect redirect) {
        return new Reply(HttpResponseStatus.valueOf(redirect.status())).field("Location", redirect.location())
                .text(redirect.location());
    }
}
