// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import io.tcpoffload.api.OffloadException;
import io.tcpoffload.channel.MediaChannel;
import io.tcpoffload.channel.PrefixedSource;
import io.tcpoffload.channel.PrivateSource;
import io.tcpoffload.channel.Source;
import io.tcpoffload.core.Sender;
import io.tcpoffload.core.SenderConfig;
import io.tcpoffload.kernel.Device;
import io.tcpoffload.kernel.ForeignSocket;
import io.tcpoffload.kernel.FrozenState;
import io.tcpoffload.kernel.KernelException;
import io.tcpoffload.kernel.KernelSide;
import io.tcpoffload.kernel.NetworkNamespace;
import io.tcpoffload.kernel.Path;
import io.tcpoffload.kernel.SessionState;
import io.tcpoffload.kernel.SocketReader;
import io.tcpoffload.kernel.TcpState;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a connected socket out of another process, with whatever is in its queues. In this order: the device that its
 * packets travel on is attached; the hook is told to eat what comes; the socket is frozen and read; its kernel side is
 * silenced; the session begins where it stood. One thread at a time.
 *
 * <p>A session without a channel keeps to what Linux shows on the wire: no pacing (that is fq's there, or BBR's), no
 * keep-alives, a quarter of an hour before it gives up (tcp_retries2), a minute in TIME-WAIT.
 */
final class Adoption implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Adoption.class);

    /** What the 15 retransmissions of net.ipv4.tcp_retries2 come to with the least timeout. */
    private static final long GIVE_UP_NS = 924_600_000_000L;
    /** TCP_RTO_MAX, which limits the intervals of window probes, too. */
    private static final long MAX_PERSIST_NS = 120_000_000_000L;
    /** TCP_TIMEWAIT_LEN and tcp_fin_timeout. */
    private static final long TIME_WAIT_NS = 60_000_000_000L;

    /** A neighbour that was forgotten answers within a round trip of its network. */
    private static final long NEIGHBOUR_PATIENCE_NS = 1_000_000_000L;
    private static final long NEIGHBOUR_POLL_MS = 5;

    private final KernelSide kernel;
    private final SenderSettings settings;
    private final PrivateSource.Reader reader;
    private final SocketReader sockets;
    private long namespace;

    /** @param reader reads files for private sources */
    Adoption(KernelSide kernel, SenderSettings settings, PrivateSource.Reader reader) {
        this.kernel = kernel;
        this.settings = settings;
        this.reader = reader;
        sockets = openReader();
    }

    private static SocketReader openReader() {
        try {
            return SocketReader.open();
        } catch (KernelException e) {
            LOG.warn("Adopted sessions echo no timestamp until their peer sends one, as the kernel does not tell its types: {}",
                    e.getMessage());
            return null;
        }
    }

    /**
     * Takes it. The session's record is complete, in state TAKING.
     *
     * @param id      the session's number
     * @param channel what is to be sent after what the process had written; null for a private source
     * @param input   what becomes of what the peer sends
     * @throws KernelException with a line for people; the process has its connection as it was
     */
    ViewerSession take(long id, int pid, int fd, MediaChannel channel, InputPolicy input) throws KernelException {
        try (ForeignSocket socket = ForeignSocket.take(pid, fd)) {
            socket.check(namespace());
            InetSocketAddress local = socket.local();
            InetSocketAddress remote = socket.remote();
            Path path = path(local, remote);
            Device device = kernel.attach(path.ifindex());
            int slot = kernel.sessions().allocate();
            if (slot < 0) {
                throw new KernelException("the session table is full with " + kernel.sessions().capacity()
                        + " sessions: a larger maxSessions is needed");
            }
            boolean taken = false;
            try {
                ViewerSession session = take(id, socket, local, remote, path, device, slot, channel,
                        pid + ":" + fd, input);
                taken = true;
                return session;
            } finally {
                if (!taken) {
                    release(local, remote, slot);
                }
            }
        }
    }

    /** The engine's, which no cookie of 0 stands for. */
    private long namespace() throws KernelException {
        if (namespace == 0) {
            namespace = NetworkNamespace.cookie();
        }
        return namespace;
    }

    private Path path(InetSocketAddress local, InetSocketAddress remote) throws KernelException {
        long end = System.nanoTime() + NEIGHBOUR_PATIENCE_NS;
        Path path = kernel.path(local.getAddress(), remote.getAddress());
        while (path.status() == Path.Status.NEIGHBOUR_UNKNOWN && System.nanoTime() < end) {
            sleep();
            path = kernel.path(local.getAddress(), remote.getAddress());
        }
        if (!path.usable()) {
            throw new KernelException("packets from " + text(local) + " to " + text(remote) + " can't be sent: "
                    + switch (path.status()) {
                        case NO_ROUTE -> "there is no route; see ip route get";
                        case NEIGHBOUR_UNKNOWN -> "the next hop does not answer; see ip neigh";
                        default -> "the device is down, or neither Ethernet nor loopback nor TUN";
                    });
        }
        return path;
    }

    private static void sleep() {
        try {
            TimeUnit.MILLISECONDS.sleep(NEIGHBOUR_POLL_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OffloadException("interrupted");
        }
    }

    private ViewerSession take(long id, ForeignSocket socket, InetSocketAddress local, InetSocketAddress remote,
            Path path, Device device, int slot, MediaChannel channel, String owner, InputPolicy input)
            throws KernelException {
        kernel.sessions().define(slot, local, remote, path, true);
        kernel.sessions().ipFields(slot, socket.ipFields());
        kernel.sessions().state(slot, SessionState.TAKING);
        kernel.flows().put(local, remote, slot);
        kernel.settle();
        socket.freeze();
        FrozenState frozen = socket.read(sockets);
        kernel.sessions().complete(slot, frozen.tcp().withSndNxt(frozen.una()));
        kernel.sessions().nxt(slot, frozen.nxt());
        if (input != InputPolicy.DISCARD) {
            kernel.sessions().receiveWindow(slot, 0);
        }
        if (frozen.tsReceived()) {
            kernel.sessions().tsRecent(slot, frozen.tsRecent());
        }
        PrivateSource own = new PrivateSource(owner, frozen.written(), frozen.nxt() - frozen.una(), reader);
        Source source = channel == null ? own : new PrefixedSource(own, channel.openCursor());
        try {
            Sender sender = sender(frozen, channel == null);
            ViewerSession session = new ViewerSession(id, slot, local, remote, device, kernel.sessions(),
                    Journal.of(kernel, slot), source, sender, frozen.tcp(), settings,
                    new Adopted(frozen, channel == null ? own : null, owner, input));
            socket.silence();
            return session;
        } catch (KernelException | RuntimeException e) {
            source.close();
            throw e;
        }
    }

    private Sender sender(FrozenState frozen, boolean likeLinux) {
        TcpState tcp = frozen.tcp();
        long nowNs = System.nanoTime();
        SenderConfig.Builder config = settings.config(tcp.mss(), tcp.ecn());
        if (likeLinux) {
            config.pacing(false).bySegments(true).keepAliveIdleNs(0).giveUpNs(GIVE_UP_NS).maxPersistNs(MAX_PERSIST_NS)
                    .lingerNs(TIME_WAIT_NS);
        }
        Sender sender = new Sender(config.build(), frozen.una(), frozen.nxt(), tcp.sndWnd(), tcp.sack(), nowNs);
        sender.seed(TimeUnit.MICROSECONDS.toNanos(tcp.rttMicros()), frozen.rttvarNanos(), (long) frozen.cwnd() * tcp.mss(),
                frozen.ssthresh() == FrozenState.NO_SSTHRESH ? Long.MAX_VALUE : (long) frozen.ssthresh() * tcp.mss(), nowNs);
        if (likeLinux) {
            sender.halfClosed(true, nowNs);
        }
        if (tcp.state() == TcpState.CLOSE_WAIT) {
            sender.onPeerFin(nowNs);
        }
        return sender;
    }

    private void release(InetSocketAddress local, InetSocketAddress remote, int slot) {
        kernel.sessions().state(slot, SessionState.FREE);
        try {
            kernel.flows().remove(local, remote);
        } catch (KernelException e) {
            LOG.warn("Flow of {} stays in the table: {}", remote, e.getMessage());
        }
        kernel.sessions().free(slot);
    }

    private static String text(InetSocketAddress address) {
        return address.getAddress().getHostAddress();
    }

    @Override
    public void close() {
        if (sockets != null) {
            sockets.close();
        }
    }
}
