// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.bench;

import java.util.Arrays;

/** How long something took each time, as words {@code key=value}: requests, and percentiles in microseconds. */
final class Times {

    private final long[] sortedNs;

    Times(long[] ns) {
        sortedNs = ns.clone();
        Arrays.sort(sortedNs);
    }

    private long microsAt(double share) {
        return sortedNs.length == 0 ? 0 : sortedNs[(int) Math.min(sortedNs.length - 1, share * sortedNs.length)] / 1000;
    }

    @Override
    public String toString() {
        return "requests=" + sortedNs.length + " p50_us=" + microsAt(0.5) + " p90_us=" + microsAt(0.9) + " p99_us="
                + microsAt(0.99) + " max_us=" + microsAt(1);
    }
}
