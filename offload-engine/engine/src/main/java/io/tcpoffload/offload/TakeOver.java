// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import io.netty.buffer.ByteBuf;
import io.netty.channel.epoll.EpollSocketChannel;
import io.tcpoffload.channel.Viewer;
import io.tcpoffload.kernel.Device;
import io.tcpoffload.kernel.KernelException;
import io.tcpoffload.kernel.KernelSide;
import io.tcpoffload.kernel.SessionState;
import io.tcpoffload.kernel.SessionTable;
import io.tcpoffload.kernel.TcpRepair;
import io.tcpoffload.kernel.TcpState;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes connections out of the kernel. A candidate's response head goes out by its ordinary socket; when the viewer has
 * acknowledged it, the receive hook has a header template and the socket has nothing unsent: then the hook is told to
 * eat the viewer's packets, the socket is put in repair mode, read and closed in silence. One thread does this for all
 * that are ready, because waiting until the kernel has dealt with packets already past the hook takes milliseconds
 * however many connections change hands.
 */
final class TakeOver implements Runnable, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TakeOver.class);

    /** What becomes of a candidate; called on the take-over thread. */
    interface Outcome {

        /** The engine owns the connection: its record is complete, in state TAKING, and the socket is closed. */
        void taken(Candidate candidate, Device device, TcpState tcp);

        /** The connection stays the kernel's. */
        void left(Candidate candidate, String reason);

        /** The viewer went away meanwhile. */
        void gone(Candidate candidate);
    }

    /** A connection on its way to the engine. */
    record Candidate(EpollSocketChannel socket, Viewer viewer, int slot, long sinceNs) {

        int fd() {
            return socket.fd().intValue();
        }
    }

    /** A delayed ACK takes 40 to 500 ms (RFC 9293 section 3.8.6.3), a lost head a second: then it is time to stop. */
    private static final long PATIENCE_NS = 5_000_000_000L;

    /** An acknowledgement that the socket has seen and the hook has not came past it, as by a device left alone. */
    private static final long PAST_THE_HOOK_NS = 200_000_000L;

    private static final long POLL_MS = 1;

    private final KernelSide kernel;
    private final SessionTable table;
    private final Outcome outcome;
    private final BlockingQueue<Candidate> arrivals = new LinkedBlockingQueue<>();
    private final List<Candidate> waiting = new ArrayList<>();
    private final byte[] unread = new byte[4096];
    private final Thread thread;
    private volatile boolean stopped;

    TakeOver(KernelSide kernel, Outcome outcome) {
        this.kernel = kernel;
        this.table = kernel.sessions();
        this.outcome = outcome;
        thread = new Thread(this, "tcpoffload-takeover");
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Arms the hook for the connection, then sends the response head. On the socket's event loop.
     *
     * @param slot a free record
     * @throws KernelException if the flow can't be entered; nothing has been sent then
     */
    void begin(EpollSocketChannel socket, ByteBuf responseHead, Viewer viewer, int slot) throws KernelException {
        table.state(slot, SessionState.LEARN);
        kernel.flows().put(socket.localAddress(), socket.remoteAddress(), slot);
        Candidate candidate = new Candidate(socket, viewer, slot, System.nanoTime());
        socket.writeAndFlush(responseHead).addListener(done -> {
            if (done.isSuccess()) {
                arrivals.add(candidate);
            } else {
                outcome.gone(candidate);
            }
        });
    }

    @Override
    public void run() {
        while (!stopped) {
            try {
                Candidate next = waiting.isEmpty() ? arrivals.take() : arrivals.poll(POLL_MS, TimeUnit.MILLISECONDS);
                if (next != null) {
                    waiting.add(next);
                }
                arrivals.drainTo(waiting);
                takeReady();
            } catch (InterruptedException e) {
                break;
            }
        }
        waiting.addAll(arrivals);
        waiting.forEach(outcome::gone);
    }

    private void takeReady() {
        List<Candidate> ready = new ArrayList<>();
        for (Iterator<Candidate> all = waiting.iterator(); all.hasNext();) {
            Candidate candidate = all.next();
            switch (look(candidate)) {
                case WAITING -> { }
                case READY -> {
                    all.remove();
                    ready.add(candidate);
                }
                case GONE -> {
                    all.remove();
                    outcome.gone(candidate);
                }
                case PAST_THE_HOOK -> {
                    all.remove();
                    outcome.left(candidate, "its packets come by a device that the engine is not attached to");
                }
                case SILENT -> {
                    all.remove();
                    outcome.left(candidate, "it did not acknowledge the response head within 5 s");
                }
            }
        }
        if (!ready.isEmpty()) {
            take(ready);
        }
    }

    private enum Look { WAITING, READY, GONE, PAST_THE_HOOK, SILENT }

    private Look look(Candidate candidate) {
        if (!candidate.socket.isActive()) {
            return Look.GONE;
        }
        boolean template = table.templateNs(candidate.slot) != 0;
        boolean acknowledged;
        try {
            acknowledged = TcpRepair.unsent(candidate.fd()) == 0;
        } catch (KernelException e) {
            return Look.GONE;
        }
        if (template && acknowledged) {
            return Look.READY;
        }
        long waitedNs = System.nanoTime() - candidate.sinceNs;
        if (acknowledged && waitedNs > PAST_THE_HOOK_NS) {
            return Look.PAST_THE_HOOK;
        }
        return waitedNs > PATIENCE_NS ? Look.SILENT : Look.WAITING;
    }

    private void take(List<Candidate> ready) {
        ready.forEach(candidate -> table.state(candidate.slot, SessionState.TAKING));
        try {
            kernel.settle();
        } catch (KernelException e) {
            ready.forEach(candidate -> outcome.left(candidate, e.getMessage()));
            return;
        }
        ready.forEach(this::takeOrDrop);
    }

    /** What should not be must not keep all later viewers from being taken. */
    private void takeOrDrop(Candidate candidate) {
        try {
            take(candidate);
        } catch (RuntimeException e) {
            LOG.error("{} on {}: dropped after a failure", candidate.socket.remoteAddress(),
                    candidate.viewer.channel().name(), e);
            outcome.gone(candidate);
        }
    }

    private void take(Candidate candidate) {
        Device device = deviceOf(candidate);
        if (device == null) {
            outcome.left(candidate, "the device its packets come by is gone");
            return;
        }
        TcpState tcp;
        try {
            discardInput(candidate.fd());
            TcpRepair.enter(candidate.fd());
        } catch (KernelException e) {
            outcome.left(candidate, e.getMessage());
            return;
        }
        try {
            tcp = TcpRepair.read(candidate.fd());
        } catch (KernelException e) {
            leaveRepair(candidate);
            outcome.left(candidate, e.getMessage());
            return;
        }
        table.complete(candidate.slot, tcp);
        candidate.socket.close().awaitUninterruptibly();
        outcome.taken(candidate, device, tcp);
    }

    private Device deviceOf(Candidate candidate) {
        int ifindex = table.ifindex(candidate.slot);
        for (Device device : kernel.devices()) {
            if (device.ifindex() == ifindex) {
                return device;
            }
        }
        return null;
    }

    /** What a viewer sends after its request is of no use to a live stream (RFC 9112 section 9.3.2 lets us close). */
    private void discardInput(int fd) throws KernelException {
        while (TcpRepair.unread(fd) > 0 && TcpRepair.drain(fd, unread) > 0) {
            Thread.onSpinWait();
        }
    }

    private void leaveRepair(Candidate candidate) {
        try {
            TcpRepair.leaveSilently(candidate.fd());
        } catch (KernelException e) {
            candidate.socket.close();
        }
    }

    @Override
    public void close() {
        stopped = true;
        thread.interrupt();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
