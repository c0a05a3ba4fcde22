// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;

/** A TUN device of this process, in the namespace of the thread that makes it: packets without link header. */
final class Tun implements AutoCloseable {

    private static final int O_RDWR = 2;
    private static final long TUNSETIFF = 0x400454CAL;
    private static final long TUNSETLINK = 0x400454CDL;
    private static final short IFF_TUN_NO_PI = 0x1001;
    private static final int PACKET_BYTES = 1 << 16;

    final String name;
    private final int fd;
    private final Memory packet = new Memory(PACKET_BYTES);

    Tun(String name) throws Exception {
        this.name = name;
        fd = Errno.check(SocketCalls.open("/dev/net/tun", O_RDWR), "open(/dev/net/tun)");
        try (Memory request = new Memory(40)) {
            request.clear();
            byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
            request.write(0, bytes, 0, bytes.length);
            request.setShort(16, IFF_TUN_NO_PI);
            Errno.check(Libc.ioctl(fd, TUNSETIFF, request), "TUNSETIFF");
        }
    }

    Tun up(String address) throws Exception {
        VethPair.run("ip", "addr", "add", address, "dev", name);
        VethPair.run("ip", "link", "set", name, "up");
        return this;
    }

    /** Lets it say that it is of another kind, while it is down. */
    void linkType(int type) throws KernelException {
        Errno.check(Libc.ioctl(fd, TUNSETLINK, new Pointer(type)), "TUNSETLINK");
    }

    /** Carries what this one's kernel sends to the other's, until either is closed. */
    Thread into(Tun other) {
        Thread wire = new Thread(() -> {
            long length = SocketCalls.read(fd, packet, PACKET_BYTES);
            while (length > 0) {
                SocketCalls.write(other.fd, packet, length);
                length = SocketCalls.read(fd, packet, PACKET_BYTES);
            }
        }, "wire from " + name);
        wire.setDaemon(true);
        wire.start();
        return wire;
    }

    @Override
    public void close() {
        Libc.close(fd);
    }
}
