// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import com.sun.jna.Memory;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** A listening socket whose accepted descriptors are plain numbers. */
final class Listener implements AutoCloseable {

    /** Of struct sockaddr_in6, the longer one. */
    private static final int ADDRESS_BYTES = 28;

    private final int fd;
    private final InetSocketAddress address;

    Listener(String host) throws Exception {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getByName(host), 0);
        fd = Errno.check(Libc.socket(SocketAddress.family(any), Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC, 0), "socket");
        try (SocketAddress bind = new SocketAddress(any); Memory memory = new Memory(ADDRESS_BYTES);
                NativeInt length = new NativeInt(ADDRESS_BYTES)) {
            Errno.check(Libc.bind(fd, bind.memory(), bind.length()), "bind");
            Errno.check(SocketCalls.listen(fd, 64), "listen");
            Errno.check(SocketCalls.getsockname(fd, memory, length.pointer()), "getsockname");
            address = toAddress(memory);
        }
    }

    InetSocketAddress address() {
        return address;
    }

    Accepted accept() throws Exception {
        try (Memory memory = new Memory(ADDRESS_BYTES); NativeInt length = new NativeInt(ADDRESS_BYTES)) {
            int accepted = Errno.check(SocketCalls.accept(fd, memory, length.pointer()), "accept");
            return new Accepted(accepted, address, toAddress(memory));
        }
    }

    private static InetSocketAddress toAddress(Memory memory) throws Exception {
        int port = (memory.getByte(2) & 0xFF) << 8 | memory.getByte(3) & 0xFF;
        boolean ipv6 = memory.getShort(0) == Libc.AF_INET6;
        return new InetSocketAddress(InetAddress.getByAddress(memory.getByteArray(ipv6 ? 8 : 4, ipv6 ? 16 : 4)), port);
    }

    @Override
    public void close() {
        Libc.close(fd);
    }

    /** A connection of the kernel's. */
    record Accepted(int fd, InetSocketAddress local, InetSocketAddress remote) {

        void write(byte[] bytes) throws KernelException {
            try (Memory memory = new Memory(bytes.length)) {
                memory.write(0, bytes, 0, bytes.length);
                Errno.check((int) SocketCalls.write(fd, memory, bytes.length), "write");
            }
        }
    }
}
