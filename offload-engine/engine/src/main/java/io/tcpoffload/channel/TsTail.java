// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The end of the transport stream that lies in a store: whether it is one, the last continuity counter of each PID and the
 * last PCR, and the packet that was not finished. Read by whoever holds the store's order, so that nothing is appended
 * meanwhile.
 */
final class TsTail {

    /** 25 s at 10 Mbit/s: longer than any PID of a live stream is silent. Read in 10 ms, 40 the first time; once a joint. */
    private static final long LOOK_BACK_BYTES = 32 << 20;
    /** So many packets in step are no chance. */
    private static final int CONVINCING_PACKETS = 8;

    private final StoredMedia store;
    private final ByteBuffer memory;
    private final Extent extent = new Extent();
    private final byte[] continuity = new byte[TsPacket.PIDS];
    private final byte[] packet = new byte[TsPacket.SIZE];
    private final ByteBuffer view = ByteBuffer.wrap(packet);
    private int pcrPid = -1;
    private long pcr = -1;
    private int inStep;
    private int packets;
    private int unfinished;

    private TsTail(StoredMedia store) {
        this.store = store;
        memory = store.memory();
        Arrays.fill(continuity, (byte) -1);
    }

    /** All that {@link #isTransportStream()} and {@link #unfinished()} need. */
    static TsTail ofLastPackets(StoredMedia store) {
        return new TsTail(store).read(CONVINCING_PACKETS * TsPacket.SIZE);
    }

    static TsTail of(StoredMedia store) {
        return new TsTail(store).read(LOOK_BACK_BYTES);
    }

    private TsTail read(long most) {
        long head = store.head();
        long at = Math.max(store.tail(), head - most);
        if (!store.locate(at, extent)) {
            return this;
        }
        at += TsPacket.rest(extent.segmentStart(), at);
        while (at < head) {
            int length = copy(at, head);
            if (length == TsPacket.SIZE) {
                take();
            } else if (at + length == head) {
                unfinished = length;
                takeHeader(length);
            }
            at += length;
        }
        return this;
    }

    /** Copies a packet, or as much of it as there is before its segment or the stream ends. */
    private int copy(long at, long head) {
        int length = 0;
        while (length < TsPacket.SIZE && at + length < head && store.locate(at + length, extent)
                && (length == 0 || extent.segmentStart() != at + length)) {
            int bytes = Math.min(extent.length(), TsPacket.SIZE - length);
            memory.get(extent.memoryOffset(), packet, length, bytes);
            length += bytes;
        }
        return length;
    }

    private void take() {
        packets++;
        inStep = TsPacket.isSync(view, 0) ? inStep + 1 : 0;
        if (inStep > 0 && !TsPacket.isDamaged(view, 0)) {
            continuity[TsPacket.pid(view, 0)] = (byte) TsPacket.continuityCounter(view, 0);
            long clock = TsPacket.pcr(view, 0);
            if (clock >= 0) {
                pcr = clock;
                pcrPid = TsPacket.pid(view, 0);
            }
        }
    }

    private void takeHeader(int length) {
        if (!TsPacket.isSync(view, 0)) {
            inStep = 0;
        } else if (length >= TsPacket.HEADER) {
            continuity[TsPacket.pid(view, 0)] = (byte) TsPacket.continuityCounter(view, 0);
        }
    }

    /** Whether its last packets, as many as can be told, are transport stream packets. */
    boolean isTransportStream() {
        return inStep > 0 && inStep >= Math.min(packets, CONVINCING_PACKETS - 1);
    }

    /** Bytes of the packet that was cut short at the end; 0 at a packet's end. */
    int unfinished() {
        return unfinished;
    }

    /** What makes that packet a whole one. */
    ByteBuffer completion() {
        TsPacket.complete(packet, unfinished);
        return ByteBuffer.wrap(packet, unfinished, TsPacket.SIZE - unfinished);
    }

    /** Last continuity counter, -1 if there is no packet of this PID. */
    int continuity(int pid) {
        return continuity[pid];
    }

    /** Of the last PCR, -1 if there is none. */
    int pcrPid() {
        return pcrPid;
    }

    /** 27 MHz ticks. */
    long pcr() {
        return pcr;
    }
}
