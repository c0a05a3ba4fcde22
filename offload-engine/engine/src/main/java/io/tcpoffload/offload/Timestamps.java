// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import io.tcpoffload.core.Sender;
import java.util.concurrent.TimeUnit;

/** Our own TCP timestamps (RFC 7323): the header builder writes TSval = CLOCK_MONOTONIC in milliseconds + an offset. */
final class Timestamps {

    /**
     * What a viewer can echo is as old as a segment can be that is still waited for, {@link
     * io.tcpoffload.core.SenderConfig#giveUpNs} and the longest timeout together.
     */
    static final long OLDEST_MS = TimeUnit.MINUTES.toMillis(5);

    private Timestamps() {
    }

    /**
     * When the segment was sent whose timestamp came back.
     *
     * @param tsEcr     the echo
     * @param tsOffset  what was added to the clock
     * @param arrivalNs when the echo came
     * @return CLOCK_MONOTONIC in ns, whole milliseconds; {@link Sender#NO_ECHO} for an echo of what was never sent
     */
    static long sentNs(int tsEcr, int tsOffset, long arrivalNs) {
        long arrivalMs = TimeUnit.NANOSECONDS.toMillis(arrivalNs);
        int ageMs = (int) arrivalMs - (tsEcr - tsOffset);
        return ageMs < 0 || ageMs > OLDEST_MS ? Sender.NO_ECHO : TimeUnit.MILLISECONDS.toNanos(arrivalMs - ageMs);
    }
}
