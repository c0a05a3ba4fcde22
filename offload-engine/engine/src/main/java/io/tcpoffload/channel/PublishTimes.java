// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

/**
 * When what was published: samples of the store's head, for limits that are times. Times count from the newest body, so that
 * nobody falls behind while nothing is published. Not thread-safe.
 */
final class PublishTimes {

    /** Samples: a limit is exact to a two-thousandth of the longest. */
    private static final int SAMPLES = 4096;

    private final long[] positions = new long[SAMPLES];
    private final long[] timesNs = new long[SAMPLES];
    private long spacingNs;
    private long next;
    private long newestNs;

    /** @param longestNs longest time that is asked for, 0 for none */
    void reach(long longestNs) {
        spacingNs = longestNs * 2 / SAMPLES;
    }

    /**
     * @param position of the head before the body
     * @param nowNs    when it was appended
     */
    void add(long position, long nowNs) {
        newestNs = nowNs;
        if (next == 0 || nowNs - timesNs[at(next - 1)] >= spacingNs) {
            positions[at(next)] = position;
            timesNs[at(next)] = nowNs;
            next++;
        }
    }

    /** Where what is at least so old ends; 0 if nothing is. */
    long endOf(long ageNs) {
        long sample = newestOf(ageNs);
        return sample < oldest() ? 0 : sample + 1 < next ? positions[at(sample + 1)] : positions[at(sample)];
    }

    /** Where something that is at least so old begins, as late as possible; 0 if nothing is. */
    long startOf(long ageNs) {
        long sample = newestOf(ageNs);
        return sample < oldest() ? 0 : positions[at(sample)];
    }

    private long oldest() {
        return Math.max(0, next - SAMPLES);
    }

    /** The newest sample that is so much older than the newest body; less than the oldest if none is. */
    private long newestOf(long ageNs) {
        long low = oldest() - 1;
        long high = next;
        while (high - low > 1) {
            long middle = (low + high) >>> 1;
            if (newestNs - timesNs[at(middle)] >= ageNs) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private static int at(long sample) {
        return (int) (sample & SAMPLES - 1);
    }
}
