// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An Ethernet frame with a TCP segment over IPv4 or IPv6, byte by byte. Right by default; what a test spoils stays spoiled: checksums are
 * made at the end unless they are the spoiled part.
 */
final class Frame {

    static final int FIN = 1;
    static final int SYN = 2;
    static final int RST = 4;
    static final int PSH = 8;
    static final int ACK = 16;
    static final int ECE = 64;

    private static final byte[] VIEWER_MAC = {2, 0, 0, 0, 0, 9};

    static final byte[] LOOPBACK = {127, 0, 0, 1};
    static final byte[] LOOPBACK6 = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    private static final int FRAGMENT_HEADER = 44;
    private static final int TCP = 6;

    private byte[] source = LOOPBACK;
    private byte[] destination = LOOPBACK;
    private int sourcePort = 40000;
    private int destinationPort = 8080;
    private int seq;
    private int ack;
    private int flags = ACK;
    private int window = 500;
    private byte[] options = {};
    private byte[] ipOptions = {};
    private byte[] payload = {};
    private int[] tags = {};
    private int fragment = 0x4000;
    private int ecn;
    private byte[] from = VIEWER_MAC;
    private final List<byte[]> extensions = new ArrayList<>();
    private final List<Integer> extensionTypes = new ArrayList<>();
    private int ihl = -1;
    private int doff = -1;
    private int lengthError;
    private int ipChecksumError;
    private int tcpChecksumError;
    private boolean unfinished;
    private int padding;
    private int cut = -1;

    Frame from(byte[] address, int port) {
        source = address;
        sourcePort = port;
        return this;
    }

    Frame to(byte[] address, int port) {
        destination = address;
        destinationPort = port;
        return this;
    }

    Frame seq(int value) {
        seq = value;
        return this;
    }

    Frame ack(int value) {
        ack = value;
        return this;
    }

    Frame flags(int value) {
        flags = value;
        return this;
    }

    Frame window(int raw) {
        window = raw;
        return this;
    }

    Frame options(int... bytes) {
        options = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            options[i] = (byte) bytes[i];
        }
        return this;
    }

    Frame timestamp(int value, int echo) {
        options = ByteBuffer.allocate(12).putInt(0x0101080A).putInt(value).putInt(echo).array();
        return this;
    }

    Frame sack(int... edges) {
        ByteBuffer bytes = ByteBuffer.allocate(4 + 4 * edges.length).put((byte) 1).put((byte) 1).put((byte) 5)
                .put((byte) (2 + 4 * edges.length));
        Arrays.stream(edges).forEach(bytes::putInt);
        options = bytes.array();
        return this;
    }

    Frame payload(int bytes) {
        payload = new byte[bytes];
        Arrays.fill(payload, (byte) 0x5A);
        return this;
    }

    Frame ipOptions(int bytes) {
        ipOptions = new byte[bytes];
        Arrays.fill(ipOptions, (byte) 1);
        return this;
    }

    Frame tags(int... ids) {
        tags = ids;
        return this;
    }

    Frame fragment(int field) {
        fragment = field;
        return this;
    }

    /** The same by the other family: addresses are the loopback's. */
    Frame ipv6(boolean yes) {
        source = yes ? LOOPBACK6 : LOOPBACK;
        destination = source;
        return this;
    }

    boolean isIpv6() {
        return source.length == LOOPBACK6.length;
    }

    /** IPv6 only: one more extension header, {@code 8 * words} bytes. */
    Frame extension(int type, int words) {
        byte[] header = new byte[8 * words];
        header[1] = (byte) (words - 1);
        extensionTypes.add(type);
        extensions.add(header);
        return this;
    }

    Frame extension(int type, byte[] header) {
        extensionTypes.add(type);
        extensions.add(header);
        return this;
    }

    /** Bits of RFC 3168. */
    Frame ecn(int bits) {
        ecn = bits;
        return this;
    }

    Frame fromMac(byte[] mac) {
        from = mac;
        return this;
    }

    Frame ihl(int words) {
        ihl = words;
        return this;
    }

    Frame doff(int words) {
        doff = words;
        return this;
    }

    Frame lengthError(int error) {
        lengthError = error;
        return this;
    }

    Frame badIpChecksum() {
        ipChecksumError = 1;
        return this;
    }

    Frame badTcpChecksum() {
        tcpChecksumError = 1;
        return this;
    }

    /** As a local sender leaves it. */
    Frame unfinishedChecksum() {
        unfinished = true;
        return this;
    }

    Frame padding(int bytes) {
        padding = bytes;
        return this;
    }

    Frame cutTo(int bytes) {
        cut = bytes;
        return this;
    }

    byte[] bytes() {
        byte[] network = isIpv6() ? ipv6Header() : ipv4Header();
        int l3 = 14 + 4 * tags.length;
        int l4 = l3 + network.length;
        int tcpLength = 20 + options.length;
        byte[] all = new byte[l4 + tcpLength + payload.length + padding];
        ByteBuffer b = ByteBuffer.wrap(all);
        b.position(6).put(from);
        for (int tag : tags) {
            b.putShort((short) 0x8100).putShort((short) tag);
        }
        b.putShort((short) (isIpv6() ? 0x86DD : 0x0800)).put(network);
        b.putShort((short) sourcePort).putShort((short) destinationPort).putInt(seq).putInt(ack);
        b.put((byte) ((doff < 0 ? tcpLength / 4 : doff) << 4)).put((byte) flags).putShort((short) window).putInt(0);
        b.put(options).put(payload);
        int pseudo = sum(source, 0, source.length, sum(destination, 0, destination.length,
                TCP + tcpLength + payload.length));
        int checksum = unfinished ? pseudo : ~sum(all, l4, tcpLength + payload.length, pseudo);
        b.putShort(l4 + 16, (short) (checksum + tcpChecksumError));
        Arrays.fill(all, all.length - padding, all.length, (byte) 0xEE);
        return cut < 0 ? all : Arrays.copyOf(all, cut);
    }

    private byte[] ipv4Header() {
        int length = 20 + ipOptions.length;
        byte[] header = new byte[length];
        ByteBuffer b = ByteBuffer.wrap(header);
        b.put((byte) (0x40 | (ihl < 0 ? length / 4 : ihl))).put((byte) ecn);
        b.putShort((short) (length + 20 + options.length + payload.length + lengthError));
        b.putShort((short) 7).putShort((short) fragment).put((byte) 64).put((byte) TCP).putShort((short) 0);
        b.put(source).put(destination).put(ipOptions);
        b.putShort(10, (short) (~sum(header, 0, length, 0) + ipChecksumError));
        return header;
    }

    private byte[] ipv6Header() {
        List<Integer> types = new ArrayList<>(extensionTypes);
        List<byte[]> headers = new ArrayList<>(extensions);
        if (fragment != 0x4000) {
            types.add(FRAGMENT_HEADER);
            headers.add(ByteBuffer.allocate(8).putShort(2, (short) (fragment << 3 | fragment >> 13 & 1)).putInt(4, 7)
                    .array());
        }
        int length = headers.stream().mapToInt(header -> header.length).sum();
        ByteBuffer b = ByteBuffer.allocate(40 + length);
        b.putInt(0x60000000 | ecn << 20);
        b.putShort((short) (length + 20 + options.length + payload.length + lengthError));
        b.put((byte) (types.isEmpty() ? TCP : types.get(0))).put((byte) 64).put(source).put(destination);
        for (int i = 0; i < headers.size(); i++) {
            byte[] header = headers.get(i).clone();
            header[0] = (byte) (i + 1 < types.size() ? types.get(i + 1) : TCP);
            b.put(header);
        }
        return b.array();
    }

    /** What the hook notes as the place where frames come from: path_of in network.h. */
    static long path(int ifindex) {
        ByteBuffer mac = ByteBuffer.wrap(VIEWER_MAC).order(ByteOrder.nativeOrder());
        return (mac.getShort(0) & 0xFFFFL) << 48 | (mac.getShort(2) & 0xFFFFL) << 32 | (mac.getShort(4) & 0xFFFFL) << 16
                | ifindex;
    }

    static int sum(byte[] bytes, int from, int length, int start) {
        long sum = start;
        for (int i = 0; i < length; i++) {
            int value = bytes[from + i] & 0xFF;
            sum += (i & 1) == 0 ? value << 8 : value;
        }
        while (sum > 0xFFFF) {
            sum = (sum & 0xFFFF) + (sum >>> 16);
        }
        return (int) sum;
    }
}
