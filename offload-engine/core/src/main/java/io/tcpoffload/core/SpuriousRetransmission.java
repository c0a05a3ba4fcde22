// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

/**
 * Whether everything sent again since the window was reduced had arrived already, as the viewer's duplicate reports say
 * (RFC 2883, RFC 3708), or as the time says at which what arrives had left (Eifel, RFC 3522): then the reduction is undone.
 * Linux: tcp_may_undo, tcp_packet_delayed.
 */
final class SpuriousRetransmission {

    private boolean watching;
    private int resentFrom;
    private int resentTo;
    private long resentBytes;
    private long reportedBytes;
    private long firstResentNs;

    /** The window is reduced. */
    void begin() {
        watching = true;
        resentBytes = 0;
        reportedBytes = 0;
    }

    void stop() {
        watching = false;
    }

    void onResent(int from, int bytes, long nowNs) {
        if (resentBytes == 0) {
            firstResentNs = nowNs;
        }
        final int to = Seq.plus(from, bytes);
        resentFrom = resentBytes == 0 ? from : Seq.min(resentFrom, from);
        resentTo = resentBytes == 0 ? to : Seq.max(resentTo, to);
        resentBytes += bytes;
    }

    /** True when what the acknowledgement went forward by left before anything was sent again, or nothing was at all. */
    boolean isOriginal(TimestampEcho echo) {
        return watching && (resentBytes == 0 || echo.isBefore(firstResentNs));
    }

    /**
     * The viewer got {@code [left, right)} twice. Outside of what was sent again that is the path's doing (RFC 3708 3).
     *
     * @return true when the reduction was for nothing; told once
     */
    boolean onDsack(int left, int right) {
        final boolean ours = resentBytes > 0 && Seq.atOrAfter(left, resentFrom) && Seq.atOrBefore(right, resentTo);
        if (!watching || !ours) {
            return false;
        }
        reportedBytes += Seq.distance(left, right);
        if (reportedBytes < resentBytes) {
            return false;
        }
        watching = false;
        return true;
    }
}
