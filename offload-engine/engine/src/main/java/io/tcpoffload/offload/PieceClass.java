// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import io.tcpoffload.channel.TsPacket;

/**
 * Sizes of shared posts. What a viewer gets at once follows its path ({@link io.tcpoffload.core.Sender#burstBytes()}), and
 * only viewers that get the same bytes share a post: so sizes come in classes, each twice the one below, and viewers
 * whose paths differ a little are in the same class. A class is a power of two of full segments, so that little of a
 * device's work goes into short ones, less what would cut an MPEG-TS packet.
 */
final class PieceClass {

    /** The largest: whole MPEG-TS packets, at most {@link io.tcpoffload.kernel.DmaRing#MAX_PAYLOAD}. */
    static final int LARGEST_BYTES = 347 * TsPacket.SIZE;

    private PieceClass() {
    }

    /**
     * Bytes of a piece.
     *
     * @param burstBytes what may leave at once: whole segments, one or more
     * @param mss        payload bytes of a segment
     */
    static int bytes(int burstBytes, int mss) {
        if (burstBytes + mss > LARGEST_BYTES) {
            return LARGEST_BYTES;
        }
        int whole = Integer.highestOneBit(Math.max(1, burstBytes / mss)) * mss;
        return whole > TsPacket.SIZE ? whole - whole % TsPacket.SIZE : whole;
    }
}
