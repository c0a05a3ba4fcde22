// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.http;

/** Everything a listener counts, since it was bound. */
public enum HttpCounter {

    /** Connections accepted. */
    ACCEPTED,
    /** Requests handed to a transport. */
    SERVED,
    /** Pages and playlists. */
    PAGES,
    /** Requests answered with a body of a handler's. */
    ANSWERED,
    /** Requests refused with a 4xx or 5xx status, but for those counted below. */
    REFUSED,
    /** Connections refused with a TLS alert, because their clients speak TLS and the listener does not. */
    TLS_REFUSED,
    /** Connections closed because their request was not complete in time. */
    SLOW_HEADS,
    /** Connections refused because too many requests were incomplete. */
    TOO_MANY_WAITING,
    /** Connections whose incomplete request gave way to a newer one, having had its chance. */
    EVICTED,
    /** Connections that ended before their request was complete. */
    GONE
}
