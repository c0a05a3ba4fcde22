// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import com.sun.jna.Memory;
import java.net.Inet6Address;
import java.net.InetSocketAddress;

/**
 * {@code struct sockaddr_in} and {@code struct sockaddr_in6}, in native memory.
 * <pre>
 *   0  family (host order) | port (network order)
 *   4  IPv4 address          or   4  flow information
 *                                 8  IPv6 address
 *                                24  scope, host order
 * </pre>
 */
final class SocketAddress implements AutoCloseable {

    private static final int IPV4_BYTES = 16;
    private static final int IPV6_BYTES = 28;

    private final Memory memory;
    private final int length;

    SocketAddress(InetSocketAddress address) {
        byte[] ip = address.getAddress().getAddress();
        boolean ipv6 = family(address) == Libc.AF_INET6;
        length = ipv6 ? IPV6_BYTES : IPV4_BYTES;
        memory = new Memory(length);
        memory.clear();
        memory.setShort(0, (short) family(address));
        memory.setByte(2, (byte) (address.getPort() >>> 8));
        memory.setByte(3, (byte) address.getPort());
        memory.write(ipv6 ? 8 : 4, ip, 0, ip.length);
        if (address.getAddress() instanceof Inet6Address scoped) {
            memory.setInt(24, scoped.getScopeId());
        }
    }

    static int family(InetSocketAddress address) {
        return address.getAddress() instanceof Inet6Address ? Libc.AF_INET6 : Libc.AF_INET;
    }

    Memory memory() {
        return memory;
    }

    int length() {
        return length;
    }

    @Override
    public void close() {
        memory.close();
    }
}
