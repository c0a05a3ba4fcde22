// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.peer;

import java.util.Arrays;
import java.util.BitSet;

/** The bytes of a stream, put together from pieces in any order. */
final class Received {

    /** Some of it, from an offset on. */
    record Piece(int offset, byte[] bytes) {
    }

    private byte[] bytes = new byte[1 << 16];
    private final BitSet there = new BitSet();

    /** @return false if a byte differs from what came before at its place */
    boolean add(Piece piece) {
        int end = piece.offset() + piece.bytes().length;
        while (end > bytes.length) {
            bytes = Arrays.copyOf(bytes, bytes.length * 2);
        }
        boolean same = true;
        for (int i = there.nextSetBit(piece.offset()); i >= 0 && i < end; i = there.nextSetBit(i + 1)) {
            same &= bytes[i] == piece.bytes()[i - piece.offset()];
        }
        System.arraycopy(piece.bytes(), 0, bytes, piece.offset(), piece.bytes().length);
        there.set(piece.offset(), end);
        return same;
    }

    /** Length of the part without a gap. */
    int length() {
        return there.nextClearBit(0);
    }

    byte[] from(int offset) {
        return Arrays.copyOfRange(bytes, offset, Math.max(offset, length()));
    }
}
