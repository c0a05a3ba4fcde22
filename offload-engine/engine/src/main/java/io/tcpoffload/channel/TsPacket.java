// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

/** The packet of an MPEG transport stream (ISO/IEC 13818-1 section 2.4.3.2), of which segments are made. */
public final class TsPacket {

    /** Bytes. */
    public static final int SIZE = 188;

    private TsPacket() {
    }

    /** Bytes from a position to the end of the packet it is in, 0 at a packet's first byte. */
    static int rest(long segmentStart, long position) {
        int into = (int) ((position - segmentStart) % SIZE);
        return into == 0 ? 0 : SIZE - into;
    }
}
