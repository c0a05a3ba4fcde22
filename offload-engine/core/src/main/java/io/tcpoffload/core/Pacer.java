// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

/**
 * Holds data back so that it leaves at the pacing rate (Linux internal pacing: tcp_pacing_check,
 * tcp_update_skb_after_send): what leaves pushes the time of the next departure by what it takes at that rate.
 *
 * <p>Departures far apart are released on a grid of the absolute clock, so that viewers in step are released in the same
 * turn; the exact time is carried on, so that the rate is right all the same.
 */
final class Pacer {

    /** As in Linux, whose pacing begins with the eleventh segment: the first flight finds an empty path. */
    static final int INITIAL_SEGMENTS = 10;

    /**
     * How much of the time by which held data left late is made up for. A turn of a busy loop takes less; what a longer
     * pause made late must not come as a burst: 8 ms at the rate of a path fit in the smallest buffers there are.
     */
    static final long MAX_CREDIT_NS = 8_000_000L;

    private static final double NS_PER_SECOND = 1e9;

    private final long quantumNs;
    private long unpacedBytes;
    private long dueNs = Long.MIN_VALUE;
    private long releaseNs = Long.MIN_VALUE;
    private boolean held;
    private boolean announced;
    private boolean more;

    /**
     * @param quantumNs pitch of the grid, 0 for none
     * @param unpacedBytes what leaves first, whatever the rate
     */
    Pacer(long quantumNs, long unpacedBytes) {
        this.quantumNs = quantumNs;
        this.unpacedBytes = unpacedBytes;
    }

    /**
     * How many of {@code bytes}, which nothing else holds back, may leave now: none before the release; then a burst, or
     * as many whole ones as should have left by now.
     *
     * @param burstBytes what may leave back to back
     * @param maxBytes no more than this, however late it is, but for a burst
     * @param bytesPerSecond {@link Long#MAX_VALUE} when the rate is not known, so that nothing is held
     */
    int admit(int bytes, int burstBytes, int maxBytes, long bytesPerSecond, long nowNs) {
        more = false;
        if (bytesPerSecond == Long.MAX_VALUE) {
            announced = true;
            return bytes;
        }
        if (nowNs < releaseNs) {
            held = true;
            announced = false;
            return 0;
        }
        announced = true;
        final long credited = creditNs(nowNs) / Math.max(1, ns(burstBytes, bytesPerSecond));
        final long late = Math.min(burstBytes * (1 + credited), maxBytes - maxBytes % burstBytes);
        final long allowed = Math.max(Math.max(burstBytes, late), unpacedBytes);
        more = allowed < bytes;
        return (int) Math.min(bytes, allowed);
    }

    /** What waits, waits for something else: when it may go, nothing is to be made up for. */
    void clear() {
        held = false;
        more = false;
    }

    /**
     * {@code bytes} left.
     *
     * @param exact whether the next departure is released at its time and not on the grid
     */
    void onSent(int bytes, long bytesPerSecond, boolean exact, long nowNs) {
        final long free = Math.min(bytes, unpacedBytes);
        unpacedBytes -= free;
        if (bytesPerSecond == Long.MAX_VALUE) {
            held = false;
            return;
        }
        dueNs = Math.max(dueNs, nowNs - creditNs(nowNs)) + ns(bytes - free, bytesPerSecond);
        releaseNs = exact || quantumNs == 0 ? dueNs : Math.floorDiv(dueNs + quantumNs - 1, quantumNs) * quantumNs;
        held = more;
        announced = false;
        more = false;
    }

    private long creditNs(long nowNs) {
        return held ? Math.max(0, Math.min(nowNs - dueNs, MAX_CREDIT_NS)) : 0;
    }

    private static long ns(long bytes, long bytesPerSecond) {
        return (long) (bytes * NS_PER_SECOND / bytesPerSecond);
    }

    /** When data that this holds back may leave; {@link Long#MAX_VALUE} when it holds none. */
    long releaseNs() {
        return held && !announced ? releaseNs : Long.MAX_VALUE;
    }

    /** The release has been told of: it is not told again if nothing comes of it. */
    void onTimer(long nowNs) {
        announced |= held && nowNs >= releaseNs;
    }
}
