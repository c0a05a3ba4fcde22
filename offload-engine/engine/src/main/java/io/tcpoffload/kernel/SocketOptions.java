// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.net.InetSocketAddress;

/**
 * Asks a socket for much, one thing after another, in memory that is made once: after a pause each allocation finds cold
 * caches, as each system call does. The descriptor is the caller's. One thread.
 */
final class SocketOptions implements AutoCloseable {

    /** Nothing else that we ask for is as long. */
    private static final int MOST_BYTES = TcpInfo.BYTES;
    private static final int ADDRESS_BYTES = 28;

    private final int fd;
    private final Memory value = new Memory(MOST_BYTES + Long.BYTES);
    private final Pointer length = value.share(MOST_BYTES);

    SocketOptions(int fd) {
        this.fd = fd;
    }

    int fd() {
        return fd;
    }

    int getInt(int level, int option, String name) throws KernelException {
        return get(level, option, Integer.BYTES, name).getInt(0);
    }

    /**
     * The option's value, zeros behind it. It is there until the next call.
     *
     * @param name for people
     */
    Memory get(int level, int option, int bytes, String name) throws KernelException {
        if (read(level, option, bytes) < 0) {
            throw Errno.failure("getsockopt(" + fd + ", " + name + ")", Native.getLastError());
        }
        return value;
    }

    /** Bytes of the option's value, which {@link #value} has; -1: {@link Native#getLastError} tells why not. */
    int read(int level, int option, int bytes) {
        begin(bytes);
        return Libc.getsockopt(fd, level, option, value, length) == 0 ? length.getInt(0) : -1;
    }

    /** What was read last. */
    Memory value() {
        return value;
    }

    /** What {@code ioctl} tells of a queue, in bytes. */
    int queue(long request, String name) throws KernelException {
        Errno.check(Libc.ioctl(fd, request, value), "ioctl(" + fd + ", " + name + ")");
        return value.getInt(0);
    }

    void set(int level, int option, int to, String name) throws KernelException {
        value.setInt(0, to);
        Errno.check(Libc.setsockopt(fd, level, option, value, Integer.BYTES),
                "setsockopt(" + fd + ", " + name + ", " + to + ")");
    }

    InetSocketAddress local() throws KernelException {
        begin(ADDRESS_BYTES);
        Errno.check(Libc.getsockname(fd, value, length), "getsockname(" + fd + ")");
        return SocketAddress.read(value);
    }

    /** @throws KernelException also when it is connected no more */
    InetSocketAddress remote() throws KernelException {
        begin(ADDRESS_BYTES);
        Errno.check(Libc.getpeername(fd, value, length), "getpeername(" + fd + ")");
        return SocketAddress.read(value);
    }

    private void begin(int bytes) {
        value.setMemory(0, bytes, (byte) 0);
        length.setInt(0, bytes);
    }

    @Override
    public void close() {
        value.close();
    }
}
