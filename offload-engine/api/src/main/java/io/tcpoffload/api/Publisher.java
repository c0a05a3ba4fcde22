// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.api;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Feeds one channel. A call returns when the channel's store has accepted the body, never when viewers have it: a slow
 * viewer does not hold a publisher. Safe for use by several threads; bodies are stored whole, one after another, in
 * the order of the calls.
 */
@ProviderType
public interface Publisher extends AutoCloseable {

    /** The channel's name, as in its URL path. */
    String channel();

    /**
     * Publishes the remaining bytes of a buffer, with one copy, into the store.
     *
     * @param body     the media; its position is moved to its limit
     * @param keyframe whether a viewer may start at this body's first byte; if not, the body continues the newest
     *                 segment
     * @return what became of it
     * @throws OffloadException if the body is larger than the store, or the publisher is closed
     */
    Published publish(ByteBuffer body, boolean keyframe);

    /**
     * Publishes a file, read straight into the store, by direct I/O where the file system can.
     *
     * @param file     a regular, readable file
     * @param keyframe as in {@link #publish(ByteBuffer, boolean)}
     * @return what became of it
     * @throws IOException      if the file can't be read; nothing of it is published then
     * @throws OffloadException as in {@link #publish(ByteBuffer, boolean)}
     */
    Published publish(Path file, boolean keyframe) throws IOException;

    /**
     * Publishes a stream until its end, as it comes; it is not closed. What came before a failure stays published.
     *
     * @param body     the media
     * @param keyframe as in {@link #publish(ByteBuffer, boolean)}
     * @return what became of it
     * @throws IOException      if reading fails
     * @throws OffloadException if the publisher is closed
     */
    Published publish(InputStream body, boolean keyframe) throws IOException;

    /**
     * Publishes a segment, with one copy, into the store; the caller keeps its reference.
     *
     * @throws OffloadException as in {@link #publish(ByteBuffer, boolean)}
     */
    default Published publish(MediaSegment segment) {
        return publish(segment.buffer(), segment.keyframe());
    }

    /**
     * Publishes a body to chosen viewers only. It has its place in the stream like any other: they get it after what was
     * published before, and all others go on with what is published after, without noticing. No viewer starts in it. A
     * viewer that skips forward for being too slow may miss it.
     *
     * @param body     whole 188-byte packets, if the channel's media is made of them
     * @param sessions {@link SessionInfo#id() ids}; those that are not viewers of the channel are passed over
     * @return what became of it; {@link Published#subscribers()} of the chosen are there. If none is, nothing is stored
     * @throws OffloadException as in {@link #publish(ByteBuffer, boolean)}
     */
    default Published publish(ByteBuffer body, Set<Long> sessions) {
        throw new OffloadException("this engine can't send to chosen viewers");
    }

    /**
     * Tells when the viewers that are there now have been sent what was published: handed to their connections, which keep
     * and repeat it until it is acknowledged.
     *
     * @param position {@link Published#position()}
     * @param timeout  after which it tells how things stand
     * @return completed by a thread of the engine, which must not be held up; never with an exception
     */
    default CompletionStage<Delivery> whenSent(long position, Duration timeout) {
        throw new OffloadException("this engine can't tell what was sent");
    }

    /**
     * Tells when a body can be published without pushing any present viewer beyond the
     * {@linkplain ChannelSpec#recoverLimit() recover limit}, or when all of them have been sent everything, so that waiting
     * would not help. Publishing without asking never waits: the oldest media is overwritten, and viewers that are too far
     * behind recover as the channel is set. It is advice: another publisher may take the room.
     *
     * @param bytes   the body's length
     * @param timeout zero to ask how it is now
     * @return completed with whether there is room, by a thread of the engine, which must not be held up
     */
    default CompletionStage<Boolean> whenRoom(long bytes, Duration timeout) {
        throw new OffloadException("this engine can't tell whether there is room");
    }

    /** Lets the channel go. Idempotent. */
    @Override
    void close();
}
