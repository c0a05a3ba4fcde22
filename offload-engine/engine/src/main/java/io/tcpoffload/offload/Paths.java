// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import io.tcpoffload.kernel.Device;
import io.tcpoffload.kernel.KernelException;
import io.tcpoffload.kernel.KernelSide;
import io.tcpoffload.kernel.Path;
import io.tcpoffload.kernel.SessionTable;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps sessions on the way that the kernel's own packets would take: asks for it when routes, neighbours or links have
 * changed, when a viewer's segments come another way, and when a viewer falls silent; and gives the session's frames
 * another link header, device or size if the answer is another. Loop thread.
 */
final class Paths {

    private static final Logger LOG = LoggerFactory.getLogger(Paths.class);

    /** A look takes tens of microseconds: with so many a turn, the others' frames are hardly late. */
    private static final int LOOKS_A_TURN = 8;
    /** A routing daemon changes a thousand routes a second; looking so often is soon enough. */
    private static final long SWEEP_EVERY_NS = 100_000_000L;
    /** A neighbour on the same link answers in less. */
    private static final long AGAIN_NS = 50_000_000L;
    /** Two are loss or a moved route; after the third nobody may be where the next hop was. */
    private static final int TIMEOUTS_BEFORE_DOUBT = 3;
    private static final int ALL = 0;
    private static final int NONE = -1;

    private final KernelSide kernel;
    private final SessionTable table;
    private final OffloadCounters counters;
    private final ArrayDeque<ViewerSession> asked = new ArrayDeque<>();
    private int wanted = NONE;
    private int sweeping = NONE;
    private int left;
    private long sweptNs = Long.MIN_VALUE / 2;

    Paths(KernelSide kernel, OffloadCounters counters) {
        this.kernel = kernel;
        this.counters = counters;
        table = kernel.sessions();
    }

    /** Every session may have another path now. */
    void changed() {
        wanted = ALL;
    }

    /** Sessions whose frames leave by this device may have another path now. */
    void changed(int ifindex) {
        wanted = wanted == NONE || wanted == ifindex ? ifindex : ALL;
    }

    /** This session may have another path now; soon looked at, and once however often it is asked for. */
    void ask(ViewerSession session) {
        if (!session.path().asked(true)) {
            asked.add(session);
        }
    }

    /**
     * Looks at some of the sessions that may have another path.
     *
     * @return sessions looked at, 0 when nothing is to be done now
     */
    int work(List<ViewerSession> sessions, long nowNs) {
        int looks = 0;
        for (int waiting = asked.size(); waiting > 0 && looks < LOOKS_A_TURN; waiting--) {
            ViewerSession session = asked.poll();
            if (nowNs < session.path().againNs() && !session.sender().isClosed()) {
                asked.add(session);
                continue;
            }
            session.path().asked(false);
            looks += look(session, nowNs);
        }
        if (sweeping == NONE && wanted != NONE && nowNs - sweptNs >= SWEEP_EVERY_NS) {
            sweeping = wanted;
            wanted = NONE;
            left = sessions.size();
            sweptNs = nowNs;
        }
        left = Math.min(left, sessions.size());
        while (sweeping != NONE && looks < LOOKS_A_TURN) {
            if (left == 0) {
                sweeping = NONE;
                break;
            }
            ViewerSession session = sessions.get(--left);
            if (sweeping == ALL || session.path().device().ifindex() == sweeping) {
                looks += look(session, nowNs);
            }
        }
        return looks;
    }

    private int look(ViewerSession session, long nowNs) {
        if (session.sender().isClosed()) {
            return 0;
        }
        try {
            InetAddress local = session.local().getAddress();
            InetAddress remote = session.remote().getAddress();
            Path path = session.sender().timeoutsInARow() >= TIMEOUTS_BEFORE_DOUBT ? kernel.doubtedPath(local, remote)
                    : kernel.path(local, remote);
            switch (path.status()) {
                case USABLE -> follow(session, path, nowNs);
                case NEIGHBOUR_UNKNOWN -> {
                    session.path().againAt(nowNs + AGAIN_NS);
                    ask(session);
                }
                // it may come back: the network monitor tells
                case NO_ROUTE, DEVICE_UNUSABLE -> counters.add(OffloadCounter.PATHS_MISSING, 1);
            }
        } catch (KernelException e) {
            counters.add(OffloadCounter.PATHS_MISSING, 1);
            LOG.debug("{}: its path can't be looked up: {}", session.remote(), e.getMessage());
        }
        return 1;
    }

    private void follow(ViewerSession session, Path path, long nowNs) throws KernelException {
        if (!table.follows(session.slot(), path)) {
            Device device = kernel.attach(path.ifindex());
            table.redirect(session.slot(), path);
            session.path().onRedirected(device);
            counters.add(OffloadCounter.PATHS_CHANGED, 1);
            LOG.info("{}: its frames go another way now, by {}", session.remote(), device.name());
        }
        session.path().onDeviceMtu(path.mtu(), nowNs);
    }
}
