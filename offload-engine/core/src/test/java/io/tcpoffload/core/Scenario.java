// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

/**
 * Drives one sender by hand: sequence numbers as offsets from the first byte, time in milliseconds. MSS 1000; NewReno unless
 * told otherwise, since halves are easy to follow.
 */
final class Scenario {

    static final int MSS = 1000;
    static final long MS = 1_000_000L;

    final Sender sender;
    private final int isn;
    private final Range range = new Range();
    private long nowMs;
    private long window;

    Scenario(int isn, boolean sack, long window) {
        this(isn, sack, window, SenderConfig.forMss(MSS).congestionAlgorithm(CongestionAlgorithm.NEW_RENO).pacing(false).build());
    }

    Scenario(int isn, boolean sack, long window, SenderConfig config) {
        this.isn = isn;
        this.window = window;
        this.sender = new Sender(config, isn, window, sack, 0);
    }

    static Scenario withSack(int isn) {
        return new Scenario(isn, true, 1_000_000);
    }

    static Scenario withoutSack(int isn) {
        return new Scenario(isn, false, 1_000_000);
    }

    /** Sends so many segments' worth of data in posts as large as granted, all of which must be granted. */
    Scenario send(int bytes) {
        int left = bytes;
        while (left > 0) {
            final int n = sendable(left);
            assertEquals(true, n > 0, "granted nothing of " + left);
            sender.onSent(n, now());
            left -= n;
        }
        return this;
    }

    int sendable(int available) {
        return sender.sendable(available, now());
    }

    Scenario at(long ms) {
        nowMs = ms;
        return this;
    }

    Scenario after(long ms) {
        nowMs += ms;
        return this;
    }

    long now() {
        return nowMs * MS;
    }

    long nowMs() {
        return nowMs;
    }

    Scenario window(long bytes) {
        window = bytes;
        return this;
    }

    Scenario ack(int offset) {
        sender.onAck(isn + offset, window, now(), now());
        return this;
    }

    /** An acknowledgement that echoes the timestamp of what left at {@code echoMs}. */
    Scenario ack(int offset, long echoMs) {
        sender.onAck(isn + offset, window, echoMs * MS, now(), now());
        return this;
    }

    /** An event: duplicate when there are no blocks. Blocks are left, right, ... as offsets. */
    Scenario event(int offset, int... blocks) {
        return eventEchoing(Sender.NO_ECHO, offset, blocks);
    }

    Scenario eventEchoing(long echoNs, int offset, int... blocks) {
        final int[] absolute = new int[blocks.length];
        for (int i = 0; i < blocks.length; i++) {
            absolute[i] = isn + blocks[i];
        }
        sender.onSack(isn + offset, window, absolute, blocks.length / 2, echoNs, now(), now());
        return this;
    }

    /** What must be sent again now, as {@code offset+length}, {@code offset+FIN} or {@code none}; it leaves. */
    String retransmit() {
        return retransmit(65_535);
    }

    String retransmit(int maxBytes) {
        if (!sender.nextRetransmission(range, maxBytes, now())) {
            return "none";
        }
        sender.onRetransmitted(range.seq(), range.sequenceLength(), now());
        return (range.seq() - isn) + "+" + (range.length() == 0 ? "" : range.length() + (range.fin() ? "+" : ""))
                + (range.fin() ? "FIN" : "");
    }

    TimerAction timer() {
        return sender.onTimer(now());
    }

    /** Goes to when the timer wants to be called and calls it. */
    TimerAction fire() {
        nowMs = timerMs();
        return timer();
    }

    /** Lets the timer fire, and whatever it asks to be sent again be lost, until it has come to that. */
    TimerAction fireUntil(SenderCounter counter) {
        final long before = count(counter);
        TimerAction action = fire();
        while (count(counter) == before) {
            retransmit();
            action = fire();
        }
        return action;
    }

    long timerMs() {
        final long ns = sender.nextTimerNs();
        return ns == Long.MAX_VALUE ? -1 : (ns + MS - 1) / MS;
    }

    int una() {
        return sender.una() - isn;
    }

    int nxt() {
        return sender.nxt() - isn;
    }

    int probe() {
        return sender.probeSeq() - isn;
    }

    long cwnd() {
        return sender.cwndBytes();
    }

    long count(SenderCounter counter) {
        return sender.count(counter);
    }
}
