// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import com.sun.jna.Memory;

/** Frames that arrive on or leave a device, in the namespace of the thread that makes it. */
final class FrameCapture implements AutoCloseable {

    private static final int ETH_P_ALL_NETWORK_ORDER = 0x0300;
    private static final int SO_RCVTIMEO = 20;

    private final int fd;

    FrameCapture(String device) throws KernelException {
        fd = Errno.check(Libc.socket(Libc.AF_PACKET, Libc.SOCK_RAW, ETH_P_ALL_NETWORK_ORDER), "socket(AF_PACKET)");
        try (Memory address = new Memory(20); Memory timeout = new Memory(16)) {
            address.clear();
            address.setShort(0, (short) Libc.AF_PACKET);
            address.setShort(2, (short) ETH_P_ALL_NETWORK_ORDER);
            address.setInt(4, Libc.if_nametoindex(device));
            Errno.check(Libc.bind(fd, address, 20), "bind");
            timeout.setLong(0, 5);
            timeout.setLong(8, 0);
            Errno.check(Libc.setsockopt(fd, Libc.SOL_SOCKET, SO_RCVTIMEO, timeout, 16), "SO_RCVTIMEO");
        }
    }

    /** The next frame of this length. */
    byte[] next(int length) throws KernelException {
        try (Memory buffer = new Memory(1 << 17)) {
            while (true) {
                int got = Errno.check((int) Libc.recv(fd, buffer, buffer.size(), 0), "recv");
                if (got == length) {
                    return buffer.getByteArray(0, got);
                }
            }
        }
    }

    @Override
    public void close() {
        Libc.close(fd);
    }
}
