// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel.mpegts;

/**
 * Arithmetic of a transport stream's clocks (13818-1, 2.4.2): presentation times have 33 bits of 90 kHz, program clock
 * references 300 times the resolution. Both wrap every 26.5 hours.
 */
final class TsClock {

    static final long PCR_TICKS_PER_TICK = 300;
    static final long PCR_HZ = 27_000_000;
    static final long PTS_WRAP = 1L << 33;
    static final long PCR_WRAP = PTS_WRAP * PCR_TICKS_PER_TICK;

    private TsClock() {
    }

    /** Ticks from one program clock reference to another, 0 to {@link #PCR_WRAP} exclusive. */
    static long since(long earlier, long later) {
        return Math.floorMod(later - earlier, PCR_WRAP);
    }

    /** A program clock reference, moved. */
    static long move(long pcr, long offset) {
        return Math.floorMod(pcr + offset, PCR_WRAP);
    }

    /** A presentation or decoding time, moved by 27 MHz ticks. */
    static long moveTimestamp(long pts, long offset) {
        return Math.floorMod(pts + Math.floorDiv(offset, PCR_TICKS_PER_TICK), PTS_WRAP);
    }

    static long nanos(long ticks) {
        return ticks * 1000 / 27;
    }

    static long ticks(long millis) {
        return millis * (PCR_HZ / 1000);
    }
}
