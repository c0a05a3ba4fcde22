// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import java.nio.ByteBuffer;

/** An ICMP or ICMPv6 error about a segment of ours, of the session that {@link HookBench} has. Right by default. */
final class IcmpFrame {

    static final int UNREACHABLE = 3;
    static final int TIME_EXCEEDED = 11;
    static final int UNREACHABLE6 = 1;
    static final int TOO_BIG6 = 2;
    static final int TIME_EXCEEDED6 = 3;

    private final boolean ipv6;
    private final int type;
    private final int code;
    private int rest;
    private int seq = HookBench.UNA;
    private int quotedPort = 8080;
    private int quotedProtocol = 6;
    private int quotedBytes = 8;
    private int checksumError;
    private int lengthError;

    IcmpFrame(boolean ipv6, int type, int code) {
        this.ipv6 = ipv6;
        this.type = type;
        this.code = code;
    }

    /** Fragmentation needed, or packet too big. */
    static IcmpFrame tooBig(boolean ipv6, int mtu) {
        IcmpFrame frame = ipv6 ? new IcmpFrame(true, TOO_BIG6, 0) : new IcmpFrame(false, UNREACHABLE, 4);
        frame.rest = mtu;
        return frame;
    }

    IcmpFrame seq(int value) {
        seq = value;
        return this;
    }

    IcmpFrame port(int value) {
        quotedPort = value;
        return this;
    }

    IcmpFrame protocol(int value) {
        quotedProtocol = value;
        return this;
    }

    /** How much of the TCP header is quoted. */
    IcmpFrame quoted(int bytes) {
        quotedBytes = bytes;
        return this;
    }

    IcmpFrame badChecksum() {
        checksumError = 1;
        return this;
    }

    IcmpFrame lengthError(int error) {
        lengthError = error;
        return this;
    }

    byte[] bytes() {
        byte[] quoted = ipHeader(ipv6 ? 1448 : 1480, quotedProtocol);
        ByteBuffer icmp = ByteBuffer.allocate(8 + quoted.length + quotedBytes);
        icmp.put((byte) type).put((byte) code).putShort((short) 0).putInt(rest).put(quoted);
        byte[] tcp = ByteBuffer.allocate(Math.max(8, quotedBytes)).putShort((short) quotedPort).putShort((short) 40000)
                .putInt(seq).array();
        icmp.put(tcp, 0, quotedBytes);
        byte[] message = icmp.array();
        int start = 0;
        if (ipv6) {
            start = Frame.sum(Frame.LOOPBACK6, 0, 16, Frame.sum(Frame.LOOPBACK6, 0, 16, 58 + message.length));
        }
        ByteBuffer.wrap(message).putShort(2, (short) (~Frame.sum(message, 0, message.length, start) + checksumError));
        byte[] ip = ipHeader(message.length + lengthError, ipv6 ? 58 : 1);
        return ByteBuffer.allocate(14 + ip.length + message.length).putShort(12, (short) (ipv6 ? 0x86DD : 0x0800))
                .position(14).put(ip).put(message).array();
    }

    private byte[] ipHeader(int payload, int protocol) {
        if (ipv6) {
            return ByteBuffer.allocate(40).putInt(0x60000000).putShort((short) payload).put((byte) protocol)
                    .put((byte) 64).put(Frame.LOOPBACK6).put(Frame.LOOPBACK6).array();
        }
        byte[] header = ByteBuffer.allocate(20).putShort((short) 0x4500).putShort((short) (20 + payload)).putInt(0)
                .put((byte) 64).put((byte) protocol).putShort((short) 0).put(Frame.LOOPBACK).put(Frame.LOOPBACK).array();
        ByteBuffer.wrap(header).putShort(10, (short) ~Frame.sum(header, 0, 20, 0));
        return header;
    }
}
