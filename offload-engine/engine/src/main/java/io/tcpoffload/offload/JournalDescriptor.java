// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import io.tcpoffload.kernel.Resumption;

/**
 * Layout of what a session's journal holds, {@value Resumption#BYTES} bytes in host byte order, zero when there is none.
 * <pre>
 *    0  kind | flags | id
 *   16  started_at              | channel
 *   32  input_base | mss_clamp, sack, ecn | fin_seq | spans
 *   48  sent_bytes              | jumps
 *   64  srtt_ns                 | rttvar_ns
 *   80  cwnd_bytes              | ssthresh_bytes
 *   96  spare
 *  128  spans, copy 0: position[16], seq[16]
 *  320  spans, copy 1
 * </pre>
 * Written by the session loop's thread alone, and read by the engine that comes after it.
 */
final class JournalDescriptor {

    static final int KIND = 0;
    static final int FLAGS = 4;
    static final int ID = 8;
    static final int STARTED_AT = 16;
    static final int CHANNEL = 24;
    static final int INPUT_BASE = 32;
    static final int MSS_CLAMP = 36;
    static final int SACK = 38;
    static final int ECN = 39;
    static final int FIN_SEQ = 40;
    /** Number of spans, shifted left by one, and which copy holds them. */
    static final int SPANS = 44;
    static final int SENT_BYTES = 48;
    static final int JUMPS = 56;
    static final int SRTT_NS = 64;
    static final int RTTVAR_NS = 72;
    static final int CWND_BYTES = 80;
    static final int SSTHRESH_BYTES = 88;
    static final int COPIES = 128;
    static final int COPY_BYTES = StreamMap.MAX_SPANS * (Long.BYTES + Integer.BYTES);

    /** {@link #FLAGS}: the stream has ended for this viewer; a FIN follows its last byte. */
    static final int ENDING = 1;
    /** {@link #FLAGS}: {@link #FIN_SEQ} holds; the FIN has left when nxt is beyond it. */
    static final int FIN = 2;

    private JournalDescriptor() {
    }

    static int position(int copy, int span) {
        return COPIES + copy * COPY_BYTES + span * Long.BYTES;
    }

    static int seq(int copy, int span) {
        return COPIES + copy * COPY_BYTES + StreamMap.MAX_SPANS * Long.BYTES + span * Integer.BYTES;
    }
}
