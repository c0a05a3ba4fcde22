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
 * @param publishedAt    when something was published last, milliseconds since the epoch; 0 if nothing was
 * @param stale          whether that is longer ago than {@link ChannelSpec#staleAfter()}
 * @param suspended      whether new viewers are refused
 */
public record ChannelInfo(String name, String listener, TransportMode transport, String reason, int publishers,
        int viewers, int segments, long storedBytes, long publishedBytes, long skips, long slowClosed, long publishedAt,
        boolean stale, boolean suspended) {

    public ChannelInfo(String name, String listener, TransportMode transport, String reason, int publishers, int viewers,
            int segments, long storedBytes, long publishedBytes, long skips, long slowClosed) {
        this(name, listener, transport, reason, publishers, viewers, segments, storedBytes, publishedBytes, skips,
                slowClosed, 0, false, false);
    }
}
