// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import java.nio.ByteBuffer;

/**
 * What a connection is sent from: a place in a stream of bytes that lie in memory. A loop of {@link #next}, send,
 * {@link #advance}; {@link #locate(long, Extent)} for what has to be sent again. Owned by one thread; the numbers for
 * people ({@link #position()}, {@link #lag()}, {@link #jumps()}) may be read from any. No allocation.
 */
public interface Source extends AutoCloseable {

    /** What to do now. {@link Step#DATA} fills in bytes that are there at this moment. */
    Step next(Extent out);

    /** Counts bytes as sent. */
    void advance(int bytes);

    /** Finds contiguous bytes at a stream position, as far as they are still there. */
    boolean locate(long at, Extent out);

    /**
     * Copies located bytes.
     *
     * @param at           stream position of the first
     * @param memoryOffset of an extent that has them: {@link Extent#memoryOffset()}, moved on by as much as {@code at}
     * @param to           written from {@code index} on; its position stays
     * @return false if they were overwritten meanwhile: throw the copy away and ask anew
     */
    boolean copy(long at, int memoryOffset, int length, ByteBuffer to, int index);

    /**
     * What a connection that can't be sent all of it is left at: multiples of so many bytes from a segment's start, so
     * that a skip does not cut a packet in two. 1: anywhere.
     */
    int unit();

    /** Everything before this stream position was delivered and is not asked for again. */
    default void acknowledged(long before) {
    }

    /**
     * Whether a segment that ends at this position ends what its writer wrote at once, so that it is to be pushed (RFC 9293
     * section 3.9.1.2).
     */
    boolean pushedAt(long end);

    /** If too far behind within a packet: the rest of that packet, to be taken before it is overwritten. */
    boolean rescue(Extent out);

    /** Whether the connection is to be ended now for lagging, whether or not it could be sent to. */
    boolean isTooSlow();

    /** Stream offset of the next byte to send, or -1 before there was one to start at. */
    long position();

    /** Bytes from here to the end of what there is, 0 before the start. */
    long lag();

    /** How often {@link #position()} was set anew instead of advanced. */
    long jumps();

    /** Why the last {@link #next} said {@link Step#CLOSE}; null before. */
    CloseReason closeReason();

    /** Whether the stream ends for good at this position, so that a FIN may go with the last byte. */
    default boolean endsAt(long end) {
        return false;
    }

    /** Whether more may come. */
    boolean isOpen();

    /** The same object for all sources in which the same position means the same byte: one post may serve them. */
    Object stream();

    /** For people. */
    String name();

    /** Why the connection is about to go, for people; told before {@link #close()}. */
    default void endsBecause(String reason) {
    }

    /** The connection has failed; told before {@link #close()}. */
    default void failed(String reason) {
    }

    /** The connection is gone. Idempotent. */
    @Override
    void close();
}
