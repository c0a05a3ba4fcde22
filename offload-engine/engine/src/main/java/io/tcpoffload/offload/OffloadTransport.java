// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.tcpoffload.api.DeviceInfo;
import io.tcpoffload.api.SessionInfo;
import io.tcpoffload.api.TransportMode;
import io.tcpoffload.channel.Cursor;
import io.tcpoffload.channel.FileTransport;
import io.tcpoffload.channel.MediaChannel;
import io.tcpoffload.channel.Viewer;
import io.tcpoffload.channel.ViewerTransport;
import io.tcpoffload.core.TcpConnectionState;
import io.tcpoffload.kernel.Device;
import io.tcpoffload.kernel.KernelException;
import io.tcpoffload.kernel.KernelSide;
import io.tcpoffload.kernel.NetworkMonitor;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves viewers past the protocol stack. Connections it can't take - not on an attached device, table full - go to the
 * ordinary transport, and are counted and logged. Thread-safe.
 */
public final class OffloadTransport implements ViewerTransport {

    private static final Logger LOG = LoggerFactory.getLogger(OffloadTransport.class);

    /** A viewer acknowledges its response head within a round trip, unless something is lost. */
    private static final long LAST_JOINS_NS = 300_000_000L;

    private final KernelSide kernel;
    private final ViewerTransport ordinary;
    private final Continuation continuation;
    private final OffloadCounters counters = new OffloadCounters();
    private final SessionLoop loop;
    private final LoopThread thread;
    private final TakeOver takeOver;
    private final Adoptions adoptions;
    private final NetworkWatch watch;
    private final FileReplies replies;
    private final Set<MediaChannel> woken = ConcurrentHashMap.newKeySet();
    private final Runnable wake;
    private final SenderSettings settings;
    private volatile boolean stopping;

    /**
     * @param kernel   open; the transport closes it
     * @param devices  interface names to attach to, empty for all
     * @param sender   how viewers are sent to
     * @param ids      gives each viewer its {@link SessionInfo#id()}; shared by all transports
     * @param ordinary gets the viewers that can't be taken over
     * @param continuation gets the viewers that are handed back
     * @param leastReply bytes of a file that is sent by the ring
     * @throws KernelException when the kernel does not tell of changes in the network
     */
    public OffloadTransport(KernelSide kernel, List<String> devices, SenderSettings sender, LongSupplier ids,
            ViewerTransport ordinary, Continuation continuation, long leastReply) throws KernelException {
        NetworkMonitor monitor = NetworkMonitor.open(NetworkWatch.LONGEST_WAIT_MS);
        this.kernel = kernel;
        this.ordinary = ordinary;
        this.continuation = continuation;
        this.settings = sender;
        loop = new SessionLoop(kernel, counters);
        thread = new LoopThread(loop);
        wake = thread::wake;
        DeviceWatch deviceWatch = new DeviceWatch(kernel, devices, this::onDeviceLost);
        deviceWatch.look();
        watch = new NetworkWatch(monitor, deviceWatch, ifindex -> thread.execute(() -> loop.pathsChanged(ifindex)));
        adoptions = new Adoptions(kernel, sender, ids, loop, thread, counters, this::wakeBy);
        replies = new FileReplies(leastReply, adoptions, loop, thread, counters, ids);
        takeOver = new TakeOver(kernel, new Admission(kernel, sender,
                thread::begin,
                (candidate, reason) -> leave(candidate.socket(), null, candidate.viewer(), reason)));
    }

    @Override
    public TransportMode mode() {
        return TransportMode.OFFLOAD;
    }

    @Override
    public void serve(Channel socket, ByteBuf responseHead, Viewer viewer) {
        if (stopping || !(socket instanceof EpollSocketChannel epoll)) {
            leave(socket, responseHead, viewer, stopping ? "the engine is stopping" : "it is not a socket of epoll");
            return;
        }
        int slot = kernel.sessions().allocate();
        if (slot < 0) {
            leave(socket, responseHead, viewer, "the session table is full: raise maxSessions");
            return;
        }
        wakeBy(viewer.channel());
        try {
            takeOver.begin(epoll, responseHead, viewer, slot);
        } catch (KernelException e) {
            kernel.sessions().free(slot);
            leave(socket, responseHead, viewer, e.getMessage());
        }
    }

    private void wakeBy(MediaChannel media) {
        if (woken.add(media)) {
            media.onAppend(wake);
        }
    }

    /** Files by the ring. */
    public FileTransport replies() {
        return replies;
    }

    /** What other processes can have done with their connections. */
    public Adoptions adoptions() {
        return adoptions;
    }

    private void leave(Channel socket, ByteBuf responseHead, Viewer viewer, String reason) {
        counters.add(OffloadCounter.LEFT_TO_KERNEL, 1);
        LOG.info("{} on {}: ordinary transport, {}", socket.remoteAddress(), viewer.channel().name(), reason);
        socket.eventLoop().execute(() -> ordinary.serve(socket, responseHead, viewer));
    }

    private void onDeviceLost(Device device) {
        thread.execute(() -> {
            loop.sessions().all().stream().filter(session -> session.path().device() == device).toList()
                    .forEach(this::leaveToKernel);
            loop.endings().dropSessionsOf(device);
            kernel.detach(device);
        });
    }

    /** Its address may be there still, and another way to the viewer: that is for the kernel to see. */
    private void leaveToKernel(ViewerSession session) {
        try {
            if (session.source() instanceof Cursor) {
                handBack(session);
            }
        } catch (KernelException e) {
            LOG.debug("{} can't be handed back: {}", session.remote(), e.getMessage());
        }
    }

    /**
     * Gives a viewer's connection back to the kernel, where the ordinary transport goes on at the very byte.
     *
     * @param id {@link SessionInfo#id()} of a session of this transport
     * @return whether there is such a session
     * @throws KernelException with the reason why it can't be given back; it is served as before
     */
    public boolean handBack(long id) throws KernelException {
        return thread.order(() -> {
            ViewerSession session = loop.sessions().find(id);
            if (session == null) {
                return false;
            }
            handBack(session);
            return true;
        });
    }

    /** On the loop's thread. */
    private void handBack(ViewerSession session) throws KernelException {
        if (!(session.source() instanceof Cursor cursor)) {
            throw new KernelException("session " + session.id() + " was another process' (" + session.source().name()
                    + "): hand it back by the control socket, so that a process can fetch it");
        }
        int fd = loop.handBacks().handBack(session, false, true);
        LOG.info("{} on {}: handed back to the kernel, ordinary transport", session.remote(), cursor.name());
        continuation.goOn(fd, cursor, session.info().sentBytes());
    }

    @Override
    public List<SessionInfo> sessions() {
        return thread.ask(() -> loop.sessions().all().stream()
                .filter(session -> session.sender().state() != TcpConnectionState.TIME_WAIT)
                .map(ViewerSession::info).toList(), List.of());
    }

    @Override
    public void closeViewers(MediaChannel media) {
        woken.remove(media);
        media.removeOnAppend(wake);
        thread.wake();
    }

    @Override
    public boolean closeSession(long id, String reason) {
        return thread.ask(() -> {
            ViewerSession session = loop.sessions().find(id);
            if (session == null) {
                return false;
            }
            session.source().endsBecause(reason);
            session.closeOrderly(System.nanoTime());
            return true;
        }, false);
    }

    @Override
    public int viewers(MediaChannel media) {
        return thread.ask(() -> (int) loop.sessions().all().stream()
                .filter(session -> session.source().stream() == media).count(), 0);
    }

    /** The devices under the engine, with what travels on them. */
    public List<DeviceInfo> devices() {
        List<SessionInfo> sessions = sessions();
        return kernel.devices().stream().map(device -> new DeviceInfo(device.name(), device.ifindex(), device.mtu(),
                (int) sessions.stream().filter(session -> session.device().equals(device.name())).count(),
                loop.frames(device))).toList();
    }

    /** Everything counted by transport, senders and kernel programs, by name. */
    public Map<String, Long> counters() {
        Map<String, Long> all = new TreeMap<>();
        for (OffloadCounter counter : OffloadCounter.values()) {
            all.put("offload_" + counter.key(), counters.get(counter));
        }
        all.putAll(thread.ask(loop.sessions()::senderCounters, Map.of()));
        kernel.counters().snapshot().forEach((counter, value) -> all.put("kernel_" + counter.key(), value));
        return all;
    }

    /**
     * Goes on with the viewers of a former engine, if there was one. Once, before {@link #serve}.
     *
     * @param channels by {@link MediaChannel#id()}; null for one that there is not
     * @param viewers  who a former viewer is now
     * @return the highest {@link SessionInfo#id()} among them, 0 when there is none
     * @throws KernelException when the kernel's tables can't be read
     */
    public long resume(LongFunction<MediaChannel> channels, ReturningViewers viewers) throws KernelException {
        if (!kernel.resumed()) {
            return 0;
        }
        SessionResumer.Outcome outcome = thread.order(() -> new SessionResumer(kernel, settings, loop, id -> {
            MediaChannel channel = channels.apply(id);
            if (channel != null) {
                wakeBy(channel);
            }
            return channel;
        }, viewers).resume(System.nanoTime()));
        if (outcome.resumed() + outcome.reset() > 0) {
            LOG.info("{} viewers of the former engine are served on, {} were reset", outcome.resumed(), outcome.reset());
        }
        return outcome.highestId();
    }

    /** Viewers that another engine could go on with. */
    public int viewers() {
        return thread.ask(() -> (int) loop.sessions().all().stream()
                .filter(session -> !session.isPrivate() && !session.isClosing()).count(), 0);
    }

    /**
     * Stops and leaves the viewers' connections as they are: an engine that starts within the grace goes on with them.
     * Viewers that are just being taken over are taken first; those that are not ready then are dropped.
     */
    public void suspend() {
        stopping = true;
        takeOver.finish(LAST_JOINS_NS);
        takeNoMore();
        thread.suspend();
        kernel.suspend();
    }

    private void takeNoMore() {
        watch.close();
        takeOver.close();
        replies.close();
        adoptions.close();
    }

    @Override
    public void close() {
        stopping = true;
        takeNoMore();
        thread.stop();
        kernel.close();
    }
}
