// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.headend.demo;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.function.Predicate;

/** The shipped clip for tests, whole or damaged. */
final class DemoClip {

    private DemoClip() {
    }

    static byte[] bytes() throws IOException {
        try (InputStream in = DemoClip.class.getResourceAsStream("/demo/clip.ts")) {
            return in.readAllBytes();
        }
    }

    /** The number of the n-th packet, from 0, that fulfils the condition. */
    static int find(byte[] clip, int n, Predicate<TsPacket> condition) {
        ByteBuffer buffer = ByteBuffer.wrap(clip);
        int found = 0;
        for (int number = 0; number < clip.length / TsPacket.SIZE; number++) {
            if (condition.test(new TsPacket().wrap(buffer, number * TsPacket.SIZE)) && found++ == n) {
                return number;
            }
        }
        throw new AssertionError("the clip has only " + found + " such packets");
    }

    static TsPacket packet(byte[] clip, int number) {
        return new TsPacket().wrap(ByteBuffer.wrap(clip), number * TsPacket.SIZE);
    }
}
