// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The bytes that tests publish: each 32-bit word tells its own position, so that a viewer knows where it joined and
 * can check every byte after. The same as {@code stream.h}; positions are multiples of {@link #WORD}.
 */
public final class Stream {

    /** Bytes of a word. */
    public static final int WORD = 4;

    private Stream() {
    }

    /** The word at a position; the finaliser of MurmurHash3, a bijection. */
    public static int wordAt(long position) {
        int i = (int) (position / WORD);
        i ^= i >>> 16;
        i *= 0x85ebca6b;
        i ^= i >>> 13;
        i *= 0xc2b2ae35;
        return i ^ i >>> 16;
    }

    /** Bytes {@code position} to {@code position + length}, both multiples of {@link #WORD}. */
    public static ByteBuffer bytes(long position, int length) {
        ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < length; i += WORD) {
            buffer.putInt(wordAt(position + i));
        }
        return buffer.flip();
    }
}
