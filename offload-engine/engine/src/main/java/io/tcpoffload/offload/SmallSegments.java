// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import io.tcpoffload.core.Seq;

/**
 * Nagle's algorithm as Linux has it (RFC 9293 section 3.7.4, tcp_nagle_check, with Minshall's variant): at most one
 * segment that is not full is unacknowledged.
 */
final class SmallSegments {

    private final boolean limited;
    private int smallEnd;

    /**
     * @param limited false with TCP_NODELAY
     * @param una     before anything was sent
     */
    SmallSegments(boolean limited, int una) {
        this.limited = limited;
        this.smallEnd = una;
    }

    /** Whether a segment that is not full may go now. */
    boolean isFree(int una) {
        return !limited || !Seq.after(smallEnd, una);
    }

    /** How many of the bytes that wait may be asked for: whole segments, and the rest if it may go now. */
    long admit(long waiting, int mss, int una, boolean last) {
        return isFree(una) || last ? waiting : waiting - waiting % mss;
    }

    /** Bytes left, up to {@code nxt}. */
    void onSent(int bytes, int mss, int nxt) {
        if (bytes % mss != 0) {
            smallEnd = nxt;
        }
    }
}
