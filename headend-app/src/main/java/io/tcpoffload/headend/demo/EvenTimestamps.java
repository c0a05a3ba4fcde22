// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.headend.demo;

/**
 * Follows one elementary stream's decoding times. They must go up by the same step each time, so that the step over the
 * seam is known.
 */
final class EvenTimestamps {

    private static final long NONE = -1;

    private long last = NONE;
    private long stepTicks = NONE;
    private int count;

    /** Takes the next decoding time, 90 kHz; why it doesn't fit, or null. */
    String add(long dts) {
        String fault = null;
        if (count == 1) {
            stepTicks = dts - last;
            fault = stepTicks > 0 ? null : "its timestamp " + dts + " is not after " + last;
        } else if (count > 1 && dts - last != stepTicks) {
            fault = "its timestamp " + dts + " is " + (dts - last) + " after the one before, not " + stepTicks;
        }
        last = dts;
        count++;
        return fault;
    }

    /** How long the stream lasts, its last frame included, in 90 kHz ticks; 0 for fewer than two frames. */
    long durationTicks() {
        return count > 1 ? count * stepTicks : 0;
    }
}
