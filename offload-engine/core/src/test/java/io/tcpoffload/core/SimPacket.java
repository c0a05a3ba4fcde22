// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

/**
 * A segment on the simulated wire: data towards the viewer, or an acknowledgement from it.
 *
 * @param time timestamp value of data, timestamp echo of an acknowledgement, in milliseconds (RFC 7323 3)
 * @param marks ECN bits of IP and TCP header
 */
record SimPacket(int seq, byte[] data, boolean fin, int ack, long window, int[] sacks, int time, int marks) {

    /** In the IP header: the ends understand ECN; congestion was met. */
    static final int ECT = 1;
    static final int CE = 2;
    /** In the TCP header: the viewer has seen CE; the sender has reduced. */
    static final int ECE = 4;
    static final int CWR = 8;
    /** The checksum is wrong. */
    static final int DAMAGED = 16;

    private static final byte[] NO_DATA = {};
    private static final int[] NO_SACKS = {};
    private static final int HEADER_BYTES = 66;

    static SimPacket data(int seq, byte[] data, boolean fin, int time, int marks) {
        return new SimPacket(seq, data, fin, 0, 0, NO_SACKS, time, marks);
    }

    static SimPacket probe(int seq, int time) {
        return new SimPacket(seq, NO_DATA, false, 0, 0, NO_SACKS, time, 0);
    }

    static SimPacket ack(int ack, long window, int[] sacks, boolean fin, int time, int marks) {
        return new SimPacket(0, NO_DATA, fin, ack, window, sacks, time, marks);
    }

    SimPacket marked(int more) {
        return new SimPacket(seq, data, fin, ack, window, sacks, time, marks | more);
    }

    boolean has(int mark) {
        return (marks & mark) != 0;
    }

    int wireBytes() {
        return data.length + HEADER_BYTES;
    }

    int sequenceLength() {
        return data.length + (fin ? 1 : 0);
    }
}
