// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import java.util.Arrays;

/** What {@link Scoreboard} must agree with: what is known of each byte, in an array. */
final class ByteModel {

    static final byte IN_FLIGHT = 1;
    static final byte SACKED = 2;
    static final byte LOST = 3;

    int una;
    int nxt;
    private byte[] bytes = new byte[1 << 20];

    void sent(int length) {
        if (nxt + length > bytes.length) {
            bytes = Arrays.copyOf(bytes, 2 * bytes.length);
        }
        Arrays.fill(bytes, nxt, nxt + length, IN_FLIGHT);
        nxt += length;
    }

    /** @return bytes that were not in that state before */
    int mark(int from, int to, byte state) {
        int changed = 0;
        for (int i = from; i < to; i++) {
            changed += bytes[i] == state ? 0 : 1;
            bytes[i] = state;
        }
        return changed;
    }

    void replace(byte from, byte to) {
        for (int i = una; i < nxt; i++) {
            bytes[i] = bytes[i] == from ? to : bytes[i];
        }
    }

    /** @return bytes that were not SACKed */
    int acknowledge(int ack) {
        int fresh = 0;
        for (; una < ack; una++) {
            fresh += bytes[una] == SACKED ? 0 : 1;
        }
        return fresh;
    }

    int firstLost() {
        for (int i = una; i < nxt; i++) {
            if (bytes[i] == LOST) {
                return i;
            }
        }
        return -1;
    }

    int count(byte state) {
        int count = 0;
        for (int i = una; i < nxt; i++) {
            count += bytes[i] == state ? 1 : 0;
        }
        return count;
    }
}
