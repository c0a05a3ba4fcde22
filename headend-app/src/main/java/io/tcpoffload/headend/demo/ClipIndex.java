// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.headend.demo;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A clip that was found fit to be repeated without a seam, cut into pieces.
 *
 * @param durationTicks what one round lasts, exactly, in 90 kHz ticks; the same for every elementary stream
 * @param spans         the pieces in order; together the whole clip
 */
record ClipIndex(long durationTicks, List<Span> spans) {

    /**
     * A piece of the clip: whole packets.
     *
     * @param offset   its first byte
     * @param length   its bytes
     * @param startNs  when it is due, after the clip's first PCR
     * @param keyframe whether it begins with PAT, PMT and a keyframe
     */
    record Span(int offset, int length, long startNs, boolean keyframe) {
    }

    /**
     * Reads a clip, whole in the buffer from 0 to its limit.
     *
     * @throws IOException if it can't be repeated without a seam; names the packet, counted from 0, and the reason
     */
    static ClipIndex of(ByteBuffer clip) throws IOException {
        return new ClipScan(clip).scan();
    }

    long durationNs() {
        return StreamTime.pcrToNanos(durationTicks * StreamTime.PCR_TICKS_PER_TICK);
    }
}
