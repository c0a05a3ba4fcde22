// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import io.tcpoffload.kernel.KernelException;
import io.tcpoffload.kernel.KernelSide;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sessions that are over. For a while the hook still eats what comes for them, because a straggler that reached the
 * kernel would be answered with a reset by a stack that never knew the connection. Records of sessions that were handed
 * back stay for as long, because a packet may still be in the hook.
 */
final class Departures {

    /** Longer than a straggler takes on any path that a player would have put up with. */
    private static final long LINGER_NS = 2_000_000_000L;

    private static final Logger LOG = LoggerFactory.getLogger(Departures.class);

    private record Departure(InetSocketAddress local, InetSocketAddress remote, int slot, long untilNs) {
    }

    private final KernelSide kernel;
    private final ArrayDeque<Departure> departures = new ArrayDeque<>();

    Departures(KernelSide kernel) {
        this.kernel = kernel;
    }

    void add(ViewerSession session, long nowNs) {
        add(session.local(), session.remote(), session.slot(), nowNs);
    }

    void add(InetSocketAddress local, InetSocketAddress remote, int slot, long nowNs) {
        departures.add(new Departure(local, remote, slot, nowNs + LINGER_NS));
    }

    /** Gives back the records whose time has come. */
    void poll(long nowNs) {
        while (!departures.isEmpty() && nowNs - departures.peek().untilNs >= 0) {
            free(departures.poll());
        }
    }

    void freeAll() {
        departures.forEach(this::free);
        departures.clear();
    }

    private void free(Departure departure) {
        try {
            kernel.flows().remove(departure.local, departure.remote, departure.slot);
        } catch (KernelException e) {
            LOG.warn("Flow of {} stays in the table: {}", departure.remote, e.getMessage());
        }
        kernel.sessions().free(departure.slot);
    }
}
