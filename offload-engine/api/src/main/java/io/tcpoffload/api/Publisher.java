// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.api;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Feeds one channel. A call returns when the channel's store has accepted the body, never when viewers have it: a slow
 * viewer does not hold a publisher. Safe for use by several threads; bodies are stored whole, one after another, in
 * the order of the calls.
 */
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

    /** Lets the channel go. Idempotent. */
    @Override
    void close();
}
