// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests;

import java.nio.ByteBuffer;

/**
 * An Ethernet frame with IPv4 and TCP headers as captured, perhaps cut. Field offsets: RFC 791 section 3.1, RFC 9293
 * section 3.1.
 */
public final class Frame {

    public static final int FIN = 0x01;
    public static final int SYN = 0x02;
    public static final int RST = 0x04;
    public static final int PSH = 0x08;
    public static final int ACK = 0x10;

    static final int IP = 14;
    private static final int MAC = 6;
    private static final int NOP = 1;
    private static final int WINDOW_SCALE = 3;
    private static final int TIMESTAMPS = 8;
    private static final int TCP_PROTOCOL = 6;

    private final int number;
    private final ByteBuffer bytes;
    private final int tcp;

    /**
     * Wraps a frame.
     *
     * @param number its place in the capture, from 1 on, as tshark counts
     * @param bytes  big-endian, from the Ethernet header on
     */
    Frame(int number, ByteBuffer bytes) {
        this.number = number;
        this.bytes = bytes;
        this.tcp = IP + (bytes.get(IP) & 0x0f) * 4;
    }

    public int number() {
        return number;
    }

    public int sourcePort() {
        return bytes.getShort(tcp) & 0xffff;
    }

    public int destinationPort() {
        return bytes.getShort(tcp + 2) & 0xffff;
    }

    public int sequence() {
        return bytes.getInt(tcp + 4);
    }

    public int acknowledgement() {
        return bytes.getInt(tcp + 8);
    }

    public boolean has(int flag) {
        return (bytes.get(tcp + 13) & flag) != 0;
    }

    /** The field, unscaled. */
    public int window() {
        return bytes.getShort(tcp + 14) & 0xffff;
    }

    /** Bytes of payload, by the IP header. */
    public int length() {
        return (bytes.getShort(IP + 2) & 0xffff) - (tcp - IP) - tcpHeaderLength();
    }

    /** Bytes of link, IP and TCP headers. */
    public int headerLength() {
        return tcp + tcpHeaderLength();
    }

    /** Of a SYN: the shift, or -1 without the option (RFC 7323 section 2.2). */
    public int windowScale() {
        int at = option(WINDOW_SCALE);
        return at < 0 ? -1 : bytes.get(at + 2);
    }

    public boolean hasTimestamps() {
        return option(TIMESTAMPS) >= 0;
    }

    public int timestampValue() {
        return bytes.getInt(option(TIMESTAMPS) + 2);
    }

    public int timestampEcho() {
        return bytes.getInt(option(TIMESTAMPS) + 6);
    }

    /** Whether the IP header's checksum is right (RFC 791 section 3.1). */
    public boolean ipChecksumRight() {
        return fold(sum(IP, tcp)) == 0xffff;
    }

    /** Whether the TCP checksum is complete and right; the frame must be whole. */
    public boolean tcpChecksumRight() {
        return fold(pseudoHeaderSum() + sum(tcp, IP + (bytes.getShort(IP + 2) & 0xffff))) == 0xffff;
    }

    /** Whether the TCP checksum field holds the pseudo-header's sum, for the device to complete. */
    public boolean tcpChecksumUnfinished() {
        return (bytes.getShort(tcp + 16) & 0xffff) == fold(pseudoHeaderSum());
    }

    /**
     * A copy of the headers with zero in the fields that differ from packet to packet: IP total length,
     * identification and checksum; TCP sequence, acknowledgement, PSH, FIN, window, checksum, timestamps.
     */
    public byte[] staticHeader() {
        byte[] header = new byte[headerLength()];
        bytes.get(0, header);
        ByteBuffer h = ByteBuffer.wrap(header);
        h.putInt(IP + 2, 0).putShort(IP + 10, (short) 0);
        h.putLong(tcp + 4, 0).putInt(tcp + 14, 0);
        h.put(tcp + 13, (byte) (h.get(tcp + 13) & ~(PSH | FIN)));
        int at = option(TIMESTAMPS);
        if (at >= 0) {
            h.putLong(at + 2, 0);
        }
        return header;
    }

    /** The static header that an answer to this frame has: addresses and ports the other way round. */
    public byte[] staticHeaderOfAnswer() {
        byte[] header = staticHeader();
        swap(header, 0, MAC, MAC);
        swap(header, IP + 12, IP + 16, 4);
        swap(header, tcp, tcp + 2, 2);
        return header;
    }

    private static void swap(byte[] array, int one, int other, int length) {
        for (int i = 0; i < length; i++) {
            byte b = array[one + i];
            array[one + i] = array[other + i];
            array[other + i] = b;
        }
    }

    private int tcpHeaderLength() {
        return (bytes.get(tcp + 12) >> 4 & 0x0f) * 4;
    }

    /** Offset of an option's kind byte, or -1. */
    private int option(int kind) {
        int at = tcp + 20;
        while (at < headerLength() && bytes.get(at) != 0) {
            if (bytes.get(at) == kind) {
                return at;
            }
            at += bytes.get(at) == NOP ? 1 : Math.max(2, bytes.get(at + 1));
        }
        return -1;
    }

    private long pseudoHeaderSum() {
        return sum(IP + 12, IP + 20) + TCP_PROTOCOL + (bytes.getShort(IP + 2) & 0xffff) - (tcp - IP);
    }

    private long sum(int from, int to) {
        long s = 0;
        int i = from;
        for (; i + 1 < to; i += 2) {
            s += bytes.getShort(i) & 0xffff;
        }
        return i < to ? s + ((bytes.get(i) & 0xff) << 8) : s;
    }

    private static int fold(long sum) {
        long s = sum;
        while (s > 0xffff) {
            s = (s & 0xffff) + (s >>> 16);
        }
        return (int) s;
    }

    @Override
    public String toString() {
        return "frame " + number + ": " + sourcePort() + " > " + destinationPort() + " seq "
                + Integer.toUnsignedString(sequence()) + " ack " + Integer.toUnsignedString(acknowledgement())
                + " length " + length() + " window " + window() + " flags "
                + Integer.toHexString(bytes.get(tcp + 13));
    }
}
