// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.bench;

import io.tcpoffload.itests.RelayLink;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** Goodput over loss: our sender and the kernel's CUBIC through the same relay at the same time, losing the same packets. */
final class Goodput {

    private static final double[] LOSSES = {0.001, 0.01, 0.03};
    private static final int[] RTTS_MILLIS = {20, 100};
    private static final long STORE_BYTES = 256L << 20;
    private static final long AHEAD_BYTES = 180L << 20;
    private static final double START_UP_SECONDS = 2;
    /** Viewers of each sender: what both take at little loss is within what the relay can do. */
    private static final int VIEWERS = 8;
    private static final int VIEWERS_AT_LITTLE_LOSS = 3;

    private Goodput() {
    }

    /**
     * Prints a line for each loss and round-trip time; returns the worst ratio.
     *
     * @param lossPercent only this loss, and {@code rttMillis} only this round-trip time; 0 for all
     * @param control     the kernel's in the place of ours: what differs then is chance
     */
    static double run(double seconds, long[] seeds, double lossPercent, int rttMillis, boolean control) {
        System.out.printf("%s, Mbit/s a viewer: median of %d runs of %.0f s, seeds %s%n",
                control ? "control, the kernel's in ours' place" : "goodput", seeds.length, seconds, Arrays.toString(seeds));
        System.out.printf("%7s %7s %9s %9s %7s  %s%n", "loss", "RTT", "ours", "kernel", "ratio", "ratios of the runs; sent again ours/kernel; late");
        double worst = Double.MAX_VALUE;
        for (int rtt : RTTS_MILLIS) {
            for (double loss : LOSSES) {
                if ((rttMillis == 0 || rtt == rttMillis) && (lossPercent == 0 || loss == lossPercent / 100)) {
                    worst = Math.min(worst, cell(loss, rtt, seconds, seeds, control));
                }
            }
        }
        return worst;
    }

    private static double cell(double loss, int rttMillis, double seconds, long[] seeds, boolean control) {
        List<Double> ours = new ArrayList<>();
        List<Double> kernels = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        StringBuilder notes = new StringBuilder();
        for (long seed : seeds) {
            int viewers = loss < 0.01 && rttMillis < 100 ? VIEWERS_AT_LITTLE_LOSS : VIEWERS;
            try (Race race = control ? Race.ofKernels() : new Race(STORE_BYTES)) {
                race.relay.roundTrip(RelayLink.CLEAN, RelayLink.CLEAN, 1000L * rttMillis);
                race.joinOurs(viewers);
                race.joinKernels(viewers);
                race.relay.seed(seed);
                race.relay.roundTrip(RelayLink.CLEAN.drop(loss), RelayLink.CLEAN, 1000L * rttMillis);
                race.publishOurs(AHEAD_BYTES);
                race.publishKernels(AHEAD_BYTES);
                Race.sleep(START_UP_SECONDS);
                Race.Mark start = race.mark();
                Race.sleep(seconds);
                Race.Mark end = race.mark();
                race.requireRelaySound();
                ours.add(end.oursSince(start) / viewers);
                kernels.add(end.kernelsSince(start) / viewers);
                ratios.add(end.oursSince(start) / end.kernelsSince(start));
                notes.append(String.format(" %.2f (%d/%d, %.1f %%)", ratios.get(ratios.size() - 1),
                        race.ourRetransmissions(), race.kernelRetransmissions(), race.latePercent()));
            }
        }
        double ratio = median(ours) / median(kernels);
        System.out.printf("%6.1f%% %4d ms %9.2f %9.2f %7.2f %s%n", 100 * loss, rttMillis, median(ours), median(kernels),
                ratio, notes);
        return ratio;
    }

    static double median(List<Double> values) {
        List<Double> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        int n = sorted.size();
        return (sorted.get((n - 1) / 2) + sorted.get(n / 2)) / 2;
    }
}
