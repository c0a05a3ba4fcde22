// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.headend.demo;

/**
 * The two clocks of MPEG-2 Systems (13818-1, 2.4.2): PTS and DTS count 90 kHz ticks in 33 bits, the PCR counts the 27 MHz
 * system clock as a 33-bit base of 90 kHz and an extension of 0 to 299. Both wrap together, every 26.5 hours.
 */
final class StreamTime {

    /** System clock ticks in one 90 kHz tick. */
    static final int PCR_TICKS_PER_TICK = 300;
    /** PTS and DTS are modulo this, in 90 kHz ticks. */
    static final long WRAP_TICKS = 1L << 33;
    /** The PCR is modulo this, in 27 MHz ticks. */
    static final long PCR_WRAP = WRAP_TICKS * PCR_TICKS_PER_TICK;

    private StreamTime() {
    }

    /** A PTS or DTS moved by {@code ticks} &gt;= 0 of 90 kHz. */
    static long shift(long timestamp, long ticks) {
        return (timestamp + ticks) & (WRAP_TICKS - 1);
    }

    /** A PCR moved by {@code ticks} &gt;= 0 of 90 kHz, below {@link #WRAP_TICKS}. */
    static long shiftPcr(long pcr, long ticks) {
        return (pcr + ticks * PCR_TICKS_PER_TICK) % PCR_WRAP;
    }

    /** 27 MHz ticks in nanoseconds. */
    static long pcrToNanos(long pcrTicks) {
        return pcrTicks * 1000 / 27;
    }
}
