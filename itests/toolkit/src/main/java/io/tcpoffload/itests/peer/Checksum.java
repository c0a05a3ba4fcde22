// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.peer;

import java.nio.ByteBuffer;

/** The Internet checksum (RFC 1071). */
final class Checksum {

    private Checksum() {
    }

    /** Sum of the big-endian 16-bit words from {@code from} to {@code to}, not folded. */
    static long sum(ByteBuffer bytes, int from, int to) {
        long sum = 0;
        int at = from;
        for (; at + 1 < to; at += 2) {
            sum += bytes.getShort(at) & 0xffff;
        }
        return at < to ? sum + ((bytes.get(at) & 0xff) << 8) : sum;
    }

    static int fold(long sum) {
        long folded = sum;
        while (folded > 0xffff) {
            folded = (folded & 0xffff) + (folded >>> 16);
        }
        return (int) folded;
    }

    /** Sum of the pseudo header (RFC 9293 section 3.1, RFC 8200 section 8.1). */
    static long pseudo(byte[] source, byte[] destination, int protocol, int length) {
        return sum(ByteBuffer.wrap(source), 0, source.length)
                + sum(ByteBuffer.wrap(destination), 0, destination.length) + protocol + length;
    }
}
