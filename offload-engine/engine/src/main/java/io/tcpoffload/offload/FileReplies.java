// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import io.netty.channel.epoll.EpollSocketChannel;
import io.tcpoffload.api.OffloadException;
import io.tcpoffload.channel.FileTransport;
import io.tcpoffload.channel.PrivateSource;
import io.tcpoffload.kernel.KernelException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files by the ring: takes a connection out of the kernel when its request has been read, sends head and file, and gives it
 * back as soon as that has left. What is not acknowledged then the kernel repeats. When a client says something meanwhile,
 * its connection is given back at once, and it repeats that to the kernel's socket.
 */
final class FileReplies implements FileTransport, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(FileReplies.class);

    private static final int OWN_PID = (int) ProcessHandle.current().pid();

    private final long least;
    private final Adoptions adoptions;
    private final SessionLoop loop;
    private final LoopThread thread;
    private final OffloadCounters counters;
    private final LongSupplier ids;
    private final ExecutorService taking;

    /** @param least bytes of a file that is sent this way */
    FileReplies(long least, Adoptions adoptions, SessionLoop loop, LoopThread thread, OffloadCounters counters,
            LongSupplier ids) {
        this.least = least;
        this.adoptions = adoptions;
        this.loop = loop;
        this.thread = thread;
        this.counters = counters;
        this.ids = ids;
        /* A connection has one request under way at most, so the queue is as long as there are connections. */
        taking = OneThread.named("tcpoffload-replies");
    }

    @Override
    public boolean wants(long bytes) {
        return bytes >= least;
    }

    @Override
    public void send(Reply reply, Outcome outcome) {
        try {
            taking.execute(() -> take(reply, outcome));
        } catch (RejectedExecutionException e) {
            outcome.refused("the engine is stopping");
        }
    }

    private void take(Reply reply, Outcome outcome) {
        ViewerSession session;
        try {
            session = adoptions.takeOwn(ids.getAsLong(), OWN_PID,
                    ((EpollSocketChannel) reply.socket()).fd().intValue());
        } catch (KernelException | OffloadException e) {
            counters.add(OffloadCounter.REPLIES_LEFT, 1);
            outcome.refused(e.getMessage());
            return;
        }
        reply.socket().close();
        thread.execute(() -> begin(session, reply, outcome));
    }

    private void begin(ViewerSession session, Reply reply, Outcome outcome) {
        counters.add(OffloadCounter.REPLIES, 1);
        PrivateSource source = session.adopted().source();
        source.onClosed(outcome::over);
        source.append(reply.head());
        source.append(reply.file(), reply.offset(), reply.length());
        // not at once: the post that sends the last byte is under way
        source.onDrained(() -> thread.execute(() -> giveBack(session, reply, outcome)));
        session.adopted().onInput(() -> giveBack(session, reply, outcome));
        loop.begin(session);
    }

    private void giveBack(ViewerSession session, Reply reply, Outcome outcome) {
        PrivateSource source = session.adopted().source();
        long sent = reply.length() - (source.appended() - source.position());
        if (loop.sessions().at(session.slot()) != session || sent < 0) {
            return; // it has ended, which the source has told; or the head is not out: the client will say it again
        }
        try {
            int fd = loop.handBacks().handBack(session, false, true);
            source.onClosed(() -> { });
            source.close();
            outcome.goesOn(fd, sent);
        } catch (KernelException e) {
            LOG.debug("{}: cut within its response, {}", session.remote(), e.getMessage());
            loop.endings().abort(session);
        }
    }

    @Override
    public void close() {
        taking.shutdownNow();
    }
}
