// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import io.tcpoffload.api.RecoverPolicy;
import io.tcpoffload.api.ViewerEvent;
import java.nio.ByteBuffer;

/**
 * One viewer's place in a channel, and the rules for a viewer that is too slow. It starts where the channel's
 * {@link io.tcpoffload.api.SyncMethod} says. When it lags by more than
 * {@link io.tcpoffload.api.ChannelSpec#recoverLimit()} it finishes the 188-byte packet it is in, and goes on as
 * {@link RecoverPolicy} says, or is disconnected.
 *
 * <p>A loop of {@link #next}, send, {@link #advance}. On a wake-up while the viewer can't be sent to, ask
 * {@link #rescue} instead, so that the rest of its packet is taken before it is overwritten. Owned by one thread;
 * the numbers for people ({@link #position()}, {@link #lag()}, {@link #jumps()}) may be read from any. No allocation.
 */
public final class Cursor implements Source {

    private static final long NOT_STARTED = -1;
    private static final long UNKNOWN = -1;

    private final MediaChannel channel;
    private final Viewer viewer;
    private final StoredMedia store;
    private final LagLimits limits;
    private final SyncPoints syncPoints;
    private final Addressed addressed;
    private final long since;

    private final Extent scratch = new Extent();
    private volatile long position = NOT_STARTED;
    private volatile long jumps;
    private volatile long firstPosition;
    private volatile long movedBytes;
    private volatile long skippedBytes;
    private long segmentStart;
    private long jumpedFrom;
    private boolean slow;
    private CloseReason closeReason;
    private volatile boolean closed;

    Cursor(MediaChannel channel, Viewer viewer) {
        this.channel = channel;
        this.viewer = viewer;
        store = channel.store();
        limits = channel.limits();
        syncPoints = new SyncPoints(store, limits);
        addressed = channel.addressed();
        since = store.head();
        start(syncPoints.start(channel.spec().syncMethod(), since));
        channel.entered(this);
    }

    /** Goes on where a former engine's cursor was; see {@link MediaChannel#resumeCursor}. */
    Cursor(MediaChannel channel, Viewer viewer, long position, long jumps) {
        this.channel = channel;
        this.viewer = viewer;
        this.firstPosition = Math.max(0, position);
        store = channel.store();
        limits = channel.limits();
        syncPoints = new SyncPoints(store, limits);
        addressed = channel.addressed();
        since = store.head();
        this.position = position;
        this.jumps = jumps;
        segmentStart = position == NOT_STARTED ? UNKNOWN : store.segmentStart(position);
        channel.entered(this);
    }

    private RecoverPolicy policy() {
        return channel.spec().recoverPolicy();
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
        if (position == NOT_STARTED && !start(syncPoints.startAfterWaiting(channel.spec().syncMethod(), since))) {
            return channel.isOpen() ? Step.NONE : close(CloseReason.CHANNEL_CLOSED);
        }
        while (true) {
            boolean overwritten = position < store.tail();
            if (isOverdue() || overwritten) {
                Step step = recover(out, overwritten);
                if (step != null) {
                    return step;
                }
            }
            if (store.locate(position, out)) {
                // in this order: who sees bytes sees whom they are for
                long mine = addressed.pass(position, viewer.id());
                if (mine == position) {
                    segmentStart = out.segmentStart();
                    out.limit(addressed.alike(position, out.length()));
                    return Step.DATA;
                }
                move(mine);
            } else if (position >= store.tail()) {
                return atHead();
            }
        }
    }

    /** The order of the two questions matters: what was appended before the channel closed is still to be sent. */
    private Step atHead() {
        boolean open = channel.isOpen();
        return open || position < store.head() ? Step.NONE : close(CloseReason.CHANNEL_CLOSED);
    }

    private boolean start(long first) {
        firstPosition = first;
        position = first;
        return first >= 0;
    }

    /** Null when the viewer may simply go on. */
    private Step recover(Extent out, boolean overwritten) {
        if (policy() == RecoverPolicy.DISCONNECT) {
            return tooSlow();
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
        long target = syncPoints.resync(policy());
        if (target > position) {
            jump(target);
        } else if (overwritten) {
            channel.counters().add(ChannelCounter.LOST_CLOSED, 1);
            return close(CloseReason.LOST);
        }
        return isBeyondHardLimit(position) ? tooSlow() : null;
    }

    private Step tooSlow() {
        channel.counters().add(ChannelCounter.SLOW_CLOSED, 1);
        return close(CloseReason.TOO_SLOW);
    }

    /** Who lacks nothing but some of the newest body has had no time to take it. */
    private boolean isBeyondHardLimit(long at) {
        return at < limits.hardBelow() && at < limits.newestBody();
    }

    /** A packet that its segment's end cuts short ends there. What can't be told any more counts as a packet's middle. */
    private int restOfPacket(Extent scratch) {
        if (store.locate(position, scratch)) {
            segmentStart = scratch.segmentStart();
        }
        if (segmentStart == UNKNOWN) {
            return TsPacket.SIZE;
        }
        return position == segmentStart ? 0 : TsPacket.rest(segmentStart, position);
    }

    private void jump(long to) {
        channel.counters().add(ChannelCounter.SKIPS, 1);
        channel.counters().add(ChannelCounter.SKIPPED_BYTES, to - position);
        skippedBytes = skippedBytes + to - position;
        move(to);
        segmentStart = to;
        viewer.tell(ViewerEvent.Type.RESYNC, this, (to - jumpedFrom) + " bytes were left out");
    }

    private void move(long to) {
        jumpedFrom = position;
        movedBytes = movedBytes + to - position;
        position = to;
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
        return policy() != RecoverPolicy.DISCONNECT && policy() != RecoverPolicy.NONE && isOverdue()
                && position >= store.tail() && restOfPacket(out) > 0 && next(out) == Step.DATA;
    }

    /** Whether the viewer lags by more than the channel allows, so that {@link #next} would act on it. */
    public boolean isOverdue() {
        boolean overdue = position != NOT_STARTED && position < limits.recoverBelow();
        if (overdue != slow) {
            slow = overdue;
            if (overdue) {
                viewer.tell(ViewerEvent.Type.SLOW, this, "more is published than the viewer takes");
            }
        }
        return overdue;
    }

    @Override
    public boolean isTooSlow() {
        return isOverdue() && (policy() == RecoverPolicy.DISCONNECT
                || isBeyondHardLimit(position) && isBeyondHardLimit(syncPoints.resync(policy())));
    }

    @Override
    public void advance(int bytes) {
        position = position + bytes;
    }

    /** Finds contiguous bytes at the present position; see {@link StoredMedia#locate}. No rules are applied. */
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

    /** Times the viewer went on elsewhere. After each, TCP sequence numbers and stream offsets part by more. */
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

    /** Who it is for. */
    public Viewer viewer() {
        return viewer;
    }

    /** Media bytes handed to the connection so far. */
    public long sentBytes() {
        long at = position;
        return at == NOT_STARTED ? 0 : at - firstPosition - movedBytes;
    }

    /** Media bytes that it was set forward past, for being too slow. */
    long skippedBytes() {
        return skippedBytes;
    }

    boolean isClosed() {
        return closed;
    }

    /** Whether there is nothing in the channel yet that it could start with. Any thread. */
    boolean awaitsItsStart() {
        return position == NOT_STARTED
                && new SyncPoints(store, limits).start(channel.spec().syncMethod(), since) < 0;
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
    public long streamId() {
        return channel.id();
    }

    @Override
    public String name() {
        return channel.name();
    }

    @Override
    public void endsBecause(String reason) {
        viewer.endsBecause(reason);
    }

    @Override
    public void failed(String reason) {
        viewer.failed(this, reason);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            viewer.left(this);
            channel.left(this);
        }
    }
}
