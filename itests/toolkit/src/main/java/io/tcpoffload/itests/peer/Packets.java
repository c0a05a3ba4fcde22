// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.peer;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/** Headers below TCP, as bytes. */
final class Packets {

    static final int IPV4 = 0x0800;
    static final int IPV6 = 0x86dd;
    static final int ARP = 0x0806;
    private static final int TTL = 64;

    private Packets() {
    }

    /**
     * An Ethernet frame.
     *
     * @param tags from the outermost on: tag protocol in the upper 16 bits, 0 meaning 802.1Q, TCI in the lower
     */
    static byte[] ethernet(byte[] to, byte[] from, int[] tags, int type, byte[] content) {
        ByteBuffer b = ByteBuffer.allocate(14 + 4 * tags.length + content.length);
        b.put(to).put(from);
        for (int tag : tags) {
            b.putShort((short) (tag >>> 16 == 0 ? 0x8100 : tag >>> 16)).putShort((short) tag);
        }
        return b.putShort((short) type).put(content).array();
    }

    /**
     * An IPv4 packet with a right checksum.
     *
     * @param fragment flags and offset as in the header
     * @param options  a multiple of 4 bytes
     */
    static byte[] ipv4(byte[] from, byte[] to, int protocol, int tos, int identification, int fragment, byte[] options,
            byte[] content) {
        int header = 20 + options.length;
        ByteBuffer b = ByteBuffer.allocate(header + content.length);
        b.put((byte) (0x40 | header / 4)).put((byte) tos).putShort((short) (header + content.length));
        b.putShort((short) identification).putShort((short) fragment).put((byte) TTL).put((byte) protocol);
        b.putShort((short) 0).put(from).put(to).put(options).put(content);
        finish(b.array(), header);
        return b.array();
    }

    /** Writes the checksum of an IPv4 header. */
    static void finish(byte[] packet, int header) {
        ByteBuffer b = ByteBuffer.wrap(packet);
        b.putShort(10, (short) 0);
        b.putShort(10, (short) ~Checksum.fold(Checksum.sum(b, 0, header)));
    }

    /** An IPv6 packet; extension headers are part of the content. */
    static byte[] ipv6(byte[] from, byte[] to, int next, int trafficClass, int hopLimit, byte[] content) {
        ByteBuffer b = ByteBuffer.allocate(40 + content.length);
        b.putInt(6 << 28 | trafficClass << 20).putShort((short) content.length).put((byte) next).put((byte) hopLimit);
        return b.put(from).put(to).put(content).array();
    }

    static byte[] ipv6(byte[] from, byte[] to, int next, int trafficClass, byte[] content) {
        return ipv6(from, to, next, trafficClass, TTL, content);
    }

    /** An ICMP message: type, code, the second word, content; checksum right for that version of IP. */
    static byte[] icmp(byte[] from, byte[] to, int type, int code, int word, byte[] content) {
        ByteBuffer b = ByteBuffer.allocate(8 + content.length);
        b.put((byte) type).put((byte) code).putShort((short) 0).putInt(word).put(content);
        long pseudo = from.length == 16 ? Checksum.pseudo(from, to, 58, b.capacity()) : 0;
        b.putShort(2, (short) ~Checksum.fold(pseudo + Checksum.sum(b, 0, b.capacity())));
        return b.array();
    }

    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
