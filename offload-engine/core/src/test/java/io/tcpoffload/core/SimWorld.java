// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import java.util.Random;

/** A sender, a viewer and the path between them, in virtual time. */
final class SimWorld {

    /** What a path and its ends are like. */
    static final class Settings {
        int isn = 1;
        int mss = 1448;
        boolean sack = true;
        long totalBytes = 1_000_000;
        long oneWayNs = 10 * SimClock.MS;
        long bytesPerSecond = 12_500_000;
        long queueBytes = 256_000;
        double loss;
        double ackLoss;
        double duplication;
        double reordering;
        double damage;
        double postFailure;
        boolean ecn;
        boolean timestamps;
        long markBytes = Long.MAX_VALUE;
        long viewerBuffer = 1_000_000;
        int windowUnit = 1;
        long pollNs = SimClock.MS;
        SenderConfig config;
    }

    final SimClock clock = new SimClock();
    final Sender sender;
    final SimReceiver viewer;
    final SimHost host;
    final SimLink down;
    final SimLink up;
    private final long startNs;
    private final long totalBytes;

    SimWorld(long seed, Settings s) {
        final Random random = new Random(seed);
        final SenderConfig config = s.config != null ? s.config : SenderConfig.forMss(s.mss).build();
        startNs = clock.nowNs();
        totalBytes = s.totalBytes;
        viewer = new SimReceiver(clock, s.isn, s.sack, s.mss, s.viewerBuffer, s.windowUnit);
        sender = new Sender(config, s.isn, viewer.firstWindow(), s.sack, startNs);
        down = new SimLink(clock, random, s.oneWayNs, s.bytesPerSecond, s.queueBytes, viewer::receive)
                .faults(s.loss, s.duplication, s.reordering).damage(s.damage).markFrom(s.markBytes);
        host = new SimHost(clock, random, sender, s.totalBytes, s.pollNs, s.postFailure, down::send);
        up = new SimLink(clock, random, s.oneWayNs, s.bytesPerSecond, s.queueBytes, host::hook)
                .faults(s.ackLoss, s.duplication, s.reordering).damage(s.damage);
        if (s.ecn) {
            host.useEcn();
        }
        if (s.timestamps) {
            host.useTimestamps();
        }
        viewer.connect(up::send);
        host.start();
    }

    /** Runs until the viewer has the whole stream and its end, the sender gave up, or virtual time is over. */
    boolean run(long limitNs) {
        while (clock.nowNs() - startNs < limitNs && clock.step()) {
            if (host.gaveUp()) {
                return false;
            }
            if (isDone()) {
                return true;
            }
        }
        return isDone();
    }

    /** Runs on for a while. */
    void runFor(long ns) {
        final long end = clock.nowNs() + ns;
        while (clock.nowNs() < end && clock.step()) {
            // the step is the work
        }
    }

    boolean isDone() {
        return viewer.delivered() == totalBytes && viewer.finTaken()
                && (sender.state() == TcpConnectionState.TIME_WAIT || sender.isClosed());
    }

    /** From now on the path takes {@code segment} bytes of data a packet, and says so about larger ones. */
    void limitPath(int segment) {
        down.limit(segment, () -> host.onFragmentationNeeded(segment));
    }

    /** After the stream: the connection ends by itself, and nothing of it is left, neither data nor timers nor events. */
    void checkNothingIsLeft() {
        while (clock.step()) {
            // what is still on its way
        }
        if (!sender.isClosed() || sender.inFlight() != 0 || sender.pipeBytes() != 0
                || sender.nextTimerNs() != Long.MAX_VALUE) {
            throw new AssertionError("left behind: " + this);
        }
    }

    long elapsedNs() {
        return clock.nowNs() - startNs;
    }

    @Override
    public String toString() {
        return "delivered " + viewer.delivered() + " of " + totalBytes + " after " + elapsedNs() / SimClock.MS + " ms, "
                + sender.state() + ", in flight " + sender.inFlight() + ", cwnd " + sender.cwndBytes() + ", timeouts "
                + sender.count(SenderCounter.TIMEOUTS) + ", again " + sender.retransmittedSegments() + ", lost " + down.lost()
                + ", scoreboard overflows " + sender.count(SenderCounter.SCOREBOARD_OVERFLOWS);
    }
}
