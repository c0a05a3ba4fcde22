// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.tcpoffload.api.DeviceInfo;
import io.tcpoffload.api.SessionInfo;
import io.tcpoffload.api.TransportMode;
import io.tcpoffload.channel.Cursor;
import io.tcpoffload.channel.MediaChannel;
import io.tcpoffload.channel.ViewerTransport;
import io.tcpoffload.core.Sender;
import io.tcpoffload.core.SenderConfig;
import io.tcpoffload.core.TcpConnectionState;
import io.tcpoffload.kernel.Device;
import io.tcpoffload.kernel.KernelException;
import io.tcpoffload.kernel.KernelSide;
import io.tcpoffload.kernel.SessionState;
import io.tcpoffload.kernel.TcpState;
import java.net.Inet4Address;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves viewers past the protocol stack. Connections it can't take - not IPv4, not on an attached device, table
 * full - go to the ordinary transport, and are counted and logged. Thread-safe.
 */
public final class OffloadTransport implements ViewerTransport {

    private static final Logger LOG = LoggerFactory.getLogger(OffloadTransport.class);

    private static final long DEVICE_WATCH_MS = 1000;
    private static final long ANSWER_SECONDS = 5;
    /** What viewers have to take the end of their streams when the engine stops. */
    private static final long STOP_NS = 2_000_000_000L;
    /** Only the last ACK may have to be repeated; a viewer that wants its ports again is let through by its SYN. */
    private static final long TIME_WAIT_NS = 10_000_000_000L;

    private final KernelSide kernel;
    private final ViewerTransport ordinary;
    private final OffloadCounters counters = new OffloadCounters();
    private final SessionLoop loop;
    private final Thread thread;
    private final TakeOver takeOver;
    private final ScheduledExecutorService watch;
    private final Set<MediaChannel> woken = ConcurrentHashMap.newKeySet();
    private final LongSupplier ids;
    private final Runnable wake;
    private volatile boolean resting;
    private volatile boolean signalled;
    private volatile boolean stopping;

    /**
     * @param kernel   open; the transport closes it
     * @param devices  interface names to attach to, empty for all
     * @param ids      gives each viewer its {@link SessionInfo#id()}; shared by all transports
     * @param ordinary gets the viewers that can't be taken over
     */
    public OffloadTransport(KernelSide kernel, List<String> devices, LongSupplier ids, ViewerTransport ordinary) {
        this.kernel = kernel;
        this.ids = ids;
        this.ordinary = ordinary;
        loop = new SessionLoop(kernel, counters);
        thread = new Thread(this::run, "tcpoffload-sessions");
        thread.setDaemon(true);
        wake = this::wake;
        DeviceWatch deviceWatch = new DeviceWatch(kernel, devices, this::onDeviceLost);
        deviceWatch.look();
        watch = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread t = new Thread(task, "tcpoffload-devices");
            t.setDaemon(true);
            return t;
        });
        watch.scheduleWithFixedDelay(deviceWatch::look, DEVICE_WATCH_MS, DEVICE_WATCH_MS, TimeUnit.MILLISECONDS);
        takeOver = new TakeOver(kernel, new Admission());
        thread.start();
    }

    @Override
    public TransportMode mode() {
        return TransportMode.OFFLOAD;
    }

    @Override
    public void serve(Channel socket, ByteBuf responseHead, MediaChannel media) {
        if (stopping || !(socket instanceof EpollSocketChannel epoll)
                || !(epoll.remoteAddress().getAddress() instanceof Inet4Address)) {
            leave(socket, responseHead, media, stopping ? "the engine is stopping" : "it is not an IPv4 socket of epoll");
            return;
        }
        int slot = kernel.sessions().allocate();
        if (slot < 0) {
            leave(socket, responseHead, media, "the session table is full: raise maxSessions");
            return;
        }
        if (woken.add(media)) {
            media.onAppend(wake);
        }
        try {
            takeOver.begin(epoll, responseHead, media, slot);
        } catch (KernelException e) {
            kernel.sessions().free(slot);
            leave(socket, responseHead, media, e.getMessage());
        }
    }

    private void leave(Channel socket, ByteBuf responseHead, MediaChannel media, String reason) {
        counters.add(OffloadCounter.LEFT_TO_KERNEL, 1);
        LOG.info("{} on {}: ordinary transport, {}", socket.remoteAddress(), media.name(), reason);
        socket.eventLoop().execute(() -> ordinary.serve(socket, responseHead, media));
    }

    /** Where take-over ends: a session in the loop, or a viewer for the ordinary transport. */
    private final class Admission implements TakeOver.Outcome {

        @Override
        public void taken(TakeOver.Candidate candidate, Device device, TcpState tcp) {
            Cursor cursor = candidate.media().openCursor();
            SenderConfig config = SenderConfig.forMss(kernel.sessions().mss(candidate.slot())).lingerNs(TIME_WAIT_NS)
                    .build();
            Sender sender = new Sender(config, tcp.sndNxt(), tcp.sndWnd(), tcp.sack(), System.nanoTime());
            if (tcp.rttMicros() > 0) {
                sender.seedRtt(TimeUnit.MICROSECONDS.toNanos(tcp.rttMicros()));
            }
            if (tcp.state() == TcpState.CLOSE_WAIT) {
                sender.onPeerFin(System.nanoTime());
            }
            ViewerSession session = new ViewerSession(ids.getAsLong(), candidate.slot(),
                    candidate.socket().localAddress(), candidate.socket().remoteAddress(), device, kernel.sessions(),
                    cursor, sender);
            execute(() -> loop.add(session));
        }

        @Override
        public void left(TakeOver.Candidate candidate, String reason) {
            release(candidate);
            leave(candidate.socket(), null, candidate.media(), reason);
        }

        @Override
        public void gone(TakeOver.Candidate candidate) {
            release(candidate);
            candidate.socket().close();
        }

        private void release(TakeOver.Candidate candidate) {
            kernel.sessions().state(candidate.slot(), SessionState.FREE);
            try {
                kernel.flows().remove(candidate.socket().localAddress(), candidate.socket().remoteAddress());
            } catch (KernelException e) {
                LOG.warn("Flow of {} stays in the table: {}", candidate.socket().remoteAddress(), e.getMessage());
            }
            kernel.sessions().free(candidate.slot());
        }
    }

    private void run() {
        long stopAtNs = Long.MAX_VALUE;
        while (true) {
            signalled = false;
            long now = System.nanoTime();
            if (stopping && stopAtNs == Long.MAX_VALUE) {
                stopAtNs = now + STOP_NS;
                loop.closeViewers(null);
            }
            long restNs = loop.doWork(now);
            if (stopping && (loop.isQuiet() || now >= stopAtNs)) {
                loop.stop();
                return;
            }
            if (restNs > 0) {
                rest(restNs);
            }
        }
    }

    /** A signal that comes between the turn and the rest ends the rest before it begins. */
    private void rest(long ns) {
        resting = true;
        if (!signalled) {
            LockSupport.parkNanos(this, ns);
        }
        resting = false;
    }

    private void wake() {
        signalled = true;
        if (resting) {
            LockSupport.unpark(thread);
        }
    }

    private void execute(Runnable command) {
        loop.execute(command);
        wake();
    }

    private void onDeviceLost(Device device) {
        execute(() -> {
            loop.dropSessionsOf(device);
            kernel.detach(device);
        });
    }

    @Override
    public List<SessionInfo> sessions() {
        return ask(() -> loop.sessions().stream()
                .filter(session -> session.sender().state() != TcpConnectionState.TIME_WAIT)
                .map(ViewerSession::info).toList(), List.of());
    }

    private <T> T ask(Supplier<T> question, T otherwise) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        execute(() -> answer.complete(question.get()));
        try {
            return answer.get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return otherwise;
        } catch (ExecutionException | TimeoutException e) {
            return otherwise;
        }
    }

    @Override
    public void closeViewers(MediaChannel media) {
        woken.remove(media);
        media.removeOnAppend(wake);
        wake();
    }

    @Override
    public int viewers(MediaChannel media) {
        return ask(() -> (int) loop.sessions().stream().filter(session -> session.media() == media).count(), 0);
    }

    /** The devices under the engine, with what travels on them. */
    public List<DeviceInfo> devices() {
        List<SessionInfo> sessions = sessions();
        return kernel.devices().stream().map(device -> new DeviceInfo(device.name(), device.ifindex(), device.mtu(),
                (int) sessions.stream().filter(session -> session.device().equals(device.name())).count(),
                loop.frames(device))).toList();
    }

    /** Everything counted by transport and kernel programs, by name. */
    public Map<String, Long> counters() {
        Map<String, Long> all = new TreeMap<>();
        for (OffloadCounter counter : OffloadCounter.values()) {
            all.put("offload_" + counter.key(), counters.get(counter));
        }
        kernel.counters().snapshot().forEach((counter, value) -> all.put("kernel_" + counter.key(), value));
        return all;
    }

    @Override
    public void close() {
        stopping = true;
        watch.shutdownNow();
        takeOver.close();
        LockSupport.unpark(thread);
        try {
            watch.awaitTermination(ANSWER_SECONDS, TimeUnit.SECONDS);
            thread.join(TimeUnit.SECONDS.toMillis(ANSWER_SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        kernel.close();
    }
}
