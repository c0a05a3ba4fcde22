// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.api;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Media in memory that somebody wants back: reference-counted, with one reference at first. Whoever releases the last one
 * gives the memory back. Thread-safe, but for the buffer's content.
 */
public final class MediaSegment implements AutoCloseable {

    private final ByteBuffer buffer;
    private final boolean keyframe;
    private final Runnable onFree;
    private final AtomicInteger references = new AtomicInteger(1);

    /**
     * @param buffer   its remaining bytes are the media
     * @param keyframe as in {@link Publisher#publish(ByteBuffer, boolean)}
     * @param onFree   called once, by whoever releases the last reference
     */
    public MediaSegment(ByteBuffer buffer, boolean keyframe, Runnable onFree) {
        this.buffer = buffer;
        this.keyframe = keyframe;
        this.onFree = onFree;
    }

    /**
     * A view of the media, with a position of its own.
     *
     * @throws IllegalStateException if it was given back
     */
    public ByteBuffer buffer() {
        if (references.get() <= 0) {
            throw new IllegalStateException("the segment was given back");
        }
        return buffer.duplicate();
    }

    public boolean keyframe() {
        return keyframe;
    }

    /** @throws IllegalStateException if it was given back */
    public MediaSegment retain() {
        if (references.getAndUpdate(n -> n > 0 ? n + 1 : n) <= 0) {
            throw new IllegalStateException("the segment was given back");
        }
        return this;
    }

    /** Gives one reference up. */
    public void release() {
        int left = references.decrementAndGet();
        if (left == 0) {
            onFree.run();
        } else if (left < 0) {
            references.set(0);
            throw new IllegalStateException("the segment was released more often than retained");
        }
    }

    @Override
    public void close() {
        release();
    }
}
