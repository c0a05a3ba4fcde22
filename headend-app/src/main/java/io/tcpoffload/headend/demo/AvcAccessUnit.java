// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.headend.demo;

import java.nio.ByteBuffer;

/** The start of an H.264 access unit as a byte stream (ITU-T H.264, annex B): which NAL units it begins with. */
final class AvcAccessUnit {

    /** nal_unit_type values (table 7-1). */
    private static final int IDR_SLICE = 5;
    private static final int SPS = 7;
    private static final int PPS = 8;
    private static final int JOINABLE = 1 << IDR_SLICE | 1 << SPS | 1 << PPS;

    private AvcAccessUnit() {
    }

    /** Whether a decoder that saw nothing before can begin here: SPS, PPS and an IDR slice start within these bytes. */
    static boolean isJoinable(ByteBuffer buffer, int from, int to) {
        int found = 0;
        for (int at = from; at + 4 <= to; at++) {
            boolean startCode = buffer.get(at) == 0 && buffer.get(at + 1) == 0 && buffer.get(at + 2) == 1;
            if (startCode) {
                found |= 1 << (buffer.get(at + 3) & 0x1F);
            }
        }
        return (found & JOINABLE) == JOINABLE;
    }
}
