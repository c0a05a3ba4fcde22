// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.jna.Memory;
import io.tcpoffload.kernel.Listener.Accepted;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/** The order of steps that the engine has, for tests. */
final class Takeover {

    private static final long LIMIT_NS = TimeUnit.SECONDS.toNanos(5);

    private Takeover() {
    }

    /** Sends a head by the kernel, learns the template from its ACK, and owns the connection. */
    static int of(KernelSide kernel, Accepted connection, byte[] head) throws Exception {
        int id = watch(kernel, connection);
        connection.write(head);
        finish(kernel, connection, id);
        return id;
    }

    /** Takes a connection whose packets the hook has not seen, its template made from addresses and path. */
    static int adopt(KernelSide kernel, Accepted connection, Path path) throws Exception {
        SessionTable sessions = kernel.sessions();
        int id = sessions.allocate();
        sessions.define(id, connection.local(), connection.remote(), path, true);
        long end = System.nanoTime() + LIMIT_NS;
        while (TcpRepair.unsent(connection.fd()) != 0) {
            assertTrue(System.nanoTime() < end, "no ACK for the head");
            Thread.sleep(1);
        }
        sessions.state(id, SessionState.TAKING);
        kernel.flows().put(connection.local(), connection.remote(), id);
        kernel.settle();
        TcpRepair.enter(connection.fd());
        take(kernel, connection, id);
        return id;
    }

    /** Where the socket really is: a listener may be bound to all addresses. */
    static InetSocketAddress local(int fd) throws Exception {
        try (Memory memory = new Memory(28); NativeInt length = new NativeInt(28)) {
            Errno.check(SocketCalls.getsockname(fd, memory, length.pointer()), "getsockname");
            return SocketAddress.read(memory);
        }
    }

    static int watch(KernelSide kernel, Accepted connection) throws KernelException {
        int id = kernel.sessions().allocate();
        kernel.sessions().state(id, SessionState.LEARN);
        kernel.flows().put(connection.local(), connection.remote(), id);
        return id;
    }

    static TcpState finish(KernelSide kernel, Accepted connection, int id) throws Exception {
        freeze(kernel, connection, id);
        return take(kernel, connection, id);
    }

    /** As far as a connection that nobody but its record speaks for. */
    static void freeze(KernelSide kernel, Accepted connection, int id) throws Exception {
        SessionTable sessions = kernel.sessions();
        long end = System.nanoTime() + LIMIT_NS;
        while (sessions.templateNs(id) == 0 || TcpRepair.unsent(connection.fd()) != 0) {
            assertTrue(System.nanoTime() < end, "no ACK for the head: " + kernel.counters().snapshot());
            Thread.sleep(1);
        }
        sessions.state(id, SessionState.TAKING);
        kernel.settle();
        TcpRepair.enter(connection.fd());
    }

    private static TcpState take(KernelSide kernel, Accepted connection, int id) throws KernelException {
        SessionTable sessions = kernel.sessions();
        TcpState tcp = TcpRepair.read(connection.fd());
        sessions.complete(id, tcp);
        TcpRepair.disconnectAndClose(connection.fd());
        sessions.state(id, SessionState.OWNED);
        return tcp;
    }
}
