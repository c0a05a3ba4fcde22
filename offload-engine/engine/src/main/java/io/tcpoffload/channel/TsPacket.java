// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The packet of an MPEG transport stream (ISO/IEC 13818-1 section 2.4.3.2), of which segments are made.
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
 */
public final class TsPacket {

    /** Bytes. */
    public static final int SIZE = 188;

    static final int SYNC = 0x47;
    static final int HEADER = 4;
    /** Null packets' PID; their continuity counter means nothing (2.4.3.3). */
    static final int NULL_PID = 0x1FFF;
    static final int PIDS = 0x2000;
    /** Ticks of 27 MHz after which a PCR begins anew: 26.5 hours. */
    static final long PCR_WRAP = (1L << 33) * 300;

    private static final byte STUFFING = (byte) 0xFF;

    private TsPacket() {
    }

    /** Bytes from a position to the end of the packet it is in, 0 at a packet's first byte. */
    static int rest(long segmentStart, long position) {
        int into = (int) ((position - segmentStart) % SIZE);
        return into == 0 ? 0 : SIZE - into;
    }

    static boolean isSync(ByteBuffer buffer, int at) {
        return buffer.get(at) == SYNC;
    }

    static boolean isDamaged(ByteBuffer buffer, int at) {
        return (buffer.get(at + 1) & 0x80) != 0;
    }

    static int pid(ByteBuffer buffer, int at) {
        return (buffer.get(at + 1) & 0x1F) << 8 | buffer.get(at + 2) & 0xFF;
    }

    static int continuityCounter(ByteBuffer buffer, int at) {
        return buffer.get(at + 3) & 0x0F;
    }

    static boolean hasPayload(ByteBuffer buffer, int at) {
        return (buffer.get(at + 3) & 0x10) != 0;
    }

    /** The bits of byte 5, 0 without an adaptation field that has them, or with a packet cut before. */
    private static int flags(ByteBuffer buffer, int at) {
        boolean field = (buffer.get(at + 3) & 0x20) != 0 && buffer.limit() > at + 5;
        return field && buffer.get(at + HEADER) != 0 ? buffer.get(at + 5) & 0xFF : 0;
    }

    static boolean isDiscontinuity(ByteBuffer buffer, int at) {
        return (flags(buffer, at) & 0x80) != 0;
    }

    /** The program clock reference in 27 MHz ticks, or -1. */
    static long pcr(ByteBuffer buffer, int at) {
        if ((flags(buffer, at) & 0x10) == 0 || buffer.limit() < at + 12) {
            return -1;
        }
        ByteBuffer bytes = buffer.duplicate().order(ByteOrder.BIG_ENDIAN);
        long base = (bytes.getInt(at + 6) & 0xFFFF_FFFFL) << 1 | (bytes.get(at + 10) & 0xFF) >> 7;
        return base * 300 + (bytes.get(at + 10) & 1) * 256 + (bytes.get(at + 11) & 0xFF);
    }

    /** A packet of {@link #NULL_PID}. */
    static byte[] ofNothing() {
        return stuffing(NULL_PID, 0x10);
    }

    /**
     * A packet without payload that says that its PID's continuity counter, and on a PCR's PID the time base, begin anew
     * (2.4.3.5, discontinuity_indicator).
     */
    static byte[] ofDiscontinuity(int pid, int continuityCounter) {
        byte[] packet = stuffing(pid, 0x20 | continuityCounter & 0x0F);
        packet[HEADER] = (byte) (SIZE - HEADER - 1);
        packet[5] = (byte) 0x80;
        return packet;
    }

    private static byte[] stuffing(int pid, int control) {
        byte[] packet = new byte[SIZE];
        Arrays.fill(packet, STUFFING);
        packet[0] = SYNC;
        packet[1] = (byte) (pid >> 8);
        packet[2] = (byte) pid;
        packet[3] = (byte) control;
        return packet;
    }

    /**
     * Makes a whole packet of one that was cut short, doing as little harm as can be: a null packet, or one to be discarded
     * (adaptation_field_control 0, 2.4.3.3), where so little is there that it may still become one; else an adaptation field
     * is stuffed and payload filled with zeros, which make no PES header with a time stamp.
     *
     * @param packet its first bytes are those that are there
     * @param length how many, 1 to 187
     */
    static void complete(byte[] packet, int length) {
        byte[] whole = length == 1 ? ofNothing() : stuffing(NULL_PID, 0);
        int payload = length < HEADER ? SIZE : payloadStart(packet, length);
        if (length >= HEADER) {
            whole[HEADER] = (byte) (payload - HEADER - 1);
            whole[5] = 0;
            Arrays.fill(whole, Math.min(SIZE, payload), SIZE, (byte) 0);
        }
        System.arraycopy(whole, length, packet, length, SIZE - length);
    }

    /** Where its payload begins; as late as can be if that is still open. */
    private static int payloadStart(byte[] packet, int length) {
        boolean field = (packet[3] & 0x20) != 0;
        if (!field) {
            return HEADER;
        }
        if (length > HEADER) {
            return HEADER + 1 + (packet[HEADER] & 0xFF);
        }
        return (packet[3] & 0x10) != 0 ? SIZE - 1 : SIZE;
    }
}
