// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

/**
 * Layout of a frame in the transmit ring: {@code struct tpacket2_hdr}, then, right before the page-aligned payload,
 * {@code struct virtio_net_hdr} and room for the headers.
 * <pre>
 *     0  tp_status | tp_len | tp_snaplen | tp_mac, tp_net | ...
 *        ...
 *  4096 - header - 10   flags, gso_type | hdr_len | gso_size | csum_start | csum_offset
 *  4096 - header        struct post (12 bytes), ethertype or tags, IP header, TCP header
 *  4096                 payload
 * </pre>
 * The payload begins on a page so that 65,400 bytes take 16 page fragments: an skb holds 17.
 */
final class RingDescriptor {

    static final int PAGE_BYTES = 4096;
    static final int FRAME_BYTES = 1 << 17;
    static final int PAYLOAD = PAGE_BYTES;

    static final int TP_STATUS = 0;
    static final int TP_LEN = 4;
    static final int TP_MAC = 12;

    static final int STATUS_AVAILABLE = 0;
    static final int STATUS_SEND_REQUEST = 1;
    static final int STATUS_WRONG_FORMAT = 4;

    static final int VNET_BYTES = 10;
    static final int VNET_FLAGS = 0;
    static final int VNET_GSO_TYPE = 1;
    static final int VNET_HDR_LEN = 2;
    static final int VNET_GSO_SIZE = 4;
    static final int VNET_CSUM_START = 6;
    static final int VNET_CSUM_OFFSET = 8;

    static final byte NEEDS_CSUM = 1;
    static final byte GSO_NONE = 0;
    static final byte GSO_TCPV4 = 1;
    static final byte GSO_TCPV6 = 4;
    static final short TCP_CHECKSUM_OFFSET = 16;

    static final int POST_FIRST = 0;
    static final int POST_COUNT = 4;
    static final int POST_HEADER_LEN = 6;
    static final int POST_L2_LEN = 7;
    static final int POST_MAGIC = 8;
    static final int POST_IP_VERSION = 10;
    static final short MAGIC = 0x0ad1;

    private RingDescriptor() {
    }
}
