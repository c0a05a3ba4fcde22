// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.headend.demo;

import java.nio.ByteBuffer;

/**
 * Flyweight over the head of a PES packet (13818-1, 2.4.3.6).
 *
 * <pre>
 *  byte 0..2    packet_start_code_prefix 0x000001
 *  byte 3       stream_id
 *  byte 4..5    PES_packet_length
 *  byte 6       '10' scrambling(2) priority(1) alignment(1) copyright(1) original(1)
 *  byte 7       PTS_DTS_flags(2: '10' PTS, '11' PTS and DTS) other flags(6)
 *  byte 8       PES_header_data_length
 *  byte 9..13   PTS:  prefix(4) [32..30](3) marker(1)  [29..15](15) marker(1)  [14..0](15) marker(1)
 *  byte 14..18  DTS, the same
 * </pre>
 *
 * Not thread-safe.
 */
final class PesHeader {

    private static final int FIXED = 9;
    private static final int TIMESTAMP = 5;
    private static final int PTS = FIXED;
    private static final int DTS = FIXED + TIMESTAMP;

    private ByteBuffer buffer;
    private int offset;

    /**
     * Looks at the first payload byte of a packet with payload_unit_start_indicator.
     *
     * @return whether a PES packet with the optional head (audio, video, private_stream_1) begins there. A section can't
     *     be taken for one: it would have to begin with table_id 0 and section_syntax_indicator 0, which no PAT has
     */
    boolean wrap(ByteBuffer buffer, int offset, int end) {
        this.buffer = buffer;
        this.offset = offset;
        return end - offset >= FIXED
                && u8(0) == 0 && u8(1) == 0 && u8(2) == 1
                && (u8(3) == 0xBD || u8(3) >= 0xC0 && u8(3) <= 0xEF)
                && (u8(6) & 0xC0) == 0x80
                && FIXED + u8(8) <= end - offset
                && timestamps() * TIMESTAMP <= u8(8);
    }

    boolean hasPts() {
        return timestamps() > 0;
    }

    boolean hasDts() {
        return timestamps() > 1;
    }

    /** Presentation time, 33 bits of 90 kHz. */
    long pts() {
        return timestamp(PTS);
    }

    void pts(long ticks) {
        timestamp(PTS, ticks);
    }

    /** Decoding time, 33 bits of 90 kHz; the presentation time where the head has no DTS of its own (2.7.5). */
    long dts() {
        return timestamp(hasDts() ? DTS : PTS);
    }

    /** Only where {@link #hasDts()}. */
    void dts(long ticks) {
        timestamp(DTS, ticks);
    }

    /** Where the elementary stream's bytes begin in the buffer. */
    int dataOffset() {
        return offset + FIXED + u8(8);
    }

    private int timestamps() {
        return switch (u8(7) >> 6) {
            case 2 -> 1;
            case 3 -> 2;
            default -> 0;
        };
    }

    private long timestamp(int at) {
        return (u8(at) >> 1 & 0x7L) << 30 | (u16(at + 1) >> 1) << 15 | u16(at + 3) >> 1;
    }

    private void timestamp(int at, long ticks) {
        buffer.put(offset + at, (byte) (u8(at) & 0xF1 | (int) (ticks >> 30 & 0x7) << 1));
        buffer.putShort(offset + at + 1, (short) ((ticks >> 15 & 0x7FFF) << 1 | 1));
        buffer.putShort(offset + at + 3, (short) ((ticks & 0x7FFF) << 1 | 1));
    }

    private int u8(int at) {
        return buffer.get(offset + at) & 0xFF;
    }

    private long u16(int at) {
        return buffer.getShort(offset + at) & 0xFFFFL;
    }
}
