// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import io.tcpoffload.api.OffloadException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.function.BooleanSupplier;

/**
 * The way of bodies into a channel's store. Of a transport stream it sees to what lies between two publishers: {@link
 * TsJoint}, and null packets while there is none. Thread-safe.
 */
final class ChannelIntake {

    /** Silence after which viewers are sent something, and then again. Players give up after some seconds. */
    static final long SILENCE_NS = 500_000_000;
    /** Of null packets at once: a segment of TCP on Ethernet. */
    static final int NULL_PACKETS = 7;

    private static final byte[] NOTHING = nothing();
    private static final int PEEK_BYTES = 64 << 10;

    private final SegmentStore store;
    private final ChannelCounters counters;
    private volatile TsJoint joint;
    private long silentHead = -1;
    private long silentSinceNs;

    ChannelIntake(SegmentStore store, ChannelCounters counters) {
        this.store = store;
        this.counters = counters;
    }

    private static byte[] nothing() {
        byte[] packets = new byte[NULL_PACKETS * TsPacket.SIZE];
        for (int i = 0; i < NULL_PACKETS; i++) {
            System.arraycopy(TsPacket.ofNothing(), 0, packets, i * TsPacket.SIZE, TsPacket.SIZE);
        }
        return packets;
    }

    /** A publisher comes where nobody published. */
    void attached() {
        joint = store.head() > 0 ? new TsJoint(store, counters) : null;
    }

    int append(ByteBuffer body, boolean joinPoint) {
        TsJoint joining = joint;
        if (joining == null) {
            return store.append(body, joinPoint);
        }
        store.order().lock();
        try {
            join(joining, body);
            return store.append(body, joinPoint);
        } finally {
            store.order().unlock();
        }
    }

    int append(Path file, boolean joinPoint) throws IOException {
        TsJoint joining = joint;
        if (joining == null) {
            return store.append(file, joinPoint);
        }
        ByteBuffer start = startOf(file);
        store.order().lock();
        try {
            join(joining, start);
            return store.append(file, joinPoint);
        } finally {
            store.order().unlock();
        }
    }

    /** What can't be read is reported by the append. */
    private static ByteBuffer startOf(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer start = ByteBuffer.allocate((int) Math.min(channel.size(), TsJoint.LOOK_AHEAD_IN_BODY));
            int read = 0;
            while (start.hasRemaining() && read >= 0) {
                read = channel.read(start);
            }
            return start.flip();
        } catch (IOException e) {
            return ByteBuffer.allocate(0);
        }
    }

    long append(InputStream body, boolean joinPoint, BooleanSupplier proceed) throws IOException {
        TsJoint joining = joint;
        if (joining == null || !proceed.getAsBoolean()) {
            return store.append(body, joinPoint, proceed);
        }
        byte[] start = startOf(body);
        store.order().lock();
        try {
            join(joining, ByteBuffer.wrap(start));
            return store.append(new SequenceInputStream(new ByteArrayInputStream(start), body), joinPoint, proceed);
        } finally {
            store.order().unlock();
        }
    }

    /** One packet at least, if there is one, and what comes with it. */
    private static byte[] startOf(InputStream body) throws IOException {
        byte[] start = new byte[PEEK_BYTES];
        int length = 0;
        int read = 0;
        while (length < TsPacket.SIZE && read >= 0) {
            read = body.read(start, length, start.length - length);
            length += Math.max(0, read);
        }
        return Arrays.copyOf(start, length);
    }

    private void join(TsJoint joining, ByteBuffer start) {
        joining.before(start.slice(start.position(), Math.min(start.remaining(), TsJoint.LOOK_AHEAD_IN_BODY)));
        if (joining.isOver() && joint == joining) {
            joint = null;
        }
    }

    /**
     * Appends null packets when nothing has been appended for so long, as far as the newest place to join stays in the
     * store.
     *
     * @param nowNs    as of {@link System#nanoTime()}
     * @param detached whether nobody publishes: then a packet that was left unfinished is made whole before. Else its rest
     *                 is still to come, and nothing is put between
     */
    synchronized void bridge(long nowNs, long silenceNs, boolean detached) {
        long head = store.head();
        if (head != silentHead) {
            silentHead = head;
            silentSinceNs = nowNs;
        } else if (nowNs - silentSinceNs >= silenceNs && store.order().tryLock()) {
            try {
                appendNothing(detached);
                silentHead = store.head();
                silentSinceNs = nowNs;
            } catch (OffloadException e) {
                // The channel has ended meanwhile.
            } finally {
                store.order().unlock();
            }
        }
    }

    private void appendNothing(boolean detached) {
        TsTail tail = TsTail.ofLastPackets(store);
        if (tail.isTransportStream() && (detached || tail.unfinished() == 0)) {
            TsJoint.completePacket(store, tail, counters);
            long kept = store.newestJoinPoint();
            if (store.appendKeeping(ByteBuffer.wrap(NOTHING), kept < 0 ? store.head() : kept)) {
                counters.add(ChannelCounter.NULL_PACKETS, NULL_PACKETS);
            }
        }
    }
}
