// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * A viewer's TCP: cumulative and delayed acknowledgements, SACK with the newest block first and DSACK, a finite buffer
 * whose window never goes back, timestamps (RFC 7323 4.3) and ECN (RFC 3168 6.1.3), a reader that may stop. Checks each byte and each right edge as it arrives.
 */
final class SimReceiver {

    static final long DELAYED_ACK_NS = 40 * SimClock.MS;
    private static final int MAX_BLOCKS = 3;

    private final SimClock clock;
    private final boolean sack;
    private final int mss;
    private final int isn;
    private final long capacity;
    private final int windowUnit;
    private final TreeMap<Long, Long> beyond = new TreeMap<>();
    private final Deque<Long> newestFirst = new ArrayDeque<>();
    private Consumer<SimPacket> out;
    private long delivered;
    private long read;
    private long edge;
    private long finAt = -1;
    private boolean finTaken;
    private boolean reading = true;
    private int unacked;
    private long ackTimer;
    private long duplicateSegments;
    private long probes;
    private int recentTime;
    private long lastAcked;
    private boolean echoesCongestion;

    SimReceiver(SimClock clock, int isn, boolean sack, int mss, long capacity, int windowUnit) {
        this.clock = clock;
        this.isn = isn;
        this.sack = sack;
        this.mss = mss;
        this.capacity = capacity;
        this.windowUnit = windowUnit;
        this.edge = capacity / windowUnit * windowUnit;
    }

    void connect(Consumer<SimPacket> acknowledgements) {
        out = acknowledgements;
    }

    /** The byte every stream of the simulation has at {@code offset}. */
    static byte content(long offset) {
        long x = offset * 0x9E3779B97F4A7C15L;
        x ^= x >>> 29;
        return (byte) (x * 0xBF58476D1CE4E5B9L >>> 56);
    }

    long delivered() {
        return delivered;
    }

    boolean finTaken() {
        return finTaken;
    }

    long duplicateSegments() {
        return duplicateSegments;
    }

    long probes() {
        return probes;
    }

    long firstWindow() {
        return capacity / windowUnit * windowUnit;
    }

    long bytesBeyond() {
        return beyond.entrySet().stream().mapToLong(e -> e.getValue() - e.getKey()).sum();
    }

    void stopReading() {
        reading = false;
    }

    void resumeReading() {
        reading = true;
        final long before = edge;
        consume();
        if (edge - before >= Math.min(2L * mss, capacity / 2)) {
            acknowledge(null);
        }
    }

    /** Throws away what lies beyond the cumulative acknowledgement, though it was SACKed. */
    void renege() {
        beyond.clear();
        newestFirst.clear();
        finAt = finTaken ? finAt : -1;
    }

    void receive(SimPacket packet) {
        if (packet.has(SimPacket.DAMAGED)) {
            return;
        }
        final int distance = Seq.distance(Seq.plus(isn, delivered + (finTaken ? 1 : 0)), packet.seq());
        final long from = delivered + (finTaken ? 1 : 0) + distance;
        final long to = from + packet.data().length;
        if (from <= lastAcked && packet.time() - recentTime >= 0) {
            recentTime = packet.time();
        }
        echoesCongestion = echoesCongestion && !packet.has(SimPacket.CWR) || packet.has(SimPacket.CE);
        if (packet.sequenceLength() == 0) {
            probes++;
            acknowledge(null);
            return;
        }
        if (to + (packet.fin() ? 1 : 0) > edge) {
            throw new AssertionError("data up to " + to + " beyond the right edge " + edge);
        }
        for (int i = 0; i < packet.data().length; i++) {
            if (packet.data()[i] != content(from + i)) {
                throw new AssertionError("wrong byte at offset " + (from + i));
            }
        }
        take(from, to, packet.fin());
    }

    /** As in Linux the FIN is a byte that is SACKed like any other. */
    private void take(long from, long dataEnd, boolean fin) {
        final long to = dataEnd + (fin ? 1 : 0);
        if (fin) {
            finAt = dataEnd;
        }
        if (isHeld(from, to)) {
            duplicateSegments++;
            acknowledge(new long[] {from, to});
            return;
        }
        final boolean hadHoles = !beyond.isEmpty();
        insert(Math.max(from, delivered), to);
        final boolean inOrder = advance();
        consume();
        unacked++;
        if (!inOrder || hadHoles || finTaken || unacked >= 2) {
            acknowledge(null);
        } else {
            final long mine = ++ackTimer;
            clock.after(DELAYED_ACK_NS, () -> {
                if (mine == ackTimer && unacked > 0) {
                    acknowledge(null);
                }
            });
        }
    }

    private boolean isHeld(long from, long to) {
        if (to <= delivered + (finTaken ? 1 : 0)) {
            return true;
        }
        final Map.Entry<Long, Long> range = beyond.floorEntry(from);
        return range != null && range.getValue() >= to;
    }

    private void insert(long from, long to) {
        long left = from;
        long right = to;
        Map.Entry<Long, Long> range = beyond.floorEntry(right);
        while (range != null && range.getValue() >= left) {
            left = Math.min(left, range.getKey());
            right = Math.max(right, range.getValue());
            beyond.remove(range.getKey());
            newestFirst.remove(range.getKey());
            range = beyond.floorEntry(right);
        }
        beyond.put(left, right);
        newestFirst.addFirst(left);
    }

    private boolean advance() {
        final Map.Entry<Long, Long> first = beyond.firstEntry();
        boolean moved = false;
        if (first != null && first.getKey() <= delivered) {
            finTaken = finAt >= 0 && first.getValue() > finAt;
            delivered = finTaken ? finAt : first.getValue();
            beyond.remove(first.getKey());
            newestFirst.remove(first.getKey());
            moved = true;
        }
        return moved;
    }

    private void consume() {
        if (reading) {
            read = delivered;
        }
        edge = Math.max(edge, delivered + (capacity - (delivered - read)) / windowUnit * windowUnit);
    }

    private void acknowledge(long[] dsack) {
        unacked = 0;
        final int count = sack ? Math.min(MAX_BLOCKS, newestFirst.size() + (dsack != null ? 1 : 0)) : 0;
        final int[] blocks = new int[2 * count];
        int i = 0;
        if (dsack != null && count > 0) {
            blocks[i++] = Seq.plus(isn, dsack[0]);
            blocks[i++] = Seq.plus(isn, dsack[1]);
        }
        for (final long left : newestFirst) {
            if (i < blocks.length) {
                blocks[i++] = Seq.plus(isn, left);
                blocks[i++] = Seq.plus(isn, beyond.get(left));
            }
        }
        final long acked = delivered + (finTaken ? 1 : 0);
        lastAcked = acked;
        out.accept(SimPacket.ack(Seq.plus(isn, acked), Math.max(0, edge - acked), blocks, finTaken, recentTime,
                echoesCongestion ? SimPacket.ECE : 0));
    }
}
