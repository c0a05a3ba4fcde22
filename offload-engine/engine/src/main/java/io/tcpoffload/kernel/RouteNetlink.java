// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import com.sun.jna.Memory;
import com.sun.jna.Native;

/**
 * One question at a time to the kernel's routing ({@code linux/rtnetlink.h}), and its one answer. In the network
 * namespace of the thread that makes it. One thread at a time.
 * <pre>
 *   0  len | type, flags | sequence | port      struct nlmsghdr
 *  16  fixed part of the message's type
 *      attributes: len, type, value, each on 4 bytes
 * </pre>
 */
final class RouteNetlink implements AutoCloseable {

    static final int NETLINK_ROUTE = 0;
    static final short NLMSG_ERROR = 2;
    static final short REQUEST = 1;
    static final short ACK = 4;
    static final short REPLACE = 0x100;
    static final short CREATE = 0x400;
    static final int HEADER_BYTES = 16;

    private static final int SEQUENCE = 8;
    private static final int ATTRIBUTE_BYTES = 4;
    /** A link's description without statistics takes 2 KB; one with many virtual functions more. */
    private static final int BUFFER_BYTES = 32 * 1024;

    private final int fd;
    private final Memory buffer = new Memory(BUFFER_BYTES);
    private int sequence;
    private int length;
    private int attributes;
    private int errno;

    RouteNetlink() throws KernelException {
        fd = Errno.check(Libc.socket(Libc.AF_NETLINK, Libc.SOCK_RAW | Libc.SOCK_CLOEXEC, NETLINK_ROUTE),
                "socket(AF_NETLINK, NETLINK_ROUTE)");
    }

    /** Begins a message whose fixed part is zeroed; fill it with {@link #fixed()} at {@link #HEADER_BYTES}. */
    RouteNetlink begin(short type, int flags, int fixedBytes) {
        length = HEADER_BYTES + fixedBytes;
        attributes = length;
        buffer.setMemory(0, length, (byte) 0);
        buffer.setShort(4, type);
        buffer.setShort(6, (short) (REQUEST | flags));
        buffer.setInt(SEQUENCE, ++sequence);
        return this;
    }

    Memory fixed() {
        return buffer;
    }

    RouteNetlink attribute(int type, byte[] value) {
        buffer.setInt(length, 0);
        buffer.setShort(length, (short) (ATTRIBUTE_BYTES + value.length));
        buffer.setShort(length + 2, (short) type);
        buffer.write(length + ATTRIBUTE_BYTES, value, 0, value.length);
        length += ATTRIBUTE_BYTES + aligned(value.length);
        return this;
    }

    RouteNetlink attribute(int type, int value) {
        buffer.setShort(length, (short) (ATTRIBUTE_BYTES + Integer.BYTES));
        buffer.setShort(length + 2, (short) type);
        buffer.setInt(length + ATTRIBUTE_BYTES, value);
        length += ATTRIBUTE_BYTES + Integer.BYTES;
        return this;
    }

    /**
     * Sends the message and reads the answer over it.
     *
     * @return whether the kernel did what was asked; if not {@link #errno()} says why
     */
    boolean ask(String what) throws KernelException {
        buffer.setInt(0, length);
        if (Libc.send(fd, buffer, length, 0) != length) {
            throw Errno.failure("netlink, " + what, Native.getLastError());
        }
        long got;
        do { // of a question that failed there may be an answer left
            got = Libc.recv(fd, buffer, BUFFER_BYTES, 0);
            if (got < HEADER_BYTES + Integer.BYTES) {
                throw Errno.failure("netlink, answer to " + what, got < 0 ? Native.getLastError() : 0);
            }
        } while (buffer.getInt(SEQUENCE) != sequence);
        length = (int) Math.min(got, buffer.getInt(0));
        errno = buffer.getShort(4) == NLMSG_ERROR ? -buffer.getInt(HEADER_BYTES) : 0;
        return errno == 0;
    }

    int errno() {
        return errno;
    }

    /** Offset of an attribute's value in the answer, whose fixed part is as long as the question's; -1: not there. */
    int find(int type) {
        return find(type, attributes, length);
    }

    /** The same in an attribute that contains others. */
    int find(int type, int nestedAt) {
        int value = find(nestedAt, attributes, length);
        return value < 0 ? -1 : find(type, value, value + length(value));
    }

    private int find(int type, int from, int end) {
        for (int at = from; at + ATTRIBUTE_BYTES <= end; at += aligned(Math.max(ATTRIBUTE_BYTES, unsigned(at)))) {
            if ((buffer.getShort(at + 2) & 0x3FFF) == type) {
                return at + ATTRIBUTE_BYTES;
            }
        }
        return -1;
    }

    /** Bytes of the attribute whose value is there. */
    int length(int value) {
        return unsigned(value - ATTRIBUTE_BYTES) - ATTRIBUTE_BYTES;
    }

    byte[] bytes(int value) {
        return buffer.getByteArray(value, length(value));
    }

    private int unsigned(int at) {
        return buffer.getShort(at) & 0xFFFF;
    }

    private static int aligned(int bytes) {
        return bytes + 3 & ~3;
    }

    @Override
    public void close() {
        Libc.close(fd);
        buffer.close();
    }
}
