// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.api;

import java.time.Duration;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The running engine, an OSGi service. All methods may be called from any thread.
 */
@ProviderType
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

    /**
     * Binds a listener and keeps it, whatever comes and goes on it, until the registration is closed.
     *
     * @throws OffloadException if it can't be bound, or is bound with other settings; the message names both owners
     */
    default Registration openListener(ListenerSpec spec) {
        throw new OffloadException("this engine has no listeners of its own");
    }

    /**
     * Lets a handler decide what the requests for a path get. Without one a request gets the channel of that name; a
     * channel's own {@link ChannelSpec#access() rule} is checked in either case. Binds the listener if it is not bound yet.
     *
     * @throws OffloadException if the listener can't be bound, or another handler has a template for the same paths
     */
    default Registration handle(HandlerSpec spec, RequestHandler handler) {
        throw new OffloadException("this engine can't ask a handler");
    }

    /** Lets a listener hear what happens to viewers. Its counters: {@code delivered}, {@code dropped}, {@code failed}. */
    default Registration watch(EventSpec spec, ViewerListener listener) {
        throw new OffloadException("this engine tells no events");
    }

    /**
     * Refuses new viewers with 503 and Retry-After until the registration is closed; those that are there stay. Applies to
     * channels and handlers alike, also to such as come later. Its counter: {@code refused}.
     *
     * @param listener   {@code host:port} as it was asked for, null for the engine's default listener
     * @param path       which paths, null for all
     * @param retryAfter told to viewers, 1 s or more
     */
    default Registration suspend(String listener, PathTemplate path, Duration retryAfter) {
        throw new OffloadException("this engine can't suspend a listener");
    }

    /**
     * Disconnects a viewer in good order, after what is under way to it.
     *
     * @param session {@link SessionInfo#id()}
     * @param reason  for the log and for {@link ViewerEvent#reason()}
     * @throws OffloadException if there is no such session
     */
    default void closeSession(long session, String reason) {
        throw new OffloadException("this engine can't close a session");
    }

    /**
     * Empties the engine for maintenance, on all its listeners and such as come later. Publishing goes on. A second call takes
     * the place of the first.
     *
     * @return why those present viewers that could not leave the wanted way are served as before, a line each
     */
    default List<String> drain(Drain drain) {
        throw new OffloadException("this engine can't be drained");
    }

    /** Lets viewers in again after {@link #drain}. */
    default void endDrain() {
        throw new OffloadException("this engine can't be drained");
    }

    /** What transport runs and why, the devices, and what was found and missed in the kernel. */
    EngineInfo info();

    /** The open channels, ordered by listener and name. */
    List<ChannelInfo> channels();

    /** The viewers being served, ordered by id. */
    List<SessionInfo> sessions();

    /**
     * Gives an offloaded viewer's connection back to the kernel. The ordinary transport goes on with it at the very byte;
     * the viewer notices nothing, and the session keeps its id.
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
