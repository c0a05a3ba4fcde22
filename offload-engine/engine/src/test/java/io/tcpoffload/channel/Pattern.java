// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import java.nio.ByteBuffer;

/** Content that tells where in the stream it belongs: a byte in the wrong place does not go unnoticed. */
public final class Pattern {

    private Pattern() {
    }

    public static byte at(long position) {
        long mixed = position * 0x9E3779B97F4A7C15L;
        return (byte) (mixed >>> 56 ^ mixed >>> 32);
    }

    public static byte[] bytes(long position, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = at(position + i);
        }
        return bytes;
    }

    public static ByteBuffer buffer(long position, int length) {
        return ByteBuffer.wrap(bytes(position, length));
    }

    /** Stream offset of the first wrong byte, or -1. */
    public static long firstWrong(long position, byte[] got, int length) {
        for (int i = 0; i < length; i++) {
            if (got[i] != at(position + i)) {
                return position + i;
            }
        }
        return -1;
    }
}
