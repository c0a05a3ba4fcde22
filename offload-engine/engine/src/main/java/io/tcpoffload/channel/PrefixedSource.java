// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import java.nio.ByteBuffer;

/**
 * Bytes of one connection, such as a response head that is not acknowledged yet, and then a channel. The prefix has stream
 * positions of its own, far above the channel's.
 */
public final class PrefixedSource implements Source {

    /** Stream position of the prefix' first byte. No channel gets there: 4 exabytes. */
    public static final long PREFIX = 1L << 62;

    private final PrivateSource prefix;
    private final Cursor channel;
    private boolean over;

    /** @param prefix all of it is there; nothing is appended later */
    public PrefixedSource(PrivateSource prefix, Cursor channel) {
        this.prefix = prefix;
        this.channel = channel;
        over = prefix.lag() == 0;
    }

    /** Whether some of the prefix has not been sent yet. */
    public boolean inPrefix() {
        return !over;
    }

    @Override
    public Step next(Extent out) {
        if (over) {
            return channel.next(out);
        }
        Step step = prefix.next(out);
        out.shift(PREFIX);
        return step;
    }

    @Override
    public void advance(int bytes) {
        if (over) {
            channel.advance(bytes);
        } else {
            prefix.advance(bytes);
            over = prefix.lag() == 0;
        }
    }

    @Override
    public boolean locate(long at, Extent out) {
        if (at < PREFIX) {
            return channel.locate(at, out);
        }
        boolean there = prefix.locate(at - PREFIX, out);
        out.shift(PREFIX);
        return there;
    }

    @Override
    public boolean copy(long at, int memoryOffset, int length, ByteBuffer to, int index) {
        return at < PREFIX ? channel.copy(at, memoryOffset, length, to, index)
                : prefix.copy(at - PREFIX, memoryOffset, length, to, index);
    }

    @Override
    public void acknowledged(long before) {
        prefix.acknowledged(before < PREFIX ? prefix.appended() : before - PREFIX);
    }

    @Override
    public int unit() {
        return over ? channel.unit() : prefix.unit();
    }

    @Override
    public boolean pushedAt(long end) {
        return end < PREFIX ? channel.pushedAt(end) : prefix.pushedAt(end - PREFIX);
    }

    @Override
    public boolean rescue(Extent out) {
        return over && channel.rescue(out);
    }

    @Override
    public boolean isTooSlow() {
        return channel.isTooSlow();
    }

    @Override
    public long position() {
        return over ? channel.position() : PREFIX + prefix.position();
    }

    @Override
    public long lag() {
        return over ? channel.lag() : prefix.lag();
    }

    @Override
    public long jumps() {
        return over ? 1 + channel.jumps() : 0;
    }

    @Override
    public CloseReason closeReason() {
        return channel.closeReason();
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public Object stream() {
        return over ? channel.stream() : this;
    }

    /** Of the channel: with the prefix nobody can go on. */
    @Override
    public long streamId() {
        return channel.streamId();
    }

    @Override
    public String name() {
        return channel.name();
    }

    @Override
    public void close() {
        prefix.close();
        channel.close();
    }
}
