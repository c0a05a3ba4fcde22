// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel.mpegts;

import java.nio.ByteBuffer;

/**
 * Moves the times in the head of a PES packet (13818-1, 2.4.3.6).
 *
 * <pre>
 *  byte 0..2    packet_start_code_prefix 0x000001
 *  byte 3       stream_id
 *  byte 6       '10' ...
 *  byte 7       PTS_DTS_flags(2: '10' PTS, '11' PTS and DTS) ...
 *  byte 8       PES_header_data_length
 *  byte 9..13   PTS:  prefix(4) [32..30](3) marker(1)  [29..15](15) marker(1)  [14..0](15) marker(1)
 *  byte 14..18  DTS, the same
 * </pre>
 */
final class PesTimestamps {

    private static final int FIXED = 9;
    private static final int TIMESTAMP = 5;

    private PesTimestamps() {
    }

    /**
     * @param at     where a payload begins whose packet has payload_unit_start_indicator
     * @param end    the first index behind the packet
     * @param offset 27 MHz ticks
     */
    static void move(ByteBuffer buffer, int at, int end, long offset) {
        for (int i = 0; i < count(buffer, at, end); i++) {
            int field = at + FIXED + i * TIMESTAMP;
            write(buffer, field, TsClock.moveTimestamp(read(buffer, field), offset));
        }
    }

    /** The presentation time in ticks of 90 kHz, or -1 if the payload has none; parameters as above. */
    static long pts(ByteBuffer buffer, int at, int end) {
        return count(buffer, at, end) == 0 ? -1 : read(buffer, at + FIXED);
    }

    /** How many times there are, PTS first. */
    private static int count(ByteBuffer buffer, int at, int end) {
        if (end - at < FIXED || !isAudioOrVideo(buffer, at)) {
            return 0;
        }
        int said = switch (u8(buffer, at + 7) >> 6) {
            case 2 -> 1;
            case 3 -> 2;
            default -> 0;
        };
        return Math.min(said, Math.min(u8(buffer, at + 8), end - at - FIXED) / TIMESTAMP);
    }

    /** A section can't be taken for one: it would have to begin with table_id 0 and a section_syntax_indicator of 0. */
    private static boolean isAudioOrVideo(ByteBuffer buffer, int at) {
        int stream = u8(buffer, at + 3);
        return u8(buffer, at) == 0 && u8(buffer, at + 1) == 0 && u8(buffer, at + 2) == 1
                && (stream == 0xBD || stream >= 0xC0 && stream <= 0xEF)
                && (u8(buffer, at + 6) & 0xC0) == 0x80;
    }

    static long read(ByteBuffer buffer, int at) {
        return (u8(buffer, at) >> 1 & 0x7L) << 30
                | u8(buffer, at + 1) << 22 | (u8(buffer, at + 2) >> 1) << 15
                | u8(buffer, at + 3) << 7 | u8(buffer, at + 4) >> 1;
    }

    static void write(ByteBuffer buffer, int at, long ticks) {
        buffer.put(at, (byte) (u8(buffer, at) & 0xF1 | (int) (ticks >> 30 & 0x7) << 1));
        buffer.put(at + 1, (byte) (ticks >> 22));
        buffer.put(at + 2, (byte) (ticks >> 15 << 1 | 1));
        buffer.put(at + 3, (byte) (ticks >> 7));
        buffer.put(at + 4, (byte) (ticks << 1 | 1));
    }

    private static int u8(ByteBuffer buffer, int at) {
        return buffer.get(at) & 0xFF;
    }
}
