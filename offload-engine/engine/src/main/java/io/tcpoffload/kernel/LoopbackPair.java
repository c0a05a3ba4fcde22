// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import com.sun.jna.Memory;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Two sockets of ours, connected by the loopback device, of which one is to be adopted. One thread. */
public final class LoopbackPair implements AutoCloseable {

    private static final int ADDRESS_BYTES = 28;
    private static final int BUFFER_BYTES = 64 << 10;

    private int first = -1;
    private int second = -1;

    /** @throws KernelException as when the loopback device is down */
    public LoopbackPair() throws KernelException {
        int type = Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC;
        int listener = Errno.check(Libc.socket(Libc.AF_INET, type, 0), "socket(SOCK_STREAM)");
        try (SocketAddress any = new SocketAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                Memory bound = new Memory(ADDRESS_BYTES); NativeInt length = new NativeInt(ADDRESS_BYTES)) {
            Errno.check(Libc.bind(listener, any.memory(), any.length()), "bind(127.0.0.1)");
            Errno.check(Libc.listen(listener, 1), "listen(127.0.0.1)");
            Errno.check(Libc.getsockname(listener, bound, length.pointer()), "getsockname");
            first = Errno.check(Libc.socket(Libc.AF_INET, type, 0), "socket(SOCK_STREAM)");
            Errno.check(Libc.connect(first, bound, length.value()), "connect(127.0.0.1)");
            second = Errno.check(Libc.accept(listener, null, null), "accept(127.0.0.1)");
        } catch (KernelException | RuntimeException e) {
            close();
            throw e;
        } finally {
            Libc.close(listener);
        }
    }

    /** Descriptor of the one that is to be adopted. */
    public int fd() {
        return second;
    }

    /** Reads at the other end what is there. */
    public int receive() throws KernelException {
        return TcpRepair.drain(first, new byte[BUFFER_BYTES]);
    }

    @Override
    public void close() {
        if (first >= 0) {
            Libc.close(first);
        }
        if (second >= 0) {
            Libc.close(second);
        }
    }
}
