// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import io.tcpoffload.kernel.DmaRing;

/**
 * Sizes of shared posts. What a viewer gets at once follows its path ({@link io.tcpoffload.core.Sender#burstBytes()}), and
 * only viewers that get the same bytes share a post: so sizes come in classes, each twice the one below, and viewers
 * whose paths differ a little are in the same class. A class is a power of two of full segments: short ones are work
 * for the device, and what is lost on the way are packets, long or short.
 */
final class PieceClass {

    private PieceClass() {
    }

    /** What a post can carry: whole segments, and of a segment that is larger (on the loopback device) a part. */
    static int largest(int mss) {
        return mss < DmaRing.MAX_PAYLOAD ? DmaRing.MAX_PAYLOAD / mss * mss : DmaRing.MAX_PAYLOAD;
    }

    /**
     * Bytes of a piece.
     *
     * @param burstBytes what may leave at once: whole segments, one or more
     * @param mss        payload bytes of a segment
     * @param largest    {@link #largest} of it
     */
    static int bytes(int burstBytes, int mss, int largest) {
        return burstBytes + mss > largest ? largest : Integer.highestOneBit(Math.max(1, burstBytes / mss)) * mss;
    }
}
