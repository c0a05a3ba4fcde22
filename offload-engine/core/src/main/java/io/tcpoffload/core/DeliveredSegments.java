// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

/**
 * What an acknowledgement says has left the network (Linux {@code tp->delivered}): in bytes, or in whole segments where
 * those are counted.
 */
final class DeliveredSegments {

    private final SenderParts s;
    private int segments;
    private int sackedBefore;

    DeliveredSegments(SenderParts parts) {
        s = parts;
    }

    /** Before the scoreboard takes an acknowledgement. */
    void begin() {
        segments = 0;
        sackedBefore = sacked();
    }

    /** The cumulative part: {@code acked} bytes, which the scoreboard has taken. */
    void onAcknowledged(int ack, int acked) {
        if (s.bySegments) {
            final int nxt = s.board.nxt();
            segments = s.edges.segments(Seq.plus(ack, -acked), nxt) - s.edges.segments(ack, nxt);
            s.edges.acknowledge(ack);
        }
    }

    /**
     * The rest of it.
     *
     * @param old       whether it is older than another one: the window stays (Linux, at old_ack)
     * @param bytes     that it delivers, estimated where there is no SACK
     * @param duplicate bytes that it tells of that were sent again for nothing: they have left the network, too
     */
    void end(boolean old, int bytes, int duplicate) {
        if (!s.bySegments) {
            return;
        }
        if (!s.sack) {
            segments = s.segment.segments(bytes);
        } else if (old) {
            segments = 0;
        } else {
            segments += sacked() - sackedBefore + s.segment.segments(duplicate);
        }
    }

    private int sacked() {
        return s.bySegments ? s.board.sackedSegments(s.edges) : 0;
    }

    /** What counts for the window, of so many bytes that were delivered. */
    long bytes(int delivered) {
        return s.bySegments ? (long) segments * s.segment.bytes() : delivered;
    }
}
