// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

/**
 * Reads bytes as a viewer that may do anything and a caller that keeps to the contract, and checks the sender's promises
 * after each step. Then the viewer turns honest: holding what it has acknowledged and nothing else, it must get the rest.
 */
final class SenderExercise {

    private static final long MS = 1_000_000L;
    private static final int MAX_STEPS = 2000;
    private static final int MAX_POST = 65_535;
    /** Rounds of an honest viewer, each as long as the timer wants: far more than any recovery takes. */
    private static final int HONEST_ROUNDS = 4000;

    private final byte[] input;
    private int at;
    private final Range range = new Range();
    private final int[] blocks = new int[8];
    private Sender sender;
    private int mss;
    private int step;
    private boolean sack;
    private long now = 1000 * MS;
    private int una;
    private int nxt;
    private int maxEdge;
    private long window;
    private long probes;
    private boolean finSent;

    SenderExercise(byte[] input) {
        this.input = input;
    }

    private int next() {
        return at < input.length ? input[at++] & 0xff : 0;
    }

    private int next2() {
        return next() << 8 | next();
    }

    void run() {
        final int flags = next();
        mss = new int[] {88, 536, 1000, 1448, 8948}[next() % 5];
        sack = (flags & 1) != 0;
        una = new int[] {0, -1, -40_000, Integer.MAX_VALUE - 40_000, 12_345, Integer.MIN_VALUE}[next() % 6];
        nxt = una;
        window = next2() << (next() % 8);
        maxEdge = una + (int) window;
        final SenderConfig.Builder builder = SenderConfig.forMss(mss)
                .congestionAlgorithm((flags & 2) != 0 ? CongestionAlgorithm.CUBIC : CongestionAlgorithm.NEW_RENO)
                .ecn((flags & 4) != 0).pacing((flags & 8) != 0).pacingQuantumNs((flags & 16) != 0 ? 0 : MS)
                .maxBurstBytes((flags & 32) != 0 ? 3000 : MAX_POST).giveUpNs(24 * 3600 * 1000 * MS);
        sender = new Sender(builder.build(), una, window, sack, now);
        for (step = 0; at < input.length && step < MAX_STEPS && !sender.isClosed(); step++) {
            step();
            check();
        }
        if (!sender.isClosed()) {
            finishHonestly();
        }
    }

    private void step() {
        final int code = next();
        now += (long) (code >> 4) * (code >> 4) * MS / 4;
        switch (code & 15) {
            case 0, 1, 2 -> post(1 + next2());
            case 3, 4 -> acknowledge(una + next() * mss / 4, window);
            case 5 -> acknowledge(una + next2() - 20_000, window);
            case 6 -> acknowledge(nxt, (long) next2() << (next() % 15));
            case 7 -> acknowledge(una, next() % 3 * 700L);
            case 8, 9, 10 -> selective();
            case 11 -> resend(1 + next2());
            case 12 -> timer();
            case 13 -> {
                now = Math.max(now, Math.min(sender.nextTimerNs(), now + 600_000 * MS));
                timer();
            }
            case 14 -> sender.onEce(now);
            default -> end(next());
        }
    }

    private void end(int what) {
        switch (what % 16) {
            case 0 -> sender.onPeerFin(now);
            case 1 -> sender.queueFin();
            case 2 -> require(!sender.takeCwrDue() || !sender.takeCwrDue(), "CWR is due twice");
            case 6, 7 -> sender.onPathMtu(next2(), now);
            case 8 -> sender.halfClosed(next() % 2 == 0, now);
            case 3 -> sender.seedRtt(next() * MS);
            case 4 -> post(0);
            case 5 -> {
                if (next() == 77) {
                    sender.onReset();
                }
            }
            default -> sendFin();
        }
    }

    private void post(int available) {
        final int n = sender.sendable(available, now);
        require(n >= 0 && n <= available, "granted " + n + " of " + available);
        require(n <= sender.usableWindowBytes(), n + " beyond the window");
        if (n > 0) {
            // RFC 8985 7.3: a loss probe of one segment asks no congestion window
            final boolean probe = sender.count(SenderCounter.LOSS_PROBES) > probes && n <= sender.mss();
            require(probe || sender.pipeBytes() + n <= sender.cwndBytes(), n + " beyond the congestion window");
            require(sender.state().maySendData() && !finSent, "data after the FIN");
            sender.onSent(n, now);
            nxt += n;
            probes = sender.count(SenderCounter.LOSS_PROBES);
        }
    }

    private void sendFin() {
        if (sender.finDue(now)) {
            require(!finSent, "two FINs");
            sender.onFinSent(now);
            finSent = true;
            nxt++;
        }
    }

    private void resend(int max) {
        if (sender.nextRetransmission(range, Math.min(max, MAX_POST), now)) {
            final int end = range.seq() + range.sequenceLength();
            require(Seq.atOrAfter(range.seq(), una) && Seq.atOrBefore(end, nxt) && range.sequenceLength() > 0,
                    range + " is not in flight");
            require(range.sequenceLength() <= max, range + " is more than " + max);
            require(!range.fin() || finSent && end == nxt, range + ": no FIN there");
            require(Seq.atOrBefore(end, una + (int) window) || window == 0, range + " beyond the window");
            sender.onRetransmitted(range.seq(), range.sequenceLength(), now);
        }
    }

    private void acknowledge(int ack, long newWindow) {
        sender.onAck(ack, newWindow, echo(), now, now);
        heard(ack, newWindow);
    }

    private void selective() {
        final int ack = una + next() * mss / 8 - 4 * mss;
        final int count = next() % 5;
        for (int i = 0; i < count; i++) {
            final int left = una + next2() - 1000;
            blocks[2 * i] = left;
            blocks[2 * i + 1] = left + next2() % (next() % 2 == 0 ? 3 : 20_000) - 1;
        }
        sender.onSack(ack, window, blocks, count, echo(), now - next() % 4 * MS, now);
        heard(ack, window);
    }

    /** Of any age, the future included. */
    private long echo() {
        final int choice = next();
        return choice < 100 ? Sender.NO_ECHO : now / MS * MS - (choice - 110L) * MS;
    }

    /** Only an acknowledgement of something in flight moves una; any window counts at most from there. */
    private void heard(int ack, long newWindow) {
        if (Seq.after(ack, una) && Seq.atOrBefore(ack, nxt)) {
            una = ack;
        }
        if (Seq.atOrBefore(ack, nxt)) {
            maxEdge = Seq.max(maxEdge, ack + (int) newWindow);
        }
        window = Math.max(0, Seq.distance(una, sender.nxt() + (int) sender.usableWindowBytes()));
        if (sender.usableWindowBytes() == 0) {
            // how far the edge has gone back is not told; nothing new may go, which is checked at each post
            window = 0;
        }
    }

    private void timer() {
        for (int i = 0; sender.nextTimerNs() <= now; i++) {
            final TimerAction action = sender.onTimer(now);
            if (action == TimerAction.GIVE_UP || action == TimerAction.CLOSED) {
                sender.onReset();
                return;
            }
            if (action == TimerAction.RETRANSMIT) {
                resend(MAX_POST);
            }
            require(i < 8, "the timer stays in the past");
        }
    }

    private void check() {
        require(sender.una() == una || sender.isClosed(), "una is " + (sender.una() - una) + " from where it should be");
        require(sender.nxt() == nxt, "nxt is " + (sender.nxt() - nxt) + " from where it should be");
        require(Seq.atOrBefore(nxt, maxEdge + (finSent ? 1 : 0)), "sent beyond any edge that was ever offered");
        require(sender.pipeBytes() >= 0 && sender.pipeBytes() <= sender.inFlight(), "pipe " + sender.pipeBytes());
        require(sender.cwndBytes() >= SenderConfig.MIN_MSS && sender.mss() >= SenderConfig.MIN_MSS && sender.cwndBytes() <= 1L << 31, "cwnd " + sender.cwndBytes());
        require(sender.rtoNs() >= SenderConfig.DEFAULT_MIN_RTO_NS && sender.rtoNs() <= SenderConfig.DEFAULT_MAX_RTO_NS,
                "rto " + sender.rtoNs());
        require(sender.isClosed() == (sender.nextTimerNs() == Long.MAX_VALUE), "timer " + sender.nextTimerNs());
    }

    /** The viewer holds nothing beyond una, acknowledges what it gets in order, and has room. */
    private void finishHonestly() {
        window = 1 << 20;
        sender.onAck(una, window, ++now, now);
        maxEdge = Seq.max(maxEdge, una + (int) window);
        for (int round = 0; una != nxt && !sender.isClosed(); round++) {
            require(round < HONEST_ROUNDS, "an honest viewer does not get its data");
            int got = una;
            while (sender.nextRetransmission(range, MAX_POST, now)) {
                sender.onRetransmitted(range.seq(), range.sequenceLength(), now);
                if (Seq.atOrBefore(range.seq(), got)) {
                    got = Seq.max(got, range.seq() + range.sequenceLength());
                }
            }
            now += 20 * MS;
            if (got != una) {
                una = got;
                sender.onAck(una, window, now, now);
            } else {
                now = Math.max(now, sender.nextTimerNs());
                final TimerAction action = sender.onTimer(now);
                require(action != TimerAction.GIVE_UP && action != TimerAction.CLOSED, "given up an honest viewer");
                if (action == TimerAction.PROBE) {
                    sender.onAck(una, window, ++now, now);
                }
                sender.sendable(0, now);
            }
            check();
        }
    }

    private void require(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what + " at step byte " + at + ": state " + sender.state() + ", in flight "
                    + sender.inFlight() + ", pipe " + sender.pipeBytes() + ", cwnd " + sender.cwndBytes() + ", window "
                    + window + ", mss " + mss + ", sack " + sack);
        }
    }
}
