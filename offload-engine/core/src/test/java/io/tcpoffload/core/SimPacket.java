// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

/** A segment on the simulated wire: data towards the viewer, or an acknowledgement from it. */
record SimPacket(int seq, byte[] data, boolean fin, int ack, long window, int[] sacks) {

    private static final byte[] NO_DATA = {};
    private static final int[] NO_SACKS = {};
    private static final int HEADER_BYTES = 66;

    static SimPacket data(int seq, byte[] data, boolean fin) {
        return new SimPacket(seq, data, fin, 0, 0, NO_SACKS);
    }

    static SimPacket probe(int seq) {
        return new SimPacket(seq, NO_DATA, false, 0, 0, NO_SACKS);
    }

    static SimPacket ack(int ack, long window, int[] sacks, boolean fin) {
        return new SimPacket(0, NO_DATA, fin, ack, window, sacks);
    }

    int wireBytes() {
        return data.length + HEADER_BYTES;
    }

    int sequenceLength() {
        return data.length + (fin ? 1 : 0);
    }
}
