// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import org.junit.jupiter.api.Test;

class StreamTest {

    @Test
    void wordsFollowFromTheirPosition() {
        ByteBuffer some = Stream.bytes(188 * 7, 188).order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(188, some.remaining());
        assertEquals(Stream.wordAt(188 * 7), some.getInt(0));
        assertEquals(Stream.wordAt(188 * 8 - 4), some.getInt(184));
    }

    @Test
    void isTheFinaliserOfMurmurHash3() {
        assertEquals(0x514e28b7, Stream.wordAt(4));
        assertEquals(0x30f4c306, Stream.wordAt(8));
    }
}
