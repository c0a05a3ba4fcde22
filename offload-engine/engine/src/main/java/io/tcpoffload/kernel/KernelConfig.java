// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import java.time.Duration;
import java.util.regex.Pattern;

/**
 * What the kernel side is made with.
 *
 * @param instance    name of this installation on this machine: 1 to 32 letters, digits, {@code _} or {@code -}. It
 *                    names the pinned objects and the tc filters; two engines with the same name exclude each other
 * @param maxSessions size of the session table, 1 to 1,048,576; 1 KB each
 * @param ringFrames  frames of a device's transmit ring, 2 to 1024; 128 KB each
 * @param jobs        size of the job list, 256 to 1,048,576; 16 bytes each
 * @param eventBytes  size of the event ring, a power of two from 4096 to 64 MB; an event takes 72 bytes
 * @param graceNs     how long viewers wait for an engine that is gone before they are reset, 2 s to 24 h, in nanoseconds
 */
public record KernelConfig(String instance, int maxSessions, int ringFrames, int jobs, int eventBytes, long graceNs) {

    public static final int DEFAULT_MAX_SESSIONS = 16_384;

    /** Frames are consumed within the send call, so the ring only has to hold what one turn of the loop posts. */
    public static final int DEFAULT_RING_FRAMES = 32;

    /** Four jobs a session of the default table. */
    public static final int DEFAULT_JOBS = 65_536;

    /** 14,563 events: what 1000 viewers that all lose packets raise in a garbage collection pause of 100 ms. */
    public static final int DEFAULT_EVENT_BYTES = 1 << 20;

    /** A restart of Karaf takes 10 to 30 s. */
    public static final long DEFAULT_GRACE_NS = Duration.ofSeconds(60).toNanos();

    private static final Duration LEAST_GRACE = Duration.ofSeconds(2);
    private static final Duration MOST_GRACE = Duration.ofHours(24);

    private static final int EVENT_BYTES_A_SESSION = DEFAULT_EVENT_BYTES / DEFAULT_MAX_SESSIONS;
    /** 910 events: a small table's viewers have as much to say, each, as a large one's. */
    private static final int LEAST_EVENT_BYTES = 64 << 10;

    private static final Pattern INSTANCE = Pattern.compile("[A-Za-z0-9_-]{1,32}");

    public KernelConfig {
        if (!INSTANCE.matcher(instance).matches()) {
            throw new IllegalArgumentException("instance is '" + instance + "': use 1 to 32 letters, digits, _ or -");
        }
        check("maxSessions", maxSessions, 1, 1 << 20);
        check("ringFrames", ringFrames, 2, 1024);
        check("jobs", jobs, DmaRing.MAX_TARGETS, 1 << 20);
        check("eventBytes", eventBytes, 4096, 64 << 20);
        if (Integer.bitCount(eventBytes) != 1) {
            throw new IllegalArgumentException("eventBytes is " + eventBytes + ": it must be a power of two");
        }
        if (graceNs < LEAST_GRACE.toNanos() || graceNs > MOST_GRACE.toNanos()) {
            throw new IllegalArgumentException("grace is " + Duration.ofNanos(graceNs).toMillis() + " ms: use "
                    + LEAST_GRACE.toSeconds() + " s to " + MOST_GRACE.toHours() + " h");
        }
    }

    /** Everything but the name at its default. */
    public static KernelConfig of(String instance) {
        return new KernelConfig(instance, DEFAULT_MAX_SESSIONS, DEFAULT_RING_FRAMES, DEFAULT_JOBS,
                DEFAULT_EVENT_BYTES, DEFAULT_GRACE_NS);
    }

    /** A session table of that size, and an event ring in proportion. */
    public KernelConfig withMaxSessions(int sessions) {
        int bytes = Math.max(LEAST_EVENT_BYTES, Integer.highestOneBit(Math.max(1, sessions)) * EVENT_BYTES_A_SESSION);
        return new KernelConfig(instance, sessions, ringFrames, jobs, bytes, graceNs);
    }

    /** How long viewers wait for an engine that is gone: 2 s to 24 h. */
    public KernelConfig withGrace(Duration grace) {
        return new KernelConfig(instance, maxSessions, ringFrames, jobs, eventBytes, grace.toNanos());
    }

    private static void check(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + " is " + value + ": use " + least + " to " + most);
        }
    }
}
