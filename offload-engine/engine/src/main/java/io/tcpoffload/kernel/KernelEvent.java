// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import java.nio.ByteBuffer;

/**
 * View of one {@code struct event} of {@code record.h}: a received segment that needs thought. Plain forward
 * acknowledgements raise none; they are in the session record.
 * <pre>
 *   0  session | reasons, tcp_flags | seq | ack
 *  16  window, sack_count | payload | arrival_ns
 *  32  sack[8]: left, right, left, right ...
 * </pre>
 * One segment may have several reasons.
 */
public final class KernelEvent {

    /** SACK blocks are attached (void ones already left out). */
    public static final int SACK = 1;
    /** Duplicate acknowledgement, RFC 5681 section 2. */
    public static final int DUP_ACK = 1 << 1;
    /** Payload: acknowledge it. It is discarded; what was in order is in rcv_nxt. */
    public static final int DATA = 1 << 2;
    /** FIN in order, now counted in rcv_nxt: acknowledge it. */
    public static final int FIN = 1 << 3;
    /** Reset with the exact sequence number: the connection is over. */
    public static final int RST = 1 << 4;
    /** SYN in an established connection: send a challenge ACK (RFC 5961 section 4). */
    public static final int SYN = 1 << 5;
    /** The window has just closed. */
    public static final int ZERO_WINDOW = 1 << 6;
    /** The window has just opened from zero. */
    public static final int WINDOW_OPEN = 1 << 7;
    /** Send a challenge ACK, rate limited (RFC 5961 sections 3 and 5, PAWS). */
    public static final int CHALLENGE = 1 << 8;
    /** Old or outside the window: keep-alive probe, repeated data or FIN. Send an ACK, rate limited. */
    public static final int STALE = 1 << 9;
    /**
     * ICMP: a segment in flight was too big for a link. {@link #payload()} is the MTU to use, in bytes of IP packet: at
     * least 552 (IPv4) or 1280 (IPv6) and less than now. {@link #seq()} is the segment's. At most one in 100 ms.
     */
    public static final int PMTU = 1 << 10;
    /** ICMP, soft: a segment in flight did not arrive. {@link #payload()} is type << 8 | code. At most one in 100 ms. */
    public static final int UNREACHABLE = 1 << 11;
    /** A valid segment came by another device or from another MAC address than the ones before. At most one a second. */
    public static final int PATH = 1 << 12;

    static final int BYTES = 64;
    static final int SESSION_OFFSET = 0;
    static final int REASONS_OFFSET = 4;
    static final int TCP_FLAGS_OFFSET = 6;
    static final int SEQ_OFFSET = 8;
    static final int ACK_OFFSET = 12;
    static final int WINDOW_OFFSET = 16;
    static final int SACK_COUNT_OFFSET = 18;
    static final int PAYLOAD_OFFSET = 20;
    static final int ARRIVAL_OFFSET = 24;
    static final int SACK_OFFSET = 32;

    private ByteBuffer buffer;
    private int offset;

    KernelEvent wrap(ByteBuffer ring, int at) {
        buffer = ring;
        offset = at;
        return this;
    }

    public int session() {
        return buffer.getInt(offset + SESSION_OFFSET);
    }

    /** The constants of this class, or'ed. */
    public int reasons() {
        return buffer.getShort(offset + REASONS_OFFSET) & 0xFFFF;
    }

    public boolean is(int reason) {
        return (reasons() & reason) != 0;
    }

    public int seq() {
        return buffer.getInt(offset + SEQ_OFFSET);
    }

    public int ack() {
        return buffer.getInt(offset + ACK_OFFSET);
    }

    /** Window field of the header, not scaled: 0 to 65,535. */
    public int window() {
        return buffer.getShort(offset + WINDOW_OFFSET) & 0xFFFF;
    }

    /** Bytes of payload in the segment; of an ICMP event see {@link #PMTU} and {@link #UNREACHABLE}. */
    public int payload() {
        return buffer.getInt(offset + PAYLOAD_OFFSET);
    }

    /** CLOCK_MONOTONIC in nanoseconds, the clock of {@link System#nanoTime()} on Linux. */
    public long arrivalNs() {
        return buffer.getLong(offset + ARRIVAL_OFFSET);
    }

    /** SACK blocks, 0 to 4. */
    public int sackCount() {
        return buffer.getShort(offset + SACK_COUNT_OFFSET) & 0xFFFF;
    }

    public int sackStart(int block) {
        return buffer.getInt(offset + SACK_OFFSET + 8 * block);
    }

    public int sackEnd(int block) {
        return buffer.getInt(offset + SACK_OFFSET + 8 * block + 4);
    }
}
