// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.headend.demo;

import java.nio.ByteBuffer;

/**
 * Flyweight over one transport stream packet (13818-1, 2.4.3.2), with the adaptation field's start (2.4.3.4).
 *
 * <pre>
 *  byte 0      sync_byte 0x47
 *  byte 1..2   transport_error_indicator(1) payload_unit_start_indicator(1) transport_priority(1) PID(13)
 *  byte 3      transport_scrambling_control(2) adaptation_field_control(2: bit 1 field, bit 0 payload)
 *              continuity_counter(4)
 *  byte 4      adaptation_field_length L: bytes that follow, 0 to 183
 *  byte 5      discontinuity(1) random_access(1) es_priority(1) PCR_flag(1) OPCR_flag(1) splice(1) private(1) ext(1)
 *  byte 6..11  program_clock_reference_base(33) reserved(6) program_clock_reference_extension(9)
 * </pre>
 *
 * Nothing is checked but by {@link #fault()}: call it once before the other getters. Not thread-safe.
 */
final class TsPacket {

    /** Bytes in a packet. */
    static final int SIZE = 188;
    static final int PAT_PID = 0;
    /** Null packets' PID; their continuity counter means nothing (2.4.3.3). */
    static final int NULL_PID = 0x1FFF;
    static final int PIDS = 0x2000;

    private static final int SYNC = 0x47;
    private static final int HEADER = 4;
    private static final int PCR_END = 12;

    private ByteBuffer buffer;
    private int offset;

    /** Looks at the packet that begins at an absolute offset of a big-endian buffer. */
    TsPacket wrap(ByteBuffer buffer, int offset) {
        this.buffer = buffer;
        this.offset = offset;
        return this;
    }

    /** Why this is no packet that can be repeated, or null if it is one. */
    String fault() {
        int control = u8(3);
        if (u8(0) != SYNC) {
            return "its first byte is " + u8(0) + ", not the sync byte 71";
        }
        if ((u8(1) & 0x80) != 0) {
            return "it is marked as damaged (transport_error_indicator)";
        }
        if ((control & 0xC0) != 0) {
            return "it is scrambled";
        }
        if ((control & 0x30) == 0) {
            return "it has neither adaptation field nor payload";
        }
        int longest = hasPayload() ? 182 : 183;
        if (hasAdaptationField() && u8(4) > longest) {
            return "its adaptation field has " + u8(4) + " bytes, more than " + longest;
        }
        if (hasPcr() && payloadStart() < PCR_END) {
            return "its adaptation field is too short for its PCR";
        }
        return null;
    }

    int pid() {
        return (u8(1) & 0x1F) << 8 | u8(2);
    }

    /** Whether a PES packet or, after a pointer field, a section begins in this packet. */
    boolean payloadUnitStart() {
        return (u8(1) & 0x40) != 0;
    }

    boolean hasPayload() {
        return (u8(3) & 0x10) != 0;
    }

    int continuityCounter() {
        return u8(3) & 0x0F;
    }

    void continuityCounter(int value) {
        buffer.put(offset + 3, (byte) (u8(3) & 0xF0 | value & 0x0F));
    }

    boolean randomAccess() {
        return hasAdaptationField() && u8(4) > 0 && (u8(5) & 0x40) != 0;
    }

    boolean hasPcr() {
        return hasAdaptationField() && u8(4) > 0 && (u8(5) & 0x10) != 0;
    }

    /** The program clock reference in 27 MHz ticks. */
    long pcr() {
        long base = (buffer.getInt(offset + 6) & 0xFFFF_FFFFL) << 1 | u8(10) >> 7;
        return base * StreamTime.PCR_TICKS_PER_TICK + ((u8(10) & 1) << 8 | u8(11));
    }

    /** @param pcr 27 MHz ticks, 0 to {@link StreamTime#PCR_WRAP} exclusive */
    void pcr(long pcr) {
        long base = pcr / StreamTime.PCR_TICKS_PER_TICK;
        int extension = (int) (pcr % StreamTime.PCR_TICKS_PER_TICK);
        buffer.putInt(offset + 6, (int) (base >> 1));
        buffer.put(offset + 10, (byte) ((base & 1) << 7 | u8(10) & 0x7E | extension >> 8));
        buffer.put(offset + 11, (byte) extension);
    }

    /** Where the payload begins in the buffer; {@link #end()} if there is none. */
    int payloadOffset() {
        return hasPayload() ? offset + payloadStart() : end();
    }

    /** The first offset in the buffer behind this packet. */
    int end() {
        return offset + SIZE;
    }

    private boolean hasAdaptationField() {
        return (u8(3) & 0x20) != 0;
    }

    private int payloadStart() {
        return hasAdaptationField() ? HEADER + 1 + u8(4) : HEADER;
    }

    private int u8(int at) {
        return buffer.get(offset + at) & 0xFF;
    }
}
