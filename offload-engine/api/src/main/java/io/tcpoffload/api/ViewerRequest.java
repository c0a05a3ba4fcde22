// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.api;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;

/**
 * A GET or HEAD request (RFC 9110) that a {@link RequestHandler} is asked about. Everything in it comes from outside.
 *
 * @param session    id that the viewer's session has, or would have: {@link SessionInfo#id()}
 * @param method     {@code GET} or {@code HEAD}
 * @param path       decoded, beginning with a slash
 * @param query      as sent, without the question mark; empty if there is none
 * @param variables  values of the {@link HandlerSpec#path() path template}'s variables
 * @param headers    in the order in which they came, at most {@value #MAX_HEADERS}
 * @param channel    the channel's name: the variable {@code channel} if there is one, else the path without its slash
 * @param channelOpen whether there is such a channel on the listener now
 * @param token      what the viewer brought as {@link AccessRule#tokenParameter()} or bearer token; empty if nothing
 * @param remote     the viewer's address
 * @param local      the address it connected to
 */
public record ViewerRequest(long session, String method, String path, String query, Map<String, String> variables,
        List<Map.Entry<String, String>> headers, String channel, boolean channelOpen, String token,
        InetSocketAddress remote, InetSocketAddress local) {

    /** A request with more header fields is refused with 431. */
    public static final int MAX_HEADERS = 100;

    /** The first field of that name, in any case; null if there is none. */
    public String header(String name) {
        return headers.stream().filter(field -> field.getKey().equalsIgnoreCase(name)).map(Map.Entry::getValue).findFirst()
                .orElse(null);
    }
}
