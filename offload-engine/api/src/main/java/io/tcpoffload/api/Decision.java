// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.api;

import java.time.Duration;
import java.util.Objects;
import java.util.Set;

/** What a request gets. Immutable. */
public sealed interface Decision {

    /**
     * It gets a channel's media.
     *
     * @param channel of the same listener; null for the one that the request names. 404 if there is none when it is served
     */
    record Admit(String channel) implements Decision {
    }

    /**
     * It is refused.
     *
     * @param status     400 to 599
     * @param reason     a line for people, the response's body; never null
     * @param retryAfter for Retry-After (RFC 9110 section 10.2.3), null for none
     */
    record Reject(int status, String reason, Duration retryAfter) implements Decision {
    }

    /**
     * It is sent elsewhere.
     *
     * @param status   301, 302, 303, 307 or 308
     * @param location a URI reference
     */
    record Redirect(int status, String location) implements Decision {
    }

    /** It gets a body of the handler's own. */
    record Answer(Content content) implements Decision {
    }

    static Decision admit() {
        return new Admit(null);
    }

    /** Admits to another channel of the same listener. */
    static Decision admit(String channel) {
        return new Admit(ChannelSpec.channel(channel).name());
    }

    /** @throws OffloadException if the status is not from 400 to 599 */
    static Decision reject(int status, String reason) {
        return reject(status, reason, null);
    }

    /** @param retryAfter whole seconds, null for none */
    static Decision reject(int status, String reason, Duration retryAfter) {
        if (status < 400 || status > 599) {
            throw new OffloadException("status " + status + " is not valid for a refusal: 400 to 599");
        }
        return new Reject(status, reason == null ? "" : reason, retryAfter);
    }

    /** Sends elsewhere with 302. */
    static Decision redirect(String location) {
        return redirect(302, location);
    }

    /** @throws OffloadException if the status is no redirection, or the location has characters that no URI has */
    static Decision redirect(int status, String location) {
        if (!Set.of(301, 302, 303, 307, 308).contains(status)) {
            throw new OffloadException("status " + status + " is not valid for a redirection: 301, 302, 303, 307 or 308");
        }
        if (location == null || !location.matches("[\\x21-\\x7e]{1,2048}")) {
            throw new OffloadException("redirect '" + location + "' is not valid: a URI of 1 to 2048 printable ASCII "
                    + "characters without blanks");
        }
        return new Redirect(status, location);
    }

    static Decision answer(Content content) {
        return new Answer(Objects.requireNonNull(content));
    }
}
