// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import java.net.Inet6Address;
import java.net.InetAddress;

/**
 * What the owner of a socket has chosen for the IP header of its packets: IP_TTL and IP_TOS, or IPV6_UNICAST_HOPS and
 * IPV6_TCLASS ({@code ip(7)}, {@code ipv6(7)}).
 *
 * @param hopLimit     TTL or hop limit, 1 to 255
 * @param trafficClass TOS or traffic class without the ECN bits, which are the sender's (RFC 3168)
 */
public record IpFields(int hopLimit, int trafficClass) {

    private static final int IP_TOS = 1;
    private static final int IP_TTL = 2;
    private static final int IPV6_UNICAST_HOPS = 16;
    private static final int IPV6_TCLASS = 67;
    private static final int ECN_BITS = 3;
    private static final int MOST = 255;

    public IpFields {
        if (hopLimit < 1 || hopLimit > MOST) {
            throw new IllegalArgumentException("hop limit " + hopLimit + " is not in 1 to " + MOST);
        }
        if ((trafficClass & ~MOST | trafficClass & ECN_BITS) != 0) {
            throw new IllegalArgumentException("traffic class " + trafficClass + " is not in 0 to 252 or has ECN bits");
        }
    }

    /** Of a socket; what it has not chosen is the system's default. @param local its address, IPv4 of a mapped one */
    static IpFields of(SocketOptions socket, InetAddress local) throws KernelException {
        return local instanceof Inet6Address
                ? of(socket.getInt(Libc.SOL_IPV6, IPV6_UNICAST_HOPS, "IPV6_UNICAST_HOPS"),
                        socket.getInt(Libc.SOL_IPV6, IPV6_TCLASS, "IPV6_TCLASS"))
                : of(socket.getInt(Libc.SOL_IP, IP_TTL, "IP_TTL"), socket.getInt(Libc.SOL_IP, IP_TOS, "IP_TOS"));
    }

    private static IpFields of(int hopLimit, int trafficClass) {
        return new IpFields(hopLimit, trafficClass & ~ECN_BITS);
    }

    /** Chooses them for a socket where they are not what it has. */
    void set(int fd, InetAddress local) throws KernelException {
        try (SocketOptions socket = new SocketOptions(fd)) {
            IpFields has = of(socket, local);
            boolean six = local instanceof Inet6Address;
            int level = six ? Libc.SOL_IPV6 : Libc.SOL_IP;
            if (has.hopLimit != hopLimit) {
                socket.set(level, six ? IPV6_UNICAST_HOPS : IP_TTL, hopLimit, six ? "IPV6_UNICAST_HOPS" : "IP_TTL");
            }
            if (has.trafficClass != trafficClass) {
                socket.set(level, six ? IPV6_TCLASS : IP_TOS, trafficClass, six ? "IPV6_TCLASS" : "IP_TOS");
            }
        }
    }
}
