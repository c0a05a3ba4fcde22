// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.api;

/**
 * A channel, for people.
 *
 * @param name           as in the URL path
 * @param listener       {@code host:port}
 * @param transport      the transport in use: OFFLOAD or NIO
 * @param reason         why that one, in one line
 * @param publishers     open publishers
 * @param viewers        viewers now
 * @param segments       segments in the store
 * @param storedBytes    bytes in the store
 * @param publishedBytes bytes published since the channel opened
 * @param skips          times a viewer was too far behind and went on at the newest segment
 * @param slowClosed     viewers disconnected for being too far behind
 */
public record ChannelInfo(String name, String listener, TransportMode transport, String reason, int publishers,
        int viewers, int segments, long storedBytes, long publishedBytes, long skips, long slowClosed) {
}
