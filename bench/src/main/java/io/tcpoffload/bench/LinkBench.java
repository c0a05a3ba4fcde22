// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/** {@code bench/goodput}: our sender beside the kernel's on links that are not perfect. */
public final class LinkBench {

    private static final List<String> ALL = List.of("goodput", "fairness", "burst");
    private static final String CONTROL = "control";

    /** What two flows share evens out over many of their losses. */
    private static final int FAIRNESS_LONGER = 3;

    private LinkBench() {
    }

    /** Arguments: {@code --seconds S --runs N --seed N --loss P --rtt MS} and which measurements. */
    public static void main(String[] args) {
        double seconds = 20;
        int runs = 3;
        long seed = 1;
        double loss = 0;
        int rtt = 0;
        List<String> which = new ArrayList<>();
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--seconds" -> seconds = Double.parseDouble(args[++i]);
                case "--runs" -> runs = Integer.parseInt(args[++i]);
                case "--seed" -> seed = Long.parseLong(args[++i]);
                case "--loss" -> loss = Double.parseDouble(args[++i]);
                case "--rtt" -> rtt = Integer.parseInt(args[++i]);
                default -> which.add(args[i]);
            }
        }
        if (!which.stream().allMatch(each -> ALL.contains(each) || each.equals(CONTROL))) {
            System.err.println("bench/goodput: '" + which + "': one or more of " + ALL + ", " + CONTROL);
            System.exit(2);
        }
        long[] seeds = LongStream.range(seed, seed + runs).toArray();
        for (String each : which.isEmpty() ? ALL : which) {
            switch (each) {
                case "goodput" -> System.out.printf("goodput: worst ratio to the kernel's %.2f%n",
                        Goodput.run(seconds, seeds, loss, rtt, false));
                case CONTROL -> System.out.printf("control: worst ratio of the kernel's to itself %.2f%n",
                        Goodput.run(seconds, seeds, loss, rtt, true));
                case "fairness" -> {
                    double share = Fairness.run(FAIRNESS_LONGER * seconds, runs);
                    System.out.printf("fairness: farthest from half and half %.0f:%.0f%n", 100 * share, 100 - 100 * share);
                }
                default -> System.out.printf("burst: lost of a paced viewer, published in pieces: %d%n", Burst.run(seconds));
            }
        }
    }
}
