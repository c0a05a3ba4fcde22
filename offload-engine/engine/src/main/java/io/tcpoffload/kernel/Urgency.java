// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import com.sun.jna.Memory;

/**
 * Lets the calling thread have a processor as soon as it has something to do, however many others want one: a real-time
 * thread of the lowest level ({@code sched(7)}). Only for threads that do little and wait for the rest of the time; the
 * kernel leaves the others a twentieth of each second anyway (sched_rt_runtime_us). Needs CAP_SYS_NICE, and goes without.
 */
public final class Urgency {

    private static final int CALLING_THREAD = 0;
    private static final int SCHED_OTHER = 0;
    private static final int SCHED_FIFO = 1;
    private static final int LOWEST = 1;

    private Urgency() {
    }

    /**
     * From now on, or until {@link #lower}.
     *
     * @return whether it was an ordinary thread and is one no more
     */
    public static boolean raise() {
        return Libc.sched_getscheduler(CALLING_THREAD) == SCHED_OTHER && set(SCHED_FIFO, LOWEST);
    }

    /** An ordinary thread again. */
    public static void lower() {
        set(SCHED_OTHER, 0);
    }

    private static boolean set(int policy, int level) {
        try (Memory priority = new Memory(Integer.BYTES)) {
            priority.setInt(0, level);
            return Libc.sched_setscheduler(CALLING_THREAD, policy, priority) == 0;
        }
    }
}
