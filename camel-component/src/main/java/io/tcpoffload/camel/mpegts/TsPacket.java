// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel.mpegts;

import java.nio.ByteBuffer;

/**
 * Flyweight over one transport stream packet (13818-1, 2.4.3.2), with the adaptation field's start (2.4.3.4).
 *
 * <pre>
 *  byte 0      sync_byte 0x47
 *  byte 1..2   transport_error_indicator(1) payload_unit_start_indicator(1) transport_priority(1) PID(13)
 *  byte 3      transport_scrambling_control(2) adaptation_field_control(2: bit 1 field, bit 0 payload)
 *              continuity_counter(4)
 *  byte 4      adaptation_field_length: bytes that follow, 0 to 183
 *  byte 5      discontinuity(1) random_access(1) es_priority(1) PCR_flag(1) OPCR(1) splice(1) private(1) extension(1)
 *  byte 6..11  program_clock_reference_base(33) reserved(6) program_clock_reference_extension(9)
 * </pre>
 *
 * Reads single bytes at absolute indices only, so the buffer's position, limit and byte order do not matter.
 */
final class TsPacket {

    /** Bytes in a packet. */
    static final int SIZE = 188;
    static final int SYNC = 0x47;
    /** Null packets' PID; their continuity counter means nothing (2.4.3.3). */
    static final int NULL_PID = 0x1FFF;
    static final int PIDS = 0x2000;

    private static final int HEADER = 4;
    private static final int LENGTH_WITH_PCR = 7;

    private ByteBuffer buffer;
    private int offset;

    TsPacket wrap(ByteBuffer buffer, int offset) {
        this.buffer = buffer;
        this.offset = offset;
        return this;
    }

    boolean inSync() {
        return u8(0) == SYNC;
    }

    /** A receiver before us could not correct the packet. */
    boolean isDamaged() {
        return (u8(1) & 0x80) != 0;
    }

    boolean isScrambled() {
        return (u8(3) & 0xC0) != 0;
    }

    boolean payloadUnitStart() {
        return (u8(1) & 0x40) != 0;
    }

    int pid() {
        return (u8(1) & 0x1F) << 8 | u8(2);
    }

    boolean hasPayload() {
        return (u8(3) & 0x10) != 0;
    }

    int continuityCounter() {
        return u8(3) & 0x0F;
    }

    void continuityCounter(int value) {
        put(3, u8(3) & 0xF0 | value & 0x0F);
    }

    /** The source itself says that its clock, or this PID's continuity counter, begins anew (2.4.3.5). */
    boolean isDiscontinuity() {
        return adaptationLength() > 0 && (u8(5) & 0x80) != 0;
    }

    boolean hasPcr() {
        return adaptationLength() >= LENGTH_WITH_PCR && (u8(5) & 0x10) != 0;
    }

    /** The program clock reference, in 27 MHz ticks. */
    long pcr() {
        long base = (long) u8(6) << 25 | u8(7) << 17 | u8(8) << 9 | u8(9) << 1 | u8(10) >> 7;
        return base * TsClock.PCR_TICKS_PER_TICK + ((u8(10) & 1) << 8 | u8(11));
    }

    void pcr(long ticks) {
        long base = ticks / TsClock.PCR_TICKS_PER_TICK;
        int extension = (int) (ticks % TsClock.PCR_TICKS_PER_TICK);
        put(6, (int) (base >> 25));
        put(7, (int) (base >> 17));
        put(8, (int) (base >> 9));
        put(9, (int) (base >> 1));
        put(10, (int) (base & 1) << 7 | u8(10) & 0x7E | extension >> 8);
        put(11, extension);
    }

    /** Where the payload begins in the buffer; {@link #end()} if there is none, or no room for one. */
    int payloadOffset() {
        int start = hasAdaptationField() ? HEADER + 1 + u8(4) : HEADER;
        return hasPayload() ? offset + Math.min(start, SIZE) : end();
    }

    /** The first index behind this packet. */
    int end() {
        return offset + SIZE;
    }

    private boolean hasAdaptationField() {
        return (u8(3) & 0x20) != 0;
    }

    private int adaptationLength() {
        return hasAdaptationField() ? u8(4) : 0;
    }

    private int u8(int at) {
        return buffer.get(offset + at) & 0xFF;
    }

    private void put(int at, int value) {
        buffer.put(offset + at, (byte) value);
    }
}
