// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import java.util.Locale;

/**
 * Everything the kernel programs count. The order is that of {@code enum counter} in {@code counters.h}; a test
 * compares the two.
 */
public enum KernelCounter {
    /** Packets of sessions that are being learned, passed up to the kernel. */
    LEARN_PASSED,
    /** Templates defined from a viewer's ACK. */
    TEMPLATES_DEFINED,
    /** Segments while learning that the kernel's socket would not accept, or that had no socket: not learned from. */
    LEARN_NOT_CREDIBLE,
    /** Segments eaten while the connection changed hands; the viewer repeats them. */
    EATEN_TAKING,
    /** Segments eaten after the end of a session. */
    EATEN_LINGER,
    /** A SYN ended the lingering: the viewer uses the same ports again. */
    LINGER_ENDED_BY_SYN,
    /** A flow pointed at a session that is free; the packet was passed up. */
    FLOW_WITHOUT_SESSION,

    /** Valid acknowledgements of owned sessions. */
    ACKS,
    /** Acknowledgements that carried SACK blocks. */
    ACKS_SACK,
    /** Duplicate acknowledgements (RFC 5681). */
    ACKS_DUPLICATE,
    /** Acknowledgements below una, but in the range of RFC 5961 section 5.2. */
    ACKS_OLD,
    /** Valid acknowledgements without the negotiated timestamp. */
    ACKS_WITHOUT_TIMESTAMP,
    /** SACK blocks ignored: reversed, above nxt, or too old. */
    SACK_BLOCKS_VOID,
    /** Segments with payload that moved rcv_nxt. */
    DATA_IN_ORDER,
    /** Segments with payload after a gap; dropped, the viewer repeats them. */
    DATA_OUT_OF_ORDER,
    /** Segments wholly before rcv_nxt or outside the receive window. */
    SEGMENTS_STALE,
    /** FINs in order. */
    FINS,
    /** Resets with the exact sequence number. */
    RESETS,
    /** Resets in the window: answered with a challenge. */
    RESETS_CHALLENGED,
    /** SYNs in an owned connection: answered with a challenge. */
    SYNS_CHALLENGED,
    /** The viewer closed its window. */
    ZERO_WINDOWS,
    /** The viewer's data came with the mark Congestion Experienced: it is echoed (RFC 3168). */
    CE_MARKS,
    /** A valid segment came by another device or from another MAC address than the one before. */
    PATHS_CHANGED,
    /** ICMP messages that lower the path MTU of a session: about a segment in flight (RFC 5927). */
    ICMP_MTU,
    /** ICMP messages that say a segment in flight did not arrive: unreachable, time exceeded. Soft. */
    ICMP_UNREACHABLE,
    /** ICMP messages about an owned session with a sequence number that is not in flight: forged or late. */
    ICMP_VOID,
    /** ICMP messages with an MTU that is no smaller than what is sent, or that no path may have. */
    ICMP_MTU_VOID,
    /** Other ICMP messages about an owned session, and more than one in 100 ms. */
    ICMP_IGNORED,
    /** ICMP messages about an owned session whose checksum is wrong. */
    ICMP_CHECKSUM,

    /** Dropped: fragments. */
    DROP_FRAGMENT,
    /** Dropped: IP header with options. */
    DROP_IP_OPTIONS,
    /** Dropped: IPv6 packet with more extension headers than are looked through; whose it is cannot be told. */
    DROP_EXTENSION_HEADERS,
    /** Dropped: version, header length or total length of the IP header wrong, or the packet is truncated. */
    DROP_BAD_IP_HEADER,
    /** Dropped: checksum of the IP header. */
    DROP_IP_CHECKSUM,
    /** Dropped: data offset of the TCP header wrong, or the packet is truncated. */
    DROP_BAD_TCP_HEADER,
    /** Dropped: checksum of the TCP segment. */
    DROP_TCP_CHECKSUM,
    /** Dropped: option of length 0 or 1, past the end, or of a length its kind does not have. */
    DROP_TCP_OPTION,
    /** Dropped: no ACK, RST or SYN, or flags that contradict one another. */
    DROP_FLAGS,
    /** Dropped: timestamp older than the last one (PAWS, RFC 7323). */
    DROP_PAWS,
    /** Dropped: acknowledgement of data that was never sent. */
    DROP_ACK_UNSENT,
    /** Dropped: acknowledgement older than una - max window. */
    DROP_ACK_TOO_OLD,
    /** Dropped: reset outside the window. */
    DROP_RESET_OUTSIDE,

    /** Events raised. */
    EVENTS,
    /** Events not raised because the session had one of this kind within the last 100 ms. */
    EVENTS_LIMITED,
    /** Events lost because the ring was full; the session record holds the last state all the same. */
    EVENTS_LOST,

    /** Posts seen by the header builder. */
    POSTS,
    /** Posts that were not well formed: nothing was sent. */
    POSTS_BAD,
    /** Frames handed to the device, one a target. */
    FRAMES_SENT,
    /** Frames the device or its queue refused. */
    FRAMES_REFUSED,
    /** Targets refused: no such session, or not in state OWNED. */
    TARGETS_NOT_OWNED,
    /** Targets refused: header length, segment size or device differ from the post's. */
    TARGETS_OTHER_SHAPE,
    /** Segments with data in order that has no room in our window, or none at all: not acknowledged. */
    DATA_NOT_TAKEN,
    /** Segments of viewers that the hook answered itself, because no engine was there. */
    ANSWERS,
    /** Acknowledgements and resets that could not be made of the viewer's packet. */
    ANSWERS_FAILED,
    /** Sessions reset because no engine had come within the grace. */
    ORPHANS_RESET;

    /** Name for people and JSON: {@code acks_sack}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
