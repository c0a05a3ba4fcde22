// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import io.tcpoffload.api.OffloadException;
import io.tcpoffload.channel.MediaChannel;
import io.tcpoffload.channel.PrivateSource;
import io.tcpoffload.kernel.KernelException;
import io.tcpoffload.kernel.KernelSide;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * What other processes can have done with their connections. Thread-safe; each call returns when it is done. A call
 * that can't be done throws {@link OffloadException} with a line that says what was wrong and what would be right.
 */
public final class Adoptions implements AutoCloseable {

    private final SessionLoop loop;
    private final LoopThread thread;
    private final Consumer<MediaChannel> onChannel;
    private final FileReads files;
    private final OffloadCounters counters;
    private final Adoption adoption;
    private final LongSupplier ids;
    private final WarmUp warmUp;

    Adoptions(KernelSide kernel, SenderSettings settings, LongSupplier ids, SessionLoop loop, LoopThread thread,
            OffloadCounters counters, Consumer<MediaChannel> onChannel) {
        this.loop = loop;
        this.thread = thread;
        this.counters = counters;
        this.onChannel = onChannel;
        files = new FileReads(thread::execute);
        this.ids = ids;
        adoption = new Adoption(kernel, settings, files);
        warmUp = new WarmUp(kernel, this);
    }

    /** Makes the first adoption as quick as the others. Some tenths of a second. */
    public void warmUp() {
        warmUp.run();
    }

    /**
     * Takes a connected TCP socket out of a process.
     *
     * @param channel what is to be sent; null for what is given to {@link #write} and {@link #file}
     * @param input   what becomes of what the peer sends
     * @return the session's number
     */
    public long adopt(int pid, int fd, MediaChannel channel, InputPolicy input) {
        return adopt(ids.getAsLong(), pid, fd, channel, input);
    }

    /**
     * Takes a connection of this process', for a response. Its record is complete, in state TAKING.
     *
     * @throws KernelException with a line for people; the socket is as it was
     */
    synchronized ViewerSession takeOwn(long id, int pid, int fd) throws KernelException {
        return adoption.take(id, pid, fd, null, InputPolicy.GO_ON);
    }

    synchronized long adopt(long id, int pid, int fd, MediaChannel channel, InputPolicy input) {
        if (channel != null) {
            onChannel.accept(channel);
        }
        try {
            ViewerSession session = adoption.take(id, pid, fd, channel, input);
            counters.add(OffloadCounter.ADOPTED, id < 0 ? 0 : 1);
            thread.begin(session);
            return session.id();
        } catch (KernelException e) {
            counters.add(OffloadCounter.ADOPTIONS_REFUSED, 1);
            throw new OffloadException(e.getMessage());
        }
    }

    /**
     * A socket that waits to be fetched from the engine's process.
     *
     * @param fd             its descriptor there
     * @param discardedBytes what the peer has sent and the socket will not deliver: the engine had acknowledged it
     */
    public record HandedBack(int fd, long discardedBytes) {
    }

    /** Appends zero bytes to the session's stream. */
    public void write(long id, long count) {
        if (count < 1) {
            throw new OffloadException("count " + count + ": 1 or more is needed");
        }
        append(id, source -> source.appendZeros(count));
    }

    /** Appends what is in a file now. */
    public void file(long id, Path path) {
        FileChannel file;
        long length;
        try {
            if (!Files.isRegularFile(path)) {
                throw new OffloadException(path + " is not a regular file");
            }
            file = FileChannel.open(path, StandardOpenOption.READ);
            length = file.size();
        } catch (IOException e) {
            throw new OffloadException(path + " can't be read: " + e.getMessage());
        }
        try {
            append(id, source -> source.append(file, length));
        } catch (OffloadException e) {
            close(file);
            throw e;
        }
    }

    private static void close(FileChannel file) {
        try {
            file.close();
        } catch (IOException e) {
            throw new OffloadException(e.toString());
        }
    }

    private void append(long id, Consumer<PrivateSource> what) {
        on(id, session -> {
            try {
                what.accept(own(session));
                loop.serveNow(session);
            } catch (IllegalArgumentException e) {
                throw new OffloadException(e.getMessage());
            }
            return null;
        });
    }

    private static PrivateSource own(ViewerSession session) {
        PrivateSource own = session.adopted().source();
        if (own == null) {
            throw new OffloadException("session " + session.id() + " is served from channel " + session.source().name()
                    + ": a session adopted without a channel is needed");
        }
        return own;
    }

    /** Ends the stream after the last byte, as close(2) does. */
    public void close(long id) {
        end(id, false);
    }

    /** Ends the stream after the last byte and lets the peer go on sending, as shutdown(2) with SHUT_WR does. */
    public void shutdown(long id) {
        end(id, true);
    }

    private void end(long id, boolean half) {
        on(id, session -> {
            loop.endings().end(session, half);
            loop.serveNow(session);
            return null;
        });
    }

    /** Resets the connection. */
    public void abort(long id) {
        on(id, session -> {
            loop.endings().abort(session);
            return null;
        });
    }

    /**
     * Puts the connection into a kernel socket of the engine's, with all that waits in its stream. The engine keeps its
     * descriptor open for a minute, or until {@link #fetched}.
     *
     * @return descriptor, and how many bytes of the peer's were acknowledged that nobody has
     */
    public HandedBack handBack(long id) {
        return on(id, session -> {
            if (session.isPrivate() && own(session).isFinished()) {
                throw new OffloadException("session " + id + " has been closed: one that may go on is needed");
            }
            return loop.handBacks().handBack(session);
        });
    }

    /** The socket that {@link #handBack} made has been fetched: the engine closes its descriptor. */
    public void fetched(long id) {
        order(() -> {
            loop.handBacks().waitingSockets().release(id);
            return null;
        });
    }

    /** One line of {@code key=value}; of a session that is over, for a while, too. */
    public String info(long id) {
        return order(() -> loop.sessions().report(id));
    }

    /** Numbers of the sessions there are. */
    public List<Long> ids() {
        return order(() -> loop.sessions().adopted().ids());
    }

    private interface Work<T> {
        T apply(ViewerSession session) throws KernelException;
    }

    private <T> T on(long id, Work<T> work) {
        return order(() -> work.apply(loop.sessions().adopted().get(id)));
    }

    private <T> T order(LoopThread.Order<T> order) {
        try {
            return thread.order(order);
        } catch (KernelException e) {
            throw new OffloadException(e.getMessage());
        }
    }

    @Override
    public void close() {
        files.close();
        adoption.close();
    }
}
