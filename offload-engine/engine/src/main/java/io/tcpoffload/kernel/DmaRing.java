// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import java.nio.ByteBuffer;

/**
 * A device's transmit ring (PACKET_TX_RING): frames in shared memory that the kernel attaches to the packet without
 * copying. Claim a slot, fill the payload, commit, flush. Single-threaded.
 */
public final class DmaRing {

    /**
     * Targets of one post. veth and lo deliver through a backlog of net.core.netdev_max_backlog (1000) packets: 1500
     * clones lost packets, 256 lose none even when several posts follow one another.
     */
    public static final int MAX_TARGETS = 256;

    /** Bytes of payload a post can carry: the IP length caps header and payload at 65,535. */
    public static final int MAX_PAYLOAD = 65_400;

    DmaRing() {
    }

    /**
     * Whether the next slot is free; if so it is the current one until {@link #commit}.
     *
     * @param headerLength link, network and TCP header of the targets, in bytes: 54 to 96
     */
    public boolean claim(int headerLength) {
        throw new UnsupportedOperationException();
    }

    /** The claimed slot's payload, position 0 and limit {@link #MAX_PAYLOAD}; page aligned. The same object each time. */
    public ByteBuffer payload() {
        throw new UnsupportedOperationException();
    }

    /**
     * Makes the claimed slot ready to be sent by the next {@link #flush}.
     *
     * @param payloadLength bytes of payload, 0 to {@link #MAX_PAYLOAD}; 0 for a bare ACK, FIN, RST or window probe
     * @param gsoSize       payload bytes of a segment when the device is to cut the post, 0 when it is one segment
     * @param l3Offset      bytes of link header: 14, 18 or 22
     * @param firstJob      first target in the {@link JobList}
     * @param jobs          number of targets, 1 to {@link #MAX_TARGETS}
     */
    public void commit(int payloadLength, int gsoSize, int l3Offset, boolean ipv6, int firstJob, int jobs) {
        throw new UnsupportedOperationException();
    }

    /**
     * Sends what was committed. The header builder has run for every target when this returns.
     *
     * @return 0, or an errno: ENETDOWN (100) and ENXIO (6) when the device is down or gone
     */
    public int flush() {
        throw new UnsupportedOperationException();
    }
}
