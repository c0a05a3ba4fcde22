// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.Random;
import java.util.function.Consumer;

/**
 * The engine's side of the simulation: a receive hook that keeps the latest state in a record and queues SACK and
 * duplicate-ACK events, and a loop that polls both, asks the sender and posts up to 64 KB at a time, cut into segments
 * on the wire. Checks the sender's promises at every post.
 */
final class SimHost {

    private static final int MAX_POST = 64_240;

    private final SimClock clock;
    private final Random random;
    private final Sender sender;
    private final int isn;
    private final long total;
    private final long pollNs;
    private final double postFailure;
    private final Consumer<SimPacket> out;
    private final Deque<Arrival> events = new ArrayDeque<>();
    private final BitSet sacked = new BitSet();
    private final Range range = new Range();
    private SimPacket record;
    private long recordArrivalNs;
    private boolean peerFin;
    private boolean peerFinTold;
    private long published;
    private boolean gaveUp;
    private boolean mayResendSacked;
    private boolean recordFirst;
    private long lossProbes;
    private long probes;
    private boolean ecn;
    private boolean timestamps;
    private boolean congested;

    SimHost(SimClock clock, Random random, Sender sender, long total, long pollNs, double postFailure,
            Consumer<SimPacket> out) {
        this.clock = clock;
        this.random = random;
        this.sender = sender;
        this.isn = sender.nxt();
        this.total = total;
        this.published = total;
        this.pollNs = pollNs;
        this.postFailure = postFailure;
        this.out = out;
    }

    /** A live stream: {@code bytes} more every {@code intervalNs} instead of all at once. */
    void publishLive(long bytes, long intervalNs) {
        published = 0;
        clock.after(0, new Runnable() {
            @Override
            public void run() {
                published = Math.min(total, published + bytes);
                if (published < total) {
                    clock.after(intervalNs, this);
                }
            }
        });
    }

    void allowResendingSacked() {
        mayResendSacked = true;
    }

    /** ECN was negotiated. */
    void useEcn() {
        ecn = true;
    }

    /** Timestamps were negotiated. */
    void useTimestamps() {
        timestamps = true;
    }

    /** The path has told that it takes segments of so many bytes. */
    void onFragmentationNeeded(int segment) {
        if (!sender.isClosed()) {
            sender.onPathMtu(segment, clock.nowNs());
        }
    }

    /** A loop that looks at the record before it takes the events, so that these come late. */
    void readRecordFirst() {
        recordFirst = true;
    }

    void start() {
        clock.after(0, this::poll);
    }

    boolean gaveUp() {
        return gaveUp;
    }

    /** What the receive hook does for each packet of the viewer. */
    void hook(SimPacket packet) {
        if (packet.has(SimPacket.DAMAGED)) {
            return;
        }
        congested |= packet.has(SimPacket.ECE);
        final boolean duplicate = record != null && packet.ack() == record.ack() && packet.window() == record.window()
                && !packet.fin();
        if (packet.sacks().length > 0 || duplicate) {
            events.add(new Arrival(packet, clock.nowNs()));
        }
        if (record == null || Seq.atOrAfter(packet.ack(), record.ack())) {
            record = packet;
            recordArrivalNs = clock.nowNs();
        }
        peerFin |= packet.fin();
    }

    private void poll() {
        final long now = clock.nowNs();
        if (recordFirst) {
            readRecord(now);
        }
        while (!events.isEmpty()) {
            final Arrival arrival = events.poll();
            final SimPacket event = arrival.packet;
            remember(event);
            sender.onSack(event.ack(), event.window(), event.sacks(), event.sacks().length / 2, echoNs(event),
                    arrival.timeNs, now);
        }
        readRecord(now);
        if (congested && ecn) {
            sender.onEce(now);
        }
        congested = false;
        if (peerFin && !peerFinTold) {
            peerFinTold = true;
            sender.onPeerFin(now);
        }
        if (now >= sender.nextTimerNs()) {
            timer(sender.onTimer(now), now);
        }
        if (!gaveUp) {
            retransmit(now);
            sendNew(now);
        }
        if (!gaveUp && !sender.isClosed()) {
            clock.after(pollNs, this::poll);
        }
    }

    private void readRecord(long now) {
        if (record != null) {
            sender.onAck(record.ack(), record.window(), echoNs(record), recordArrivalNs, now);
        }
    }

    private void remember(SimPacket event) {
        for (int i = 0; i < event.sacks().length; i += 2) {
            final int from = Math.max(0, Seq.distance(isn, event.sacks()[i]));
            sacked.set(from, Math.max(from, Seq.distance(isn, event.sacks()[i + 1])));
        }
    }

    private void timer(TimerAction action, long now) {
        if (action == TimerAction.PROBE) {
            probes++;
            out.accept(SimPacket.probe(sender.probeSeq(), time()));
        } else if (action == TimerAction.GIVE_UP) {
            gaveUp = true;
            sender.onReset();
        }
    }

    private void retransmit(long now) {
        while (sender.nextRetransmission(range, MAX_POST, now)) {
            final int from = Seq.distance(isn, range.seq());
            final int again = sacked.nextSetBit(from);
            // a full scoreboard has forgotten some, and says so
            final boolean excused = mayResendSacked || sender.count(SenderCounter.SCOREBOARD_OVERFLOWS) > 0;
            if (!excused && again >= 0 && again < from + range.sequenceLength()) {
                throw new AssertionError("SACKed byte " + again + " sent again in " + range);
            }
            if (postFails()) {
                return;
            }
            post(range.seq(), range.length(), range.fin(), false);
            sender.onRetransmitted(range.seq(), range.sequenceLength(), now);
        }
    }

    private void sendNew(long now) {
        while (true) {
            final long sent = Seq.distance(isn, sender.nxt());
            final int available = (int) Math.min(MAX_POST, published - sent);
            final int n = sender.sendable(Math.max(0, available), now);
            if (n == 0) {
                break;
            }
            // RFC 8985 7.3: a loss probe of one segment asks no congestion window
            final boolean probe = sender.count(SenderCounter.LOSS_PROBES) > lossProbes && n <= sender.mss();
            if (!probe && sender.pipeBytes() + n > sender.cwndBytes() || n > sender.usableWindowBytes()) {
                throw new AssertionError(n + " bytes granted beyond a window");
            }
            if (postFails()) {
                return;
            }
            post(sender.nxt(), n, false, true);
            sender.onSent(n, now);
            lossProbes = sender.count(SenderCounter.LOSS_PROBES);
        }
        if (Seq.distance(isn, sender.nxt()) == total) {
            sender.queueFin();
            if (sender.finDue(now)) {
                post(sender.nxt(), 0, true, true);
                sender.onFinSent(now);
            }
        }
    }

    private long echoNs(SimPacket packet) {
        return timestamps ? packet.time() * SimClock.MS : Sender.NO_ECHO;
    }

    private int time() {
        return (int) (clock.nowNs() / SimClock.MS);
    }

    private boolean postFails() {
        return random.nextDouble() < postFailure;
    }

    private void post(int seq, int length, boolean fin, boolean fresh) {
        if (fin) {
            out.accept(SimPacket.data(seq, new byte[0], true, time(), 0));
        }
        // RFC 3168 6.1.2 and 6.1.5: new data, and not what is sent again, carries ECT and CWR
        final int marks = fresh && ecn ? SimPacket.ECT | (sender.takeCwrDue() ? SimPacket.CWR : 0) : 0;
        final int mss = sender.mss();
        for (int at = 0; at < length; at += mss) {
            final byte[] data = new byte[Math.min(mss, length - at)];
            final long offset = Seq.distance(isn, seq) + (long) at;
            for (int i = 0; i < data.length; i++) {
                data[i] = SimReceiver.content(offset + i);
            }
            out.accept(SimPacket.data(Seq.plus(seq, at), data, false, time(), at == 0 ? marks : marks & ~SimPacket.CWR));
        }
    }

    private record Arrival(SimPacket packet, long timeNs) {
    }
}
