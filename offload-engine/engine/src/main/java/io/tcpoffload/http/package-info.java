// SPDX-License-Identifier: Apache-2.0

/**
 * The front door: listening sockets, and HTTP/1.x (RFC 9110, RFC 9112) as far as viewers need it. A request for a
 * channel is handed with its socket to the channel's {@link io.tcpoffload.channel.ViewerTransport}; everything else is
 * answered here. Runs on Netty's event loops. What an outsider can make grow is bounded by
 * {@link io.tcpoffload.http.HttpLimits}, and what is refused is counted by {@link io.tcpoffload.http.HttpCounter}.
 */
package io.tcpoffload.http;
