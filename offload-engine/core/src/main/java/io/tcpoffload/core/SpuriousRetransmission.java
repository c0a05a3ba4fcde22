// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

/**
 * Whether everything sent again since the window was reduced had arrived already, as the viewer's duplicate reports say
 * (RFC 2883, RFC 3708; Linux tcp_may_undo): then the reduction is undone.
 */
final class SpuriousRetransmission {

    private boolean watching;
    private int marker;
    private long resentBytes;
    private long reportedBytes;

    /** The window is reduced while {@code una} is the oldest byte out. */
    void begin(int una) {
        watching = true;
        marker = una;
        resentBytes = 0;
        reportedBytes = 0;
    }

    void stop() {
        watching = false;
    }

    void onResent(int bytes) {
        resentBytes += bytes;
    }

    /** @return true when the reduction was for nothing; told once */
    boolean onDsack(int left, int right) {
        if (!watching || resentBytes == 0 || Seq.before(left, marker)) {
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
