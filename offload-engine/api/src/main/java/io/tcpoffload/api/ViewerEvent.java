// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.api;

import java.time.Duration;
import java.time.Instant;

/**
 * Something that happened to a viewer.
 *
 * @param type      what
 * @param session   {@link SessionInfo#id()}
 * @param listener  {@code host:port} as it was asked for
 * @param channel   the channel's name
 * @param remote    the viewer's {@code address:port}
 * @param local     our {@code address:port}
 * @param token     what the viewer brought, empty if nothing
 * @param transport OFFLOAD or NIO, at that moment
 * @param at        when it happened
 * @param duration  since it was admitted
 * @param sentBytes media bytes sent to it, without retransmissions
 * @param lagBytes  how far it is behind the newest byte
 * @param reason    a line for people; for UNSUBSCRIBE who ended it and why
 */
public record ViewerEvent(Type type, long session, String listener, String channel, String remote, String local,
        String token, TransportMode transport, Instant at, Duration duration, long sentBytes, long lagBytes, String reason) {

    /** Kinds of events. */
    public enum Type {

        /** A viewer is being served. */
        SUBSCRIBE,

        /** A viewer has gone, or was disconnected. Comes once for each SUBSCRIBE, after all else of that session. */
        UNSUBSCRIBE,

        /** A viewer has begun to lag by more than the recover limit. */
        SLOW,

        /** A viewer was set forward, so it lacks something. */
        RESYNC,

        /** A viewer's connection failed: reset, timed out, or could not be served. UNSUBSCRIBE follows. */
        ERROR;

        /** As users write it, such as {@code unsubscribe}. */
        @Override
        public String toString() {
            return OptionWords.of(this);
        }

        /** @throws OffloadException naming the allowed values */
        public static Type parse(String text) {
            return OptionWords.parse("events", Type.class, text);
        }
    }
}
