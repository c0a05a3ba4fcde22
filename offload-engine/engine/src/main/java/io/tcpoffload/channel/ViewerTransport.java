// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.tcpoffload.api.SessionInfo;
import io.tcpoffload.api.TransportMode;
import java.util.List;

/** Carries channels to viewers. Thread-safe, but for {@link #serve}. */
public interface ViewerTransport extends AutoCloseable {

    /** OFFLOAD or NIO. */
    TransportMode mode();

    /**
     * Takes over a viewer whose request has been read. From this call on the socket is the transport's: it closes it.
     * Called on the socket's event loop, with the HTTP handlers gone from the pipeline and auto-read off.
     *
     * @param socket       connected
     * @param responseHead what to send before the media; the transport releases it. Null when it has been sent
     * @param viewer       who it is; the channel may have been closed since it was looked up
     */
    void serve(Channel socket, ByteBuf responseHead, Viewer viewer);

    /** The viewers being served, in no particular order. */
    List<SessionInfo> sessions();

    /**
     * Disconnects this channel's viewers, after what is under way to them, or, when the channel has ended, after all of
     * it; a viewer that takes too long over that is cut off. Returns before that is done.
     */
    void closeViewers(MediaChannel media);

    /**
     * Disconnects one viewer in good order, after what is under way to it. Returns before that is done.
     *
     * @param session {@link SessionInfo#id()}
     * @param reason  for people
     * @return whether there is such a session
     */
    boolean closeSession(long session, String reason);

    /** Viewers of this channel being served. */
    int viewers(MediaChannel media);

    /** Disconnects all viewers and refuses new ones. Event loops stay as they are: they belong to the caller. */
    @Override
    void close();
}
