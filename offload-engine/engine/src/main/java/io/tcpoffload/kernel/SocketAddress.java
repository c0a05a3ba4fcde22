// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import com.sun.jna.Memory;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

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

    static final int IPV4_BYTES = 16;
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

    /**
     * What is in memory; IPv4 where it is mapped into IPv6.
     *
     * @throws KernelException when it is of neither family
     */
    static InetSocketAddress read(Memory memory) throws KernelException {
        int family = memory.getShort(0);
        if (family != Libc.AF_INET && family != Libc.AF_INET6) {
            throw new KernelException("address family " + family + " is neither IPv4 (2) nor IPv6 (10)");
        }
        int port = (memory.getByte(2) & 0xFF) << 8 | memory.getByte(3) & 0xFF;
        try {
            byte[] ip = family == Libc.AF_INET ? memory.getByteArray(4, 4) : memory.getByteArray(8, 16);
            InetAddress address = InetAddress.getByAddress(ip);
            int scope = family == Libc.AF_INET6 ? memory.getInt(24) : 0;
            return new InetSocketAddress(scope == 0 || !(address instanceof Inet6Address) ? address
                    : Inet6Address.getByAddress(null, ip, scope), port);
        } catch (UnknownHostException e) {
            throw new KernelException("an address has a wrong length: " + e.getMessage());
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
