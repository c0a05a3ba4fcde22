// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import java.util.Arrays;
import java.util.Set;

/**
 * Stretches of a channel's stream that are for some viewers only. All others pass over them. Written by who appends, before
 * the stretch can be read; read by any thread.
 */
final class Addressed {

    /** @param sessions whose viewers get the bytes from {@code from} to {@code to - 1} */
    record Stretch(long from, long to, Set<Long> sessions) {
    }

    private static final Stretch[] NONE = {};

    private volatile Stretch[] stretches = NONE;

    /** Adds the newest stretch, and forgets those that are in the store no longer. One thread at a time. */
    void add(Stretch stretch, long tail) {
        Stretch[] kept = Arrays.stream(stretches).filter(old -> old.to > tail).toArray(Stretch[]::new);
        Stretch[] more = Arrays.copyOf(kept, kept.length + 1);
        more[kept.length] = stretch;
        stretches = more;
    }

    /** Where a viewer goes on that is at a position: there, or after what is not for it. */
    long pass(long position, long session) {
        Stretch[] all = stretches;
        if (all.length == 0 || position >= all[all.length - 1].to) {
            return position;
        }
        long at = position;
        for (Stretch stretch : all) {
            if (stretch.from <= at && at < stretch.to && !stretch.sessions.contains(session)) {
                at = stretch.to;
            }
        }
        return at;
    }

    /** How many bytes from a position on are for the same viewers, at most so many. */
    int alike(long position, int most) {
        Stretch[] all = stretches;
        if (all.length == 0 || position >= all[all.length - 1].to) {
            return most;
        }
        long end = position + most;
        for (Stretch stretch : all) {
            if (stretch.from > position) {
                end = Math.min(end, stretch.from);
            } else if (stretch.to > position) {
                end = Math.min(end, stretch.to);
            }
        }
        return (int) (end - position);
    }
}
