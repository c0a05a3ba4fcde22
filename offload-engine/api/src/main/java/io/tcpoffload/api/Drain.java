// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.api;

import java.time.Duration;
import java.util.Objects;

/**
 * How an engine is emptied for maintenance: nobody new comes in, and those who are there leave.
 *
 * @param present    what becomes of present viewers
 * @param redirect   where newcomers are sent (307, RFC 9110 section 15.4.8): {@code http://host:port}, to which their path is
 *                   added; null to refuse them with 503
 * @param retryAfter told to those who are refused, 1 s or more
 */
public record Drain(Present present, String redirect, Duration retryAfter) {

    /** What becomes of those who watch. */
    public enum Present {
        /** They watch for as long as they like. */
        STAY,
        /** Their streams end in good order; a player that connects again is refused, or redirected. */
        END,
        /** Their connections go to kernel sockets, where the ordinary transport serves them: nothing of BPF holds them. */
        HAND_BACK
    }

    private static final Duration DEFAULT_RETRY_AFTER = Duration.ofSeconds(30);

    public Drain {
        Objects.requireNonNull(present);
        if (redirect != null && !redirect.matches("https?://[\\x21-\\x7e&&[^/?#]]{1,255}")) {
            throw new OffloadException("redirect '" + redirect + "' is not valid: http://host:port or https://host:port, "
                    + "without a path");
        }
        if (retryAfter.toSeconds() < 1) {
            throw new OffloadException("retryAfter " + retryAfter.toMillis() + " ms is out of range: 1 s or more");
        }
    }

    /** Newcomers are refused and told to come back in half a minute. */
    public static Drain of(Present present) {
        return new Drain(present, null, DEFAULT_RETRY_AFTER);
    }

    /** Newcomers are sent elsewhere. */
    public Drain withRedirect(String base) {
        return new Drain(present, base, retryAfter);
    }
}
