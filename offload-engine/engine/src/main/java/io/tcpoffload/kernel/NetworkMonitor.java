// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;

/**
 * Hears from the kernel when links, addresses, neighbours and routes change: rtnetlink(7), of the network namespace of
 * the thread that opens it. One thread waits; any may {@link #wake} it. Close it when nobody waits any more.
 */
public final class NetworkMonitor implements AutoCloseable {

    private static final int NETLINK_ROUTE = 0;
    private static final int RTMGRP_LINK = 1;
    private static final int RTMGRP_NEIGH = 4;
    private static final int RTMGRP_IPV4_IFADDR = 0x10;
    private static final int RTMGRP_IPV4_ROUTE = 0x40;
    private static final int RTMGRP_IPV6_IFADDR = 0x100;
    private static final int RTMGRP_IPV6_ROUTE = 0x400;
    private static final int GROUPS = RTMGRP_LINK | RTMGRP_NEIGH | RTMGRP_IPV4_IFADDR | RTMGRP_IPV4_ROUTE
            | RTMGRP_IPV6_IFADDR | RTMGRP_IPV6_ROUTE;

    /** struct sockaddr_nl 12: family 0, pid 4, groups 8. */
    private static final int ADDRESS_BYTES = 12;
    private static final int SO_RCVTIMEO = 20;
    private static final int HEADER_BYTES = 16;
    private static final short NLMSG_NOOP = 1;
    private static final short REQUEST_ACK = 1 | 4;
    private static final int ENOBUFS = 105;
    /** NLMSG_GOODSIZE is at most two pages. */
    private static final int BUFFER_BYTES = 32 * 1024;

    private final int fd;
    private final Memory buffer = new Memory(BUFFER_BYTES);
    private final ByteBuffer view = buffer.getByteBuffer(0, BUFFER_BYTES).order(ByteOrder.nativeOrder());
    private final NetworkMessages messages = new NetworkMessages();

    private NetworkMonitor(int fd) {
        this.fd = fd;
    }

    /**
     * Begins to listen.
     *
     * @param longestWaitMs how long {@link #await} waits at most, 1 or more
     * @throws KernelException when the kernel gives no netlink socket
     */
    public static NetworkMonitor open(long longestWaitMs) throws KernelException {
        int fd = Errno.check(Libc.socket(Libc.AF_NETLINK, Libc.SOCK_RAW | Libc.SOCK_CLOEXEC, NETLINK_ROUTE),
                "socket(AF_NETLINK)");
        try (Memory timeout = new Memory(2 * Long.BYTES); Memory address = new Memory(ADDRESS_BYTES)) {
            timeout.setLong(0, longestWaitMs / 1000);
            timeout.setLong(Long.BYTES, TimeUnit.MILLISECONDS.toMicros(longestWaitMs % 1000));
            Errno.check(Libc.setsockopt(fd, Libc.SOL_SOCKET, SO_RCVTIMEO, timeout, 2 * Long.BYTES),
                    "setsockopt(AF_NETLINK, SO_RCVTIMEO)");
            address.clear();
            address.setShort(0, (short) Libc.AF_NETLINK);
            address.setInt(8, GROUPS);
            Errno.check(Libc.bind(fd, address, ADDRESS_BYTES), "bind(AF_NETLINK, groups " + GROUPS + ")");
        } catch (KernelException e) {
            Libc.close(fd);
            throw e;
        }
        return new NetworkMonitor(fd);
    }

    /** Waits for notifications, for the longest wait or a {@link #wake}, and hands over what has come. */
    public void await(NetworkListener listener) {
        receive(0, listener);
        while (receive(Libc.MSG_DONTWAIT, listener)) {
            Thread.onSpinWait();
        }
    }

    private boolean receive(int flags, NetworkListener listener) {
        long got = Libc.recv(fd, buffer, BUFFER_BYTES, flags);
        if (got > 0) {
            messages.read(view.clear().limit((int) got), listener);
        } else if (got < 0 && Native.getLastError() == ENOBUFS) {
            listener.onOverrun();
            return true;
        }
        return got > 0;
    }

    /** Ends the wait of the other thread: the kernel answers a message that asks for nothing. Any thread. */
    public void wake() {
        try (Memory message = new Memory(HEADER_BYTES)) {
            message.clear();
            message.setInt(0, HEADER_BYTES);
            message.setShort(4, NLMSG_NOOP);
            message.setShort(6, REQUEST_ACK);
            Libc.send(fd, message, HEADER_BYTES, 0);
        }
    }

    @Override
    public void close() {
        Libc.close(fd);
    }
}
