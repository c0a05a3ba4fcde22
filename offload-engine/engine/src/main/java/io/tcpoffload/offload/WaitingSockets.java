// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import io.tcpoffload.api.OffloadException;
import io.tcpoffload.kernel.KernelException;
import io.tcpoffload.kernel.TcpRepair;
import java.util.ArrayDeque;
import java.util.Iterator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sockets that were handed back and wait for their new owners to fetch them (pidfd_getfd). What nobody fetches is closed
 * in the end, as when a process dies. Belongs to the session loop's thread.
 */
final class WaitingSockets {

    private static final Logger LOG = LoggerFactory.getLogger(WaitingSockets.class);

    /** For people with a shell. */
    private static final long PATIENCE_NS = 60_000_000_000L;

    private record Waiting(long session, int fd, long untilNs) {
    }

    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();

    void add(long session, int fd, long nowNs) {
        waiting.add(new Waiting(session, fd, nowNs + PATIENCE_NS));
    }

    /** The socket has been fetched: closes our descriptor of it. */
    void release(long session) {
        for (Iterator<Waiting> all = waiting.iterator(); all.hasNext();) {
            Waiting socket = all.next();
            if (socket.session == session) {
                all.remove();
                close(socket);
                return;
            }
        }
        throw new OffloadException("session " + session + " has no socket that waits to be fetched: one that was handed back "
                + "less than " + PATIENCE_NS / 1_000_000_000 + " s ago is needed");
    }

    void poll(long nowNs) {
        while (!waiting.isEmpty() && nowNs - waiting.peek().untilNs >= 0) {
            Waiting socket = waiting.poll();
            LOG.warn("Nobody has fetched the socket of session {}: it is closed", socket.session);
            close(socket);
        }
    }

    void closeAll() {
        waiting.forEach(WaitingSockets::close);
        waiting.clear();
    }

    private static void close(Waiting socket) {
        try {
            TcpRepair.close(socket.fd);
        } catch (KernelException e) {
            LOG.warn("The socket of session {} can't be closed: {}", socket.session, e.getMessage());
        }
    }
}
