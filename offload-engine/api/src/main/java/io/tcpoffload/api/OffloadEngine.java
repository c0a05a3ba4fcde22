// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.api;

import java.util.List;

/**
 * The running engine, an OSGi service. All methods may be called from any thread.
 */
public interface OffloadEngine {

    /**
     * Opens a channel for publishing, making the channel and its listener when they are not there yet. Several
     * publishers may hold the same channel; the first one's specification is the one in force.
     *
     * @param spec what to open
     * @return the publisher, to be closed by the caller; the channel and its viewers outlive it by
     *         {@link ChannelSpec#detachGrace()}
     * @throws OffloadException if the listener can't be bound, the wanted transport can't be had, or the channel is
     *         open with a different specification; the message names what was wrong and what would be right
     */
    Publisher openChannel(ChannelSpec spec);

    /** What transport runs and why, the devices, and what was found and missed in the kernel. */
    EngineInfo info();

    /** The open channels, ordered by listener and name. */
    List<ChannelInfo> channels();

    /** The viewers being served, ordered by id. */
    List<SessionInfo> sessions();

    /**
     * Gives an offloaded viewer's connection back to the kernel. The ordinary transport goes on with it at the very byte; the
     * viewer notices nothing, and the session keeps its id.
     *
     * @param session {@link SessionInfo#id()}
     * @throws OffloadException if there is no such session, or it can't be handed back now; then it is served as before
     */
    void handBack(long session);

    /**
     * Does what a line of the control socket says, such as {@code adopt pid=4711 fd=7}; {@code help} lists the commands.
     *
     * @return the answer, without {@code ok}
     * @throws OffloadException with the text of an answer that begins with {@code error}
     */
    String control(String line);
}
