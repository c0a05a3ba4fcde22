// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import com.sun.jna.Memory;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** A listening socket whose accepted descriptors are plain numbers. */
final class Listener implements AutoCloseable {

    private static final int ADDRESS_BYTES = 16;

    private final int fd;
    private final InetSocketAddress address;

    Listener(String host) throws Exception {
        fd = Errno.check(Libc.socket(Libc.AF_INET, Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC, 0), "socket");
        try (Memory memory = new Memory(ADDRESS_BYTES); NativeInt length = new NativeInt(ADDRESS_BYTES)) {
            memory.clear();
            memory.setShort(0, (short) Libc.AF_INET);
            memory.write(4, InetAddress.getByName(host).getAddress(), 0, 4);
            Errno.check(Libc.bind(fd, memory, ADDRESS_BYTES), "bind");
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
        return new InetSocketAddress(InetAddress.getByAddress(memory.getByteArray(4, 4)), port);
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
