// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.kernel.Listener.Accepted;
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

    static int watch(KernelSide kernel, Accepted connection) throws KernelException {
        int id = kernel.sessions().allocate();
        kernel.sessions().state(id, SessionState.LEARN);
        kernel.flows().put(connection.local(), connection.remote(), id);
        return id;
    }

    static TcpState finish(KernelSide kernel, Accepted connection, int id) throws Exception {
        SessionTable sessions = kernel.sessions();
        long end = System.nanoTime() + LIMIT_NS;
        while (sessions.templateNs(id) == 0 || TcpRepair.unsent(connection.fd()) != 0) {
            assertTrue(System.nanoTime() < end, "no ACK for the head: " + kernel.counters().snapshot());
            Thread.sleep(1);
        }
        sessions.state(id, SessionState.TAKING);
        kernel.settle();
        TcpRepair.enter(connection.fd());
        TcpState tcp = TcpRepair.read(connection.fd());
        sessions.complete(id, tcp);
        TcpRepair.close(connection.fd());
        sessions.state(id, SessionState.OWNED);
        return tcp;
    }
}
