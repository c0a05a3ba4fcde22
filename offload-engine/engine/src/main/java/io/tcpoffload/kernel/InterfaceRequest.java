// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import com.sun.jna.Memory;
import java.nio.charset.StandardCharsets;

/** What the kernel tells of a network device ({@code struct ifreq}: name 0, answer 16). */
final class InterfaceRequest {

    static final int ARPHRD_ETHER = 1;
    static final int ARPHRD_LOOPBACK = 772;
    /** No link-layer header: TUN. */
    static final int ARPHRD_NONE = 65534;

    private static final int IFF_UP = 1;
    private static final int SIOCGIFFLAGS = 0x8913;
    private static final int SIOCSIFFLAGS = 0x8914;
    private static final int SIOCGIFMTU = 0x8921;
    private static final int SIOCGIFHWADDR = 0x8927;
    private static final int ANSWER = 16;
    private static final int BYTES = 40;

    private InterfaceRequest() {
    }

    /** @throws KernelException when there is no such device */
    static String name(int ifindex) throws KernelException {
        try (Memory name = new Memory(ANSWER)) {
            if (Libc.if_indextoname(ifindex, name) == null) {
                throw new KernelException("no network device has number " + ifindex + " any more");
            }
            return name.getString(0);
        }
    }

    /** MTU in bytes; 0 when the device is gone. */
    static int mtu(String name) {
        try (Memory request = ask(name, SIOCGIFMTU)) {
            return request.getInt(ANSWER);
        }
    }

    /** ARPHRD_ number of the link layer; 0 when the device is gone. */
    static int linkType(String name) {
        try (Memory request = ask(name, SIOCGIFHWADDR)) {
            return request.getShort(ANSWER) & 0xFFFF;
        }
    }

    /** False also when there is no such device. */
    static boolean isUp(String name) {
        try (Memory request = ask(name, SIOCGIFFLAGS)) {
            return (request.getShort(ANSWER) & IFF_UP) != 0;
        }
    }

    /** Sets a device up. */
    static void setUp(String name) throws KernelException {
        int fd = Errno.check(Libc.socket(Libc.AF_INET, Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC, 0), "socket(SOCK_STREAM)");
        try (Memory request = ask(name, SIOCGIFFLAGS)) {
            request.setShort(ANSWER, (short) (request.getShort(ANSWER) | IFF_UP));
            Errno.check(Libc.ioctl(fd, SIOCSIFFLAGS, request), "ioctl(" + name + ", SIOCSIFFLAGS)");
        } finally {
            Libc.close(fd);
        }
    }

    private static Memory ask(String name, int what) {
        Memory request = new Memory(BYTES);
        request.clear();
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        request.write(0, bytes, 0, Math.min(bytes.length, ANSWER - 1));
        int fd = Libc.socket(Libc.AF_INET, Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC, 0);
        if (fd < 0 || Libc.ioctl(fd, what, request) < 0) {
            request.setLong(ANSWER, 0);
        }
        if (fd >= 0) {
            Libc.close(fd);
        }
        return request;
    }
}
