// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel.mpegts;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Null packets (13818-1, 2.4.3.3): receivers throw them away, but their connection sees life. */
public final class NullPackets {

    /** As many as go into a datagram of an ordinary path; players wait for no more than that to read. */
    public static final int PACKETS = 7;

    private static final ByteBuffer MEDIA = make();

    private NullPackets() {
    }

    private static ByteBuffer make() {
        byte[] bytes = new byte[PACKETS * TsPacket.SIZE];
        Arrays.fill(bytes, (byte) 0xFF);
        for (int at = 0; at < bytes.length; at += TsPacket.SIZE) {
            bytes[at] = TsPacket.SYNC;
            bytes[at + 1] = (byte) (TsPacket.NULL_PID >> 8);
            bytes[at + 2] = (byte) TsPacket.NULL_PID;
            bytes[at + 3] = 0x10;
        }
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip().asReadOnlyBuffer();
    }

    /** A view of its own of {@link #PACKETS} null packets. */
    public static ByteBuffer media() {
        return MEDIA.duplicate();
    }
}
