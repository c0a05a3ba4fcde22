// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads the notifications of rtnetlink(7). Messages are in host byte order, each
 * {@code struct nlmsghdr {len u32, type u16, flags u16, seq u32, pid u32}}, a fixed part by type, and attributes
 * {@code struct rtattr {len u16, type u16}}, all aligned to 4. Owned by one thread.
 */
final class NetworkMessages {

    private static final int RTM_NEWLINK = 16;
    private static final int RTM_DELLINK = 17;
    private static final int RTM_NEWADDR = 20;
    private static final int RTM_DELADDR = 21;
    private static final int RTM_NEWROUTE = 24;
    private static final int RTM_DELROUTE = 25;
    private static final int RTM_NEWNEIGH = 28;
    private static final int RTM_DELNEIGH = 29;

    private static final int HEADER = 16;
    private static final int ATTRIBUTE = 4;

    /** struct ifinfomsg 16: index 4, flags 8. */
    private static final int LINK_INDEX = 4;
    private static final int LINK_FLAGS = 8;
    private static final int LINK_BYTES = 16;
    private static final int IFLA_MTU = 4;
    private static final int IFF_UP = 1;

    /** struct ifaddrmsg 8: index 4. */
    private static final int ADDRESS_INDEX = 4;

    /** struct ndmsg 12: ifindex 4, state 8. */
    private static final int NEIGHBOUR_INDEX = 4;
    private static final int NEIGHBOUR_STATE = 8;
    private static final int NEIGHBOUR_BYTES = 12;
    private static final int NUD_FAILED = 0x20;
    private static final int NDA_DST = 1;
    private static final int NDA_LLADDR = 2;

    /** Neighbours whose address is remembered, to tell a change from a confirmation; the oldest is forgotten. */
    private static final int MAX_NEIGHBOURS = 4096;

    private record Neighbour(int ifindex, ByteBuffer address) {
    }

    private final Map<Neighbour, byte[]> neighbours = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Neighbour, byte[]> eldest) {
            return size() > MAX_NEIGHBOURS;
        }
    };

    /** Hands over all messages of one datagram; what is cut short ends the reading. */
    void read(ByteBuffer datagram, NetworkListener listener) {
        int at = datagram.position();
        while (at + HEADER <= datagram.limit()) {
            int length = datagram.getInt(at);
            if (length < HEADER || length > datagram.limit() - at) {
                return;
            }
            message(datagram, at, length, listener);
            at += length + 3 & ~3;
        }
    }

    private void message(ByteBuffer b, int at, int length, NetworkListener listener) {
        int type = b.getShort(at + 4);
        int body = at + HEADER;
        int rest = length - HEADER;
        switch (type) {
            case RTM_NEWLINK, RTM_DELLINK -> {
                if (rest >= LINK_BYTES) {
                    int mtu = attribute(b, body + LINK_BYTES, at + length, IFLA_MTU);
                    listener.onLink(b.getInt(body + LINK_INDEX), type == RTM_NEWLINK,
                            (b.getInt(body + LINK_FLAGS) & IFF_UP) != 0, mtu < 0 ? 0 : b.getInt(mtu));
                }
            }
            case RTM_NEWADDR, RTM_DELADDR -> {
                if (rest >= 2 * Integer.BYTES) {
                    listener.onAddress(b.getInt(body + ADDRESS_INDEX));
                }
            }
            case RTM_NEWROUTE, RTM_DELROUTE -> listener.onRoute();
            case RTM_NEWNEIGH, RTM_DELNEIGH -> {
                if (rest >= NEIGHBOUR_BYTES) {
                    neighbour(b, body, at + length, type == RTM_NEWNEIGH, listener);
                }
            }
            default -> { }
        }
    }

    /** The kernel also tells each confirmation, which changes nothing. */
    private void neighbour(ByteBuffer b, int body, int end, boolean there, NetworkListener listener) {
        int address = attribute(b, body + NEIGHBOUR_BYTES, end, NDA_DST);
        if (address < 0) {
            return;
        }
        int ifindex = b.getInt(body + NEIGHBOUR_INDEX);
        Neighbour neighbour = new Neighbour(ifindex, ByteBuffer.wrap(bytes(b, address)));
        int link = attribute(b, body + NEIGHBOUR_BYTES, end, NDA_LLADDR);
        if (!there || link < 0) {
            neighbours.remove(neighbour);
            if ((b.getShort(body + NEIGHBOUR_STATE) & NUD_FAILED) != 0) {
                listener.onNeighbour(ifindex);
            }
            return;
        }
        byte[] now = bytes(b, link);
        if (!Arrays.equals(now, neighbours.put(neighbour, now))) {
            listener.onNeighbour(ifindex);
        }
    }

    /** Where an attribute's value is, -1 when there is none. */
    private static int attribute(ByteBuffer b, int from, int end, int type) {
        int at = from;
        while (at + ATTRIBUTE <= end) {
            int length = b.getShort(at) & 0xFFFF;
            if (length < ATTRIBUTE || length > end - at) {
                return -1;
            }
            if (b.getShort(at + 2) == type) {
                return at + ATTRIBUTE;
            }
            at += length + 3 & ~3;
        }
        return -1;
    }

    private static byte[] bytes(ByteBuffer b, int value) {
        byte[] copy = new byte[(b.getShort(value - ATTRIBUTE) & 0xFFFF) - ATTRIBUTE];
        b.get(value, copy);
        return copy;
    }
}
