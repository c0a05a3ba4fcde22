// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.peer;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A TCP segment as it was on the wire. Numbers are absolute; times are nanoseconds. */
public final class Segment {

    public static final int FIN = 0x01;
    public static final int SYN = 0x02;
    public static final int RST = 0x04;
    public static final int PSH = 0x08;
    public static final int ACK = 0x10;
    public static final int URG = 0x20;
    public static final int ECE = 0x40;
    public static final int CWR = 0x80;

    private static final int ETHERNET = 14;
    private static final int TAG = 4;
    private static final int TCP = 6;

    private final RawFrame frame;
    private final ByteBuffer b;
    private final int ip;
    private final int tcp;
    private final int end;
    private final List<Integer> tags;

    private Segment(RawFrame frame, int ip, int tcp, int end, List<Integer> tags) {
        this.frame = frame;
        this.b = ByteBuffer.wrap(frame.bytes());
        this.ip = ip;
        this.tcp = tcp;
        this.end = end;
        this.tags = tags;
    }

    /** The segment in a frame, or null if there is no whole one, such as in a fragment. */
    static Segment of(RawFrame frame, boolean linkHeader) {
        ByteBuffer b = ByteBuffer.wrap(frame.bytes());
        int at = 0;
        List<Integer> tags = new ArrayList<>();
        if (linkHeader) {
            at = ETHERNET;
            while (b.limit() >= at + TAG && isTag(b.getShort(at - 2) & 0xffff)) {
                tags.add(b.getShort(at) & 0xffff);
                at += TAG;
            }
        }
        if (b.limit() < at + 40) {
            return null;
        }
        int version = b.get(at) >> 4 & 0x0f;
        int header = version == 6 ? 40 : (b.get(at) & 0x0f) * 4;
        int protocol = b.get(at + (version == 6 ? 6 : 9));
        boolean fragment = version == 4 && (b.getShort(at + 6) & 0x3fff) != 0;
        int end = version == 6 ? at + 40 + (b.getShort(at + 4) & 0xffff) : at + (b.getShort(at + 2) & 0xffff);
        if (version != 4 && version != 6 || protocol != TCP || fragment || end > b.limit() || end < at + header + 20) {
            return null;
        }
        return new Segment(frame, at, at + header, end, tags);
    }

    static boolean isTag(int type) {
        return type == 0x8100 || type == 0x88a8;
    }

    public long ns() {
        return frame.ns();
    }

    /** Whether the peer sent it. */
    boolean sent() {
        return frame.sent();
    }

    /** From the outermost on: priority, DEI and VLAN identifier. */
    public List<Integer> tags() {
        return tags;
    }

    public int ipVersion() {
        return b.get(ip) >> 4 & 0x0f;
    }

    byte[] source() {
        return ipVersion() == 6 ? bytes(ip + 8, ip + 24) : bytes(ip + 12, ip + 16);
    }

    byte[] destination() {
        return ipVersion() == 6 ? bytes(ip + 24, ip + 40) : bytes(ip + 16, ip + 20);
    }

    /** The codepoint of RFC 3168: 0 not ECT, 2 ECT(0), 1 ECT(1), 3 CE. */
    public int ecn() {
        return (ipVersion() == 6 ? b.getShort(ip) >> 4 : b.get(ip + 1)) & 3;
    }

    /** TTL or hop limit. */
    public int hopLimit() {
        return b.get(ipVersion() == 6 ? ip + 7 : ip + 8) & 0xff;
    }

    /** TOS or traffic class, with the ECN bits. */
    public int trafficClass() {
        return (ipVersion() == 6 ? b.getShort(ip) >> 4 : b.get(ip + 1)) & 0xff;
    }

    /** Of IPv4. */
    public boolean dontFragment() {
        return ipVersion() == 4 && (b.getShort(ip + 6) & 0x4000) != 0;
    }

    public int sourcePort() {
        return b.getShort(tcp) & 0xffff;
    }

    public int destinationPort() {
        return b.getShort(tcp + 2) & 0xffff;
    }

    public int sequence() {
        return b.getInt(tcp + 4);
    }

    public int acknowledgement() {
        return b.getInt(tcp + 8);
    }

    public int flags() {
        return b.get(tcp + 13) & 0xff;
    }

    public boolean has(int flag) {
        return (flags() & flag) != 0;
    }

    /** The field, unscaled. */
    public int window() {
        return b.getShort(tcp + 14) & 0xffff;
    }

    /** Bytes of payload. */
    public int length() {
        return end - tcp - headerLength();
    }

    /** Payload, with SYN and FIN counting one each. */
    int sequenceLength() {
        return length() + (has(SYN) ? 1 : 0) + (has(FIN) ? 1 : 0);
    }

    public byte[] payload() {
        return bytes(tcp + headerLength(), end);
    }

    public boolean hasTimestamps() {
        return option(8) >= 0;
    }

    public int timestampValue() {
        return b.getInt(option(8) + 2);
    }

    public int timestampEcho() {
        return b.getInt(option(8) + 6);
    }

    /** The maximum segment size of a SYN, or -1. */
    public int mssOption() {
        int at = option(2);
        return at < 0 ? -1 : b.getShort(at + 2) & 0xffff;
    }

    /** The shift of a SYN, or -1. */
    public int windowScale() {
        int at = option(3);
        return at < 0 ? -1 : b.get(at + 2);
    }

    public boolean sackPermitted() {
        return option(4) >= 0;
    }

    /** From the IP header to the end of the payload, as it was. */
    byte[] packet() {
        return bytes(ip, end);
    }

    /** What is wrong with it whoever sent it, or null. */
    String fault() {
        if (headerLength() < 20 || tcp + headerLength() > end) {
            return "data offset " + headerLength();
        }
        if (ipVersion() == 4 && Checksum.fold(Checksum.sum(b, ip, tcp)) != 0xffff) {
            return "IP checksum";
        }
        long sum = Checksum.pseudo(source(), destination(), TCP, end - tcp);
        if (!frame.unfinished() && Checksum.fold(sum + Checksum.sum(b, tcp, end)) != 0xffff) {
            return "TCP checksum";
        }
        return null;
    }

    private int headerLength() {
        return (b.get(tcp + 12) >> 4 & 0x0f) * 4;
    }

    private int option(int kind) {
        int stop = tcp + headerLength();
        for (int at = tcp + 20; at < stop && b.get(at) != 0; at += b.get(at) == 1 ? 1 : Math.max(2, b.get(at + 1))) {
            if (b.get(at) == kind) {
                return at;
            }
        }
        return -1;
    }

    private byte[] bytes(int from, int to) {
        return Arrays.copyOfRange(frame.bytes(), from, to);
    }

    /** With numbers relative to the origin of each direction. */
    String text(int sequenceOrigin, int acknowledgementOrigin) {
        StringBuilder flags = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            if (has(1 << i)) {
                flags.append("FSRP.UEC".charAt(i));
            }
        }
        long from = sequence() - sequenceOrigin;
        return String.format("%s %d:%d(%d) ack %d win %d%s", flags, from, from + length(), length(),
                acknowledgement() - acknowledgementOrigin, window(),
                hasTimestamps() ? " ts " + Integer.toUnsignedString(timestampValue()) + " ecr "
                        + Integer.toUnsignedString(timestampEcho()) : "");
    }

    @Override
    public String toString() {
        return text(0, 0);
    }
}
