// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import io.tcpoffload.itests.RelayLink;
import java.util.SplittableRandom;

/**
 * A link, its viewers and what they are sent, by chance.
 *
 * @param name          of the channel
 * @param sack          whether viewers offer selective acknowledgements; the same goes for the next two
 * @param receiveBuffer of each viewer's socket, in bytes, 0 for the kernel's own choice
 * @param mtu           of the link, in bytes
 * @param segmentBytes  what is published at once
 */
record World(String name, long seed, boolean ipv6, boolean sack, boolean timestamps, boolean windowScale,
        int receiveBuffer, int mtu, int viewers, int rttMicros, RelayLink towardsViewers, RelayLink fromViewers,
        int segments, int segmentBytes, int pauseMillis) {

    /** Within what a slow path carries in a few seconds. */
    private static final int MOST_BYTES = 2_000_000;
    private static final int FEWEST_BYTES = 60_000;
    private static final double SECONDS = 2;
    private static final int[] MTUS = {576, 1006, 1280, 1500, 1500, 4000, 9000};
    private static final int[] BUFFERS = {0, 0, 4608, 16_384, 65_536};
    private static final int UNIT = 1316;

    /** The same each time for the same seed and choice. */
    static World of(long seed, boolean sack) {
        SplittableRandom r = new SplittableRandom(seed);
        int rtt = r.nextInt(8) == 0 ? 0 : r.nextInt(100_001);
        int mtu = MTUS[r.nextInt(MTUS.length)];
        int buffer = BUFFERS[r.nextInt(BUFFERS.length)];
        boolean ipv6 = mtu >= 1280 && r.nextInt(3) == 0;
        int viewers = 2 + r.nextInt(3);
        double loss = r.nextInt(5) == 0 ? 0 : r.nextDouble() * 0.05;
        RelayLink to = link(r, rtt).drop(loss);
        RelayLink from = link(r, rtt).drop(r.nextInt(3) == 0 ? 0 : r.nextDouble() * 0.05);
        double bitsPerSecond = 8.0 * (mtu - 52) * 1.2 / Math.sqrt(Math.max(loss, 0.001)) / Math.max(rtt / 1e6, 0.01);
        if (buffer > 0) {
            bitsPerSecond = Math.min(bitsPerSecond, 8.0 * buffer / 2 / Math.max(rtt / 1e6, 0.01));
        }
        if (r.nextInt(4) == 0) {
            int kilobits = 5000 + r.nextInt(45_000);
            to = to.bottleneck(kilobits, Math.max(10 * mtu, 16_384 << r.nextInt(4)));
            bitsPerSecond = Math.min(bitsPerSecond, 1000.0 * kilobits / viewers / 2);
        }
        int bytes = (int) Math.max(FEWEST_BYTES, Math.min(MOST_BYTES, bitsPerSecond * SECONDS / 8));
        int segmentBytes = UNIT * (1 + r.nextInt(50));
        return new World("w" + seed, seed, ipv6, sack, r.nextInt(4) != 0, r.nextInt(4) != 0, buffer, mtu, viewers, rtt, to, from,
                Math.max(2, bytes / segmentBytes), segmentBytes, r.nextInt(10));
    }

    /** What is held back is overtaken, but not by more than reordering is on real paths: a part of the round trip. */
    private static RelayLink link(SplittableRandom r, int rttMicros) {
        RelayLink link = RelayLink.CLEAN;
        link = r.nextBoolean() ? link.duplicate(r.nextDouble() * 0.02) : link;
        link = r.nextBoolean() ? link.corrupt(r.nextDouble() * 0.01) : link;
        link = r.nextBoolean() ? link.reorder(r.nextDouble() * 0.05, rttMicros / 4) : link;
        return r.nextBoolean() ? link.jitterMicros(r.nextInt(1 + Math.min(rttMicros, 10_000))) : link;
    }

    long bytes() {
        return (long) segments * segmentBytes;
    }
}
