// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import io.tcpoffload.api.RecoverPolicy;
import java.nio.ByteBuffer;

/**
 * One viewer's place in a channel, and the rules for a viewer that is too slow. It starts at the segment that is the
 * newest when it is made, or else at the first one to come. When it lags by more than
 * {@link io.tcpoffload.api.ChannelSpec#clientBufferMax()} it finishes the 188-byte packet it is in and goes on at the
 * newest segment, or is disconnected, as the channel is set.
 *
 * <p>A loop of {@link #next}, send, {@link #advance}. On a wake-up while the viewer can't be sent to, ask
 * {@link #rescue} instead, so that the rest of its packet is taken before it is overwritten. Owned by one thread;
 * the numbers for people ({@link #position()}, {@link #lag()}, {@link #jumps()}) may be read from any. No allocation.
 */
public final class Cursor implements Source {

    private static final long NOT_STARTED = -1;

    private final MediaChannel channel;
    private final SegmentStore store;
    private final long lagMax;
    private final RecoverPolicy policy;

    private final Extent scratch = new Extent();
    private volatile long position = NOT_STARTED;
    private volatile long jumps;
    private long segmentStart;
    private long jumpedFrom;
    private CloseReason closeReason;
    private boolean closed;

    Cursor(MediaChannel channel) {
        this.channel = channel;
        this.store = channel.store();
        this.lagMax = channel.spec().clientBufferMax();
        this.policy = channel.spec().recoverPolicy();
        start();
    }

    /** At the end of a segment and of what there is. */
    @Override
    public boolean pushedAt(long end) {
        return !store.locate(end, scratch) || scratch.segmentStart() == end;
    }

    @Override
    public Step next(Extent out) {
        if (closeReason != null) {
            return Step.CLOSE;
        }
        if (position == NOT_STARTED && !start()) {
            return channel.isOpen() ? Step.NONE : close(CloseReason.CHANNEL_CLOSED);
        }
        while (true) {
            boolean overwritten = position < store.tail();
            if (overwritten || lag() > lagMax) {
                Step step = recover(out, overwritten);
                if (step != null) {
                    return step;
                }
            }
            if (store.locate(position, out)) {
                segmentStart = out.segmentStart();
                return Step.DATA;
            }
            if (position >= store.tail()) {
                return atHead();
            }
        }
    }

    /** The order of the two questions matters: what was appended before the channel closed is still to be sent. */
    private Step atHead() {
        boolean open = channel.isOpen();
        return open || position < store.head() ? Step.NONE : close(CloseReason.CHANNEL_CLOSED);
    }

    private boolean start() {
        long newest = store.newestJoinPoint();
        position = newest;
        return newest >= 0;
    }

    /** Null when the viewer may simply go on. */
    private Step recover(Extent out, boolean overwritten) {
        if (policy == RecoverPolicy.DISCONNECT) {
            channel.counters().add(ChannelCounter.SLOW_CLOSED, 1);
            return close(CloseReason.TOO_SLOW);
        }
        int rest = restOfPacket(out);
        if (rest > 0) {
            if (!overwritten && store.locate(position, out)) {
                segmentStart = out.segmentStart();
                out.limit(rest);
                return Step.DATA;
            }
            channel.counters().add(ChannelCounter.LOST_CLOSED, 1);
            return close(CloseReason.LOST);
        }
        long newest = store.newestJoinPoint();
        if (newest > position) {
            jump(newest);
            return null;
        }
        if (overwritten) {
            channel.counters().add(ChannelCounter.LOST_CLOSED, 1);
            return close(CloseReason.LOST);
        }
        return null;
    }

    /** A packet that its segment's end cuts short ends there. */
    private int restOfPacket(Extent scratch) {
        if (store.locate(position, scratch)) {
            segmentStart = scratch.segmentStart();
        }
        return position == segmentStart ? 0 : TsPacket.rest(segmentStart, position);
    }

    private void jump(long to) {
        channel.counters().add(ChannelCounter.SKIPS, 1);
        channel.counters().add(ChannelCounter.SKIPPED_BYTES, to - position);
        jumpedFrom = position;
        position = to;
        segmentStart = to;
        jumps = jumps + 1;
    }

    private Step close(CloseReason reason) {
        closeReason = reason;
        return Step.CLOSE;
    }

    /**
     * Whether the viewer is too far behind and within a packet, and if so the rest of that packet: copy it now, while
     * it is there, keep it until it can be sent, and {@link #advance}. After that the viewer can wait at a packet's
     * end for as long as it likes. At most 187 bytes between two jumps.
     */
    @Override
    public boolean rescue(Extent out) {
        return policy == RecoverPolicy.KEYFRAME && isOverdue() && position >= store.tail() && restOfPacket(out) > 0
                && next(out) == Step.DATA;
    }

    /** Whether the viewer lags by more than the channel allows, so that {@link #next} would act on it. */
    public boolean isOverdue() {
        return position != NOT_STARTED && lag() > lagMax;
    }

    @Override
    public boolean isTooSlow() {
        return policy == RecoverPolicy.DISCONNECT && isOverdue();
    }

    @Override
    public void advance(int bytes) {
        position = position + bytes;
    }

    /** Finds contiguous bytes at the present position; see {@link SegmentStore#locate}. No rules are applied. */
    public boolean locate(Extent out) {
        return position != NOT_STARTED && store.locate(position, out);
    }

    @Override
    public boolean locate(long at, Extent out) {
        return store.locate(at, out);
    }

    @Override
    public boolean copy(long at, int memoryOffset, int length, ByteBuffer to, int index) {
        store.copy(memoryOffset, length, to, index);
        return store.stillValid(at);
    }

    @Override
    public int unit() {
        return TsPacket.SIZE;
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public long lag() {
        long at = position;
        return at == NOT_STARTED ? 0 : Math.max(0, store.head() - at);
    }

    /** Times the viewer went on at the newest segment. After each, TCP sequence numbers and stream offsets part by more. */
    @Override
    public long jumps() {
        return jumps;
    }

    /** Stream offset from which the last jump was made: all before it was sent, none after. Owner thread only. */
    public long jumpedFrom() {
        return jumpedFrom;
    }

    @Override
    public CloseReason closeReason() {
        return closeReason;
    }

    public MediaChannel channel() {
        return channel;
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    /** The channel. */
    @Override
    public Object stream() {
        return channel;
    }

    @Override
    public String name() {
        return channel.name();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            channel.viewerLeft();
        }
    }
}
