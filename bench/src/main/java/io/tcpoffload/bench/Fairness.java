// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.bench;

import io.tcpoffload.itests.RelayLink;
import java.util.ArrayList;
import java.util.List;

/** Two flows share a bottleneck, ours and the kernel's CUBIC: who gets how much of it. */
final class Fairness {

    private static final int KILOBITS = 20_000;
    private static final int RTT_MILLIS = 40;
    /** One bandwidth-delay product. */
    private static final int BUFFER_BYTES = KILOBITS / 8 * RTT_MILLIS;
    private static final long STORE_BYTES = 512L << 20;
    private static final long AHEAD_BYTES = 380L << 20;
    /** The second starts when the first has the line for itself. */
    private static final double HEAD_START_SECONDS = 3;

    private Fairness() {
    }

    /** Prints a line for each order of starting; returns the share of ours that is farthest from a half, 0 to 1. */
    static double run(double seconds, int runs) {
        System.out.printf("fairness: one flow each, %d Mbit/s, RTT %d ms, buffer %d bytes, median of %d runs of %.0f s "
                + "after a head start of %.0f s%n", KILOBITS / 1000, RTT_MILLIS, BUFFER_BYTES, runs, seconds,
                HEAD_START_SECONDS);
        double first = shares(true, seconds, runs);
        double second = shares(false, seconds, runs);
        return Math.abs(first - 0.5) > Math.abs(second - 0.5) ? first : second;
    }

    private static double shares(boolean oursFirst, double seconds, int runs) {
        List<Double> shares = new ArrayList<>();
        List<Double> used = new ArrayList<>();
        StringBuilder notes = new StringBuilder();
        for (int run = 0; run < runs; run++) {
            try (Race race = new Race(STORE_BYTES)) {
                race.relay.roundTrip(RelayLink.CLEAN.bottleneck(KILOBITS, BUFFER_BYTES), RelayLink.CLEAN,
                        1000L * RTT_MILLIS);
                race.joinOurs(1);
                race.joinKernels(1);
                start(race, oursFirst);
                Race.sleep(HEAD_START_SECONDS);
                start(race, !oursFirst);
                Race.Mark start = race.mark();
                Race.sleep(seconds);
                Race.Mark end = race.mark();
                race.requireRelaySound();
                double ours = end.oursSince(start);
                double kernels = end.kernelsSince(start);
                shares.add(ours / (ours + kernels));
                used.add((ours + kernels) * 1000 / KILOBITS);
                notes.append(String.format(" %.0f:%.0f", 100 * ours / (ours + kernels), 100 * kernels / (ours + kernels)));
            }
        }
        double share = Goodput.median(shares);
        System.out.printf("%s first: ours %.0f : kernel %.0f, line used to %.0f %%; runs%s%n", oursFirst ? "ours" : "kernel",
                100 * share, 100 * (1 - share), 100 * Goodput.median(used), notes);
        return share;
    }

    private static void start(Race race, boolean ours) {
        if (ours) {
            race.publishOurs(AHEAD_BYTES);
        } else {
            race.publishKernels(AHEAD_BYTES);
        }
    }
}
