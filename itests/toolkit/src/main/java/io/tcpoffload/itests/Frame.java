// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests;

import java.nio.ByteBuffer;

/**
 * A frame with IPv4 or IPv6 and TCP headers as captured, perhaps cut: behind an Ethernet header with or without VLAN tags,
 * or behind nothing. Field offsets: RFC 791 section 3.1, RFC 8200 section 3, RFC 9293 section 3.1.
 */
public final class Frame {

    public static final int FIN = 0x01;
    public static final int SYN = 0x02;
    public static final int RST = 0x04;
    public static final int PSH = 0x08;
    public static final int ACK = 0x10;
    public static final int ECE = 0x40;
    public static final int CWR = 0x80;

    private static final int ETHERNET = 14;
    private static final int MAC = 6;
    private static final int TAG = 4;
    private static final int VLAN = 0x8100;
    private static final int SERVICE_VLAN = 0x88a8;
    private static final int IPV6_HEADER = 40;
    private static final int MIN_TCP_HEADER = 20;
    private static final int NOP = 1;
    private static final int WINDOW_SCALE = 3;
    private static final int TIMESTAMPS = 8;
    private static final int TCP_PROTOCOL = 6;

    private final int number;
    private final ByteBuffer bytes;
    private final int ip;
    private final boolean ipv6;
    private final int tcp;

    /**
     * Wraps a frame.
     *
     * @param number its place in the capture, from 1 on, as tshark counts
     * @param bytes  big-endian, from the first captured byte on
     * @param linkHeader whether that is an Ethernet header's, and not the IP header's
     */
    Frame(int number, ByteBuffer bytes, boolean linkHeader) {
        this.number = number;
        this.bytes = bytes;
        this.ip = linkHeader ? ETHERNET + TAG * tags(bytes) : 0;
        this.ipv6 = bytes.get(ip) >> 4 == 6;
        this.tcp = ip + (ipv6 ? IPV6_HEADER : (bytes.get(ip) & 0x0f) * 4);
    }

    private static int tags(ByteBuffer bytes) {
        int tags = 0;
        for (int at = ETHERNET - 2; isTag(bytes.getShort(at) & 0xffff); at += TAG) {
            tags++;
        }
        return tags;
    }

    private static boolean isTag(int type) {
        return type == VLAN || type == SERVICE_VLAN;
    }

    /** VLAN tags in front of the IP header. */
    public int tags() {
        return ip < ETHERNET ? 0 : (ip - ETHERNET) / TAG;
    }

    public boolean ipv6() {
        return ipv6;
    }

    /** The two bits of RFC 3168 section 5: 0 not capable, 2 and 1 capable, 3 congestion met. */
    public int ecn() {
        return ipv6 ? bytes.get(ip + 1) >> 4 & 3 : bytes.get(ip + 1) & 3;
    }

    /** Time to live, hop limit. */
    public int ttl() {
        return bytes.get(ttlAt()) & 0xff;
    }

    int ttlAt() {
        return ip + (ipv6 ? 7 : 8);
    }

    /** Where the IPv4 type of service or the upper part of the IPv6 traffic class stands. */
    int serviceAt() {
        return ip + 1;
    }

    /** Bytes of link, IP and TCP headers of a segment without other options than these. */
    int plainHeaderLength() {
        return ip + (ipv6 ? IPV6_HEADER : 20) + (hasTimestamps() ? 32 : 20);
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
        return end() - headerLength();
    }

    /** Whether headers and packet lie within each other and within the frame; what says otherwise was damaged. */
    public boolean lengthsAgree() {
        return tcp + MIN_TCP_HEADER <= bytes.limit() && headerLength() <= end() && end() <= bytes.limit();
    }

    /** Where the IP packet ends: a short frame is padded. */
    private int end() {
        return ipv6 ? tcp + (bytes.getShort(ip + 4) & 0xffff) : ip + (bytes.getShort(ip + 2) & 0xffff);
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

    /** Whether the IP header's checksum is right (RFC 791 section 3.1); IPv6 has none. */
    public boolean ipChecksumRight() {
        return ipv6 || fold(sum(ip, tcp)) == 0xffff;
    }

    /** Whether the TCP checksum is complete and right; the frame must be whole. */
    public boolean tcpChecksumRight() {
        return fold(pseudoHeaderSum() + sum(tcp, end())) == 0xffff;
    }

    /** Whether the TCP checksum field holds the pseudo-header's sum, for the device to complete. */
    public boolean tcpChecksumUnfinished() {
        return (bytes.getShort(tcp + 16) & 0xffff) == fold(pseudoHeaderSum());
    }

    /**
     * A copy of the headers with zero in the fields that differ from packet to packet: IP total length,
     * identification and checksum; IPv6 payload length and flow label; TCP sequence, acknowledgement, PSH, FIN, ECE, CWR, window, checksum, timestamps.
     */
    public byte[] staticHeader() {
        byte[] header = new byte[headerLength()];
        bytes.get(0, header);
        ByteBuffer h = ByteBuffer.wrap(header);
        if (ipv6) {
            h.put(ip + 1, (byte) 0).putInt(ip + 2, 0);
        } else {
            h.putInt(ip + 2, 0).putShort(ip + 10, (short) 0);
        }
        h.putLong(tcp + 4, 0).putInt(tcp + 14, 0);
        h.put(tcp + 13, (byte) (h.get(tcp + 13) & ~(PSH | FIN | ECE | CWR)));
        int at = option(TIMESTAMPS);
        if (at >= 0) {
            h.putLong(at + 2, 0);
        }
        return header;
    }

    /** The static header that an answer to this frame has: addresses and ports the other way round. */
    public byte[] staticHeaderOfAnswer() {
        byte[] header = staticHeader();
        if (ip >= ETHERNET) {
            swap(header, 0, MAC, MAC);
        }
        if (ipv6) {
            swap(header, ip + 8, ip + 24, 16);
        } else {
            swap(header, ip + 12, ip + 16, 4);
        }
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
        return (ipv6 ? sum(ip + 8, ip + 40) : sum(ip + 12, ip + 20)) + TCP_PROTOCOL + end() - tcp;
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
