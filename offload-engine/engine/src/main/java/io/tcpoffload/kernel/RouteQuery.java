// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import com.sun.jna.Memory;
import io.tcpoffload.kernel.Path.Status;
import java.net.Inet6Address;
import java.net.InetAddress;

/**
 * Asks the kernel for a route, its device and the next hop's MAC address: what the kernel's own output does for a socket.
 * (The BPF helper for this, bpf_fib_lookup, serves routers: it refuses devices that do not forward, and local routes.)
 * Thread-safe; in the network namespace of the thread that makes it.
 */
final class RouteQuery implements AutoCloseable {

    private static final short RTM_GETLINK = 18;
    private static final short RTM_GETROUTE = 26;
    private static final short RTM_NEWNEIGH = 28;
    private static final short RTM_GETNEIGH = 30;

    /** struct rtmsg: family 0, dst_len 1, src_len 2, type 7. */
    private static final int ROUTE_BYTES = 12;
    private static final int RTN_UNICAST = 1;
    private static final int RTN_LOCAL = 2;
    /** In each network namespace (net/flow.h). */
    private static final int LOOPBACK_IFINDEX = 1;
    private static final int RTA_DST = 1;
    private static final int RTA_SRC = 2;
    private static final int RTA_OIF = 4;
    private static final int RTA_GATEWAY = 5;
    private static final int RTA_METRICS = 8;
    private static final int RTA_VIA = 18;
    private static final int RTAX_MTU = 2;

    /** struct ndmsg: family 0, ifindex 4, state 8, flags 10. */
    private static final int NEIGHBOUR_BYTES = 12;
    private static final int NDA_DST = 1;
    private static final int NDA_LLADDR = 2;
    private static final int NUD_REACHABLE = 0x02;
    private static final int NUD_PROBE = 0x10;
    private static final int NUD_NOARP = 0x40;
    private static final int NUD_PERMANENT = 0x80;
    /** Reachable, stale, delay, probe, no ARP, permanent. */
    private static final int NUD_VALID = 0xDE;
    private static final byte NTF_USE = 1;

    /** struct ifinfomsg: type 2, index 4, flags 8. */
    private static final int LINK_BYTES = 16;
    private static final int IFLA_ADDRESS = 1;
    private static final int IFLA_MTU = 4;
    private static final int IFLA_EXT_MASK = 29;
    private static final int SKIP_STATISTICS = 1 << 3;
    private static final int IFF_UP = 1;

    private static final byte AF_INET = 2;
    private static final byte AF_INET6 = 10;
    private static final int MAC_BYTES = 6;

    private final RouteNetlink netlink = new RouteNetlink();
    private boolean closed;

    RouteQuery() throws KernelException {
    }

    /**
     * See {@link KernelSide#path}.
     *
     * @param doubted whether the next hop is to be asked whether it is still there
     */
    synchronized Path path(InetAddress local, InetAddress remote, boolean doubted) throws KernelException {
        if (closed) {
            throw new KernelException("the way to " + remote + " can't be asked for: the engine is stopping");
        }
        byte[] to = remote.getAddress();
        byte family = to.length == 4 ? AF_INET : AF_INET6;
        netlink.begin(RTM_GETROUTE, 0, ROUTE_BYTES);
        Memory route = netlink.fixed();
        route.setByte(RouteNetlink.HEADER_BYTES, family);
        route.setByte(RouteNetlink.HEADER_BYTES + 1, (byte) (8 * to.length));
        route.setByte(RouteNetlink.HEADER_BYTES + 2, (byte) (8 * to.length));
        netlink.attribute(RTA_DST, to).attribute(RTA_SRC, local.getAddress());
        if (remote instanceof Inet6Address six && six.isLinkLocalAddress() && six.getScopeId() != 0) {
            netlink.attribute(RTA_OIF, six.getScopeId());
        }
        if (!netlink.ask("route from " + local + " to " + remote)) {
            return Path.none(Status.NO_ROUTE, 0);
        }
        int type = route.getByte(RouteNetlink.HEADER_BYTES + 7);
        int device = netlink.find(RTA_OIF);
        if (type != RTN_UNICAST && type != RTN_LOCAL || device < 0) {
            return Path.none(Status.NO_ROUTE, 0);
        }
        int ifindex = type == RTN_LOCAL ? LOOPBACK_IFINDEX : route.getInt(device);
        byte[] hop = nextHop(to);
        int metric = netlink.find(RTAX_MTU, RTA_METRICS);
        return link(ifindex, metric < 0 ? Integer.MAX_VALUE : route.getInt(metric), hop, doubted);
    }

    /** The gateway, of either family (RFC 5549), or the address itself. */
    private byte[] nextHop(byte[] to) {
        int gateway = netlink.find(RTA_GATEWAY);
        if (gateway >= 0) {
            return netlink.bytes(gateway);
        }
        int via = netlink.find(RTA_VIA);
        if (via >= 0) {
            return netlink.fixed().getByteArray(via + 2, netlink.length(via) - 2);
        }
        return to;
    }

    private Path link(int ifindex, int routeMtu, byte[] hop, boolean doubted) throws KernelException {
        netlink.begin(RTM_GETLINK, 0, LINK_BYTES);
        Memory link = netlink.fixed();
        link.setInt(RouteNetlink.HEADER_BYTES + 4, ifindex);
        netlink.attribute(IFLA_EXT_MASK, SKIP_STATISTICS);
        if (!netlink.ask("device " + ifindex) || (link.getInt(RouteNetlink.HEADER_BYTES + 8) & IFF_UP) == 0) {
            return Path.none(Status.DEVICE_UNUSABLE, ifindex);
        }
        int mtu = Math.min(routeMtu, link.getInt(netlink.find(IFLA_MTU)));
        switch (link.getShort(RouteNetlink.HEADER_BYTES + 2) & 0xFFFF) {
            case InterfaceRequest.ARPHRD_LOOPBACK:
                return new Path(Status.USABLE, ifindex, mtu, true, 0, 0);
            case InterfaceRequest.ARPHRD_NONE:
                return new Path(Status.USABLE, ifindex, mtu, false, 0, 0);
            case InterfaceRequest.ARPHRD_ETHER:
                return neighbour(ifindex, mtu, mac(netlink.find(IFLA_ADDRESS)), hop, doubted);
            default:
                return Path.none(Status.DEVICE_UNUSABLE, ifindex);
        }
    }

    private Path neighbour(int ifindex, int mtu, long source, byte[] hop, boolean doubted)
            throws KernelException {
        beginNeighbour(RTM_GETNEIGH, 0, ifindex, hop);
        Memory neighbour = netlink.fixed();
        int state = netlink.ask("neighbour") ? neighbour.getShort(RouteNetlink.HEADER_BYTES + 8) : 0;
        int address = (state & NUD_VALID) == 0 ? -1 : netlink.find(NDA_LLADDR);
        boolean known = address >= 0 && netlink.length(address) == MAC_BYTES;
        Path path = known ? new Path(Status.USABLE, ifindex, mtu, true, source, mac(address))
                : Path.none(Status.NEIGHBOUR_UNKNOWN, ifindex);
        if (known && doubted && (state & (NUD_NOARP | NUD_PERMANENT | NUD_PROBE)) == 0) {
            doubt(ifindex, hop, netlink.bytes(address));
        } else if ((state & (NUD_REACHABLE | NUD_NOARP | NUD_PERMANENT)) == 0) {
            use(ifindex, hop);
        }
        return path;
    }

    /** Lets the kernel ask the neighbour whether it is still there; it looks for another address if it is not. */
    private void doubt(int ifindex, byte[] hop, byte[] address) throws KernelException {
        beginNeighbour(RTM_NEWNEIGH, RouteNetlink.REPLACE | RouteNetlink.ACK, ifindex, hop);
        netlink.fixed().setShort(RouteNetlink.HEADER_BYTES + 8, (short) NUD_PROBE);
        netlink.attribute(NDA_LLADDR, address);
        netlink.ask("doubt of a neighbour");
    }

    /** As if a packet were waiting: the kernel resolves the address, or makes sure of an old one. */
    private void use(int ifindex, byte[] hop) throws KernelException {
        beginNeighbour(RTM_NEWNEIGH, RouteNetlink.CREATE | RouteNetlink.ACK, ifindex, hop);
        netlink.fixed().setByte(RouteNetlink.HEADER_BYTES + 10, NTF_USE);
        netlink.ask("use of a neighbour");
    }

    private void beginNeighbour(short type, int flags, int ifindex, byte[] hop) {
        netlink.begin(type, flags, NEIGHBOUR_BYTES);
        netlink.fixed().setByte(RouteNetlink.HEADER_BYTES, hop.length == 4 ? AF_INET : AF_INET6);
        netlink.fixed().setInt(RouteNetlink.HEADER_BYTES + 4, ifindex);
        netlink.attribute(NDA_DST, hop);
    }

    private long mac(int at) {
        long address = 0;
        for (int i = 0; i < MAC_BYTES && at >= 0; i++) {
            address = address << 8 | netlink.fixed().getByte(at + i) & 0xFF;
        }
        return address;
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            netlink.close();
        }
    }
}
