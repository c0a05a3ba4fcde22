// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel.mpegts;

import java.nio.ByteBuffer;

/**
 * Cuts media into whole 188-byte packets, whatever the pieces in which it comes: the packet at a piece's end waits for
 * the next piece to complete it. Where the sync byte is missing, bytes are skipped up to the next packet, and counted.
 */
public final class PacketAligner {

    private final ByteBuffer carried = ByteBuffer.allocate(TsPacket.SIZE);
    private long skippedBytes;

    /**
     * Takes the packet that the last piece began and this one completes.
     *
     * @param media its position is moved past what was taken
     * @return a packet in memory of its own, or null when there is none (yet)
     */
    public ByteBuffer completeCarried(ByteBuffer media) {
        if (carried.position() == 0) {
            return null;
        }
        int missing = Math.min(carried.remaining(), media.remaining());
        carried.put(media.slice(media.position(), missing));
        if (carried.hasRemaining()) {
            media.position(media.position() + missing);
            return null;
        }
        if (follows(media, media.position() + missing)) {
            media.position(media.position() + missing);
            ByteBuffer packet = ByteBuffer.allocate(TsPacket.SIZE).put(carried.flip()).flip();
            carried.clear();
            return packet;
        }
        // What was carried was no packet's start, or its end was lost.
        skippedBytes += TsPacket.SIZE - missing;
        carried.clear();
        return null;
    }

    /**
     * Cuts the whole packets off a piece's start, and keeps an incomplete one at its end.
     *
     * @param media its position is moved to its limit, or to where packets are to be looked for again: call until
     *              nothing remains
     * @return a view of the packets, empty when there are none
     */
    public ByteBuffer next(ByteBuffer media) {
        skipToPacket(media);
        int start = media.position();
        int end = start;
        while (media.limit() - end >= TsPacket.SIZE && media.get(end) == TsPacket.SYNC) {
            end += TsPacket.SIZE;
        }
        media.position(end);
        if (media.remaining() < TsPacket.SIZE && media.hasRemaining() && media.get(end) == TsPacket.SYNC) {
            carried.put(media);
        }
        return media.slice(start, end - start);
    }

    private void skipToPacket(ByteBuffer media) {
        while (media.hasRemaining()
                && !(media.get(media.position()) == TsPacket.SYNC && follows(media, media.position() + TsPacket.SIZE))) {
            media.position(media.position() + 1);
            skippedBytes++;
        }
    }

    /** Whether a packet may begin there, as far as can be seen. */
    private static boolean follows(ByteBuffer media, int at) {
        return at >= media.limit() || media.get(at) == TsPacket.SYNC;
    }

    /** Another one that goes on from here. */
    PacketAligner copy() {
        var copy = new PacketAligner();
        copy.carried.put(carried.duplicate().flip());
        return copy;
    }

    /** Throws away what waits for its other half. */
    void forget() {
        carried.clear();
    }

    /** Whether nothing waits for its other half: the next piece may be passed on as it is, if it is whole packets. */
    public boolean isClean() {
        return carried.position() == 0;
    }

    /** Bytes thrown away because no packet could be made of them. */
    public long skippedBytes() {
        return skippedBytes;
    }
}
