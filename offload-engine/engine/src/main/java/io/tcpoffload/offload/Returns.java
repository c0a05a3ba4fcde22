// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import io.tcpoffload.channel.Extent;
import io.tcpoffload.channel.PrefixedSource;
import io.tcpoffload.channel.PrivateSource;
import io.tcpoffload.channel.Source;
import io.tcpoffload.channel.Step;
import io.tcpoffload.core.TcpConnectionState;
import io.tcpoffload.kernel.HandBack;
import io.tcpoffload.kernel.KernelException;
import io.tcpoffload.kernel.KernelSide;
import java.nio.ByteBuffer;

/**
 * Gives sessions back to the kernel: fills a {@link HandBack} with what is in flight, out of the session's source. A
 * session that can't be given back stays as it is. On the session loop's thread, between its posts.
 */
final class Returns {

    /** What a socket is given beyond what is in flight: enough for any window, and no burden on the kernel's memory. */
    static final int MOST_REST_BYTES = 4 << 20;

    private static final int COPY_BYTES = 64 << 10;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final KernelSide kernel;
    private final OffloadCounters counters;
    private final Extent extent = new Extent();
    private final ByteBuffer copy = ByteBuffer.allocateDirect(COPY_BYTES);

    Returns(KernelSide kernel, OffloadCounters counters) {
        this.kernel = kernel;
        this.counters = counters;
    }

    /**
     * Makes the socket with which somebody goes on.
     *
     * @param input    what the viewer has sent
     * @param withRest whether what waits in its private source will be written to the socket, too: {@link #writeRest}
     * @throws KernelException with the reason why it can't be
     */
    int open(ViewerSession session, HandBack.Input input, boolean withRest, boolean nonBlocking)
            throws KernelException {
        TcpConnectionState state = session.sender().state();
        if (state != TcpConnectionState.ESTABLISHED && state != TcpConnectionState.CLOSE_WAIT || session.isClosing()) {
            throw refused("session " + session.id() + " is ending (" + state
                    + "): only one in state ESTABLISHED or CLOSE_WAIT can be handed back");
        }
        if (session.source() instanceof PrefixedSource prefixed && prefixed.inPrefix()) {
            throw refused("session " + session.id() + " has bytes of its former owner's that are not sent yet: try again");
        }
        int fd = give(session, input, session.sender().nxt(), withRest ? rest(session) : 0, nonBlocking);
        counters.add(OffloadCounter.HANDED_BACK, 1);
        return fd;
    }

    private int rest(ViewerSession session) throws KernelException {
        PrivateSource source = session.adopted().source();
        long rest = source.appended() - source.position();
        if (rest > MOST_REST_BYTES) {
            throw refused("session " + session.id() + " has " + rest + " bytes that are not sent yet: at most "
                    + MOST_REST_BYTES + " can be handed back with it; wait until they are sent");
        }
        if (rest != source.lag()) {
            throw refused("session " + session.id() + " has " + (rest - source.lag())
                    + " bytes of a file that are not read yet: try again");
        }
        return (int) rest;
    }

    /**
     * Lets the kernel end a connection: it repeats what is lost of what is in flight, and sends the FIN, again if the
     * engine has sent it. A live stream ends where it is; a private one has an end of its own, and gets there.
     *
     * @throws KernelException with the reason why it can't be
     */
    void end(ViewerSession session) throws KernelException {
        HandBack.Input input = HandBack.Input.of(kernel.sessions(), session.slot());
        int nxt = session.sender().nxt();
        if (session.sender().state().maySendData()) {
            int rest = session.isPrivate() ? rest(session) : 0;
            int fd = give(session, input, nxt, rest, true);
            if (rest > 0) {
                writeRest(session, fd);
            }
            HandBack.end(fd);
        } else {
            HandBack.end(give(session, input, nxt - 1, 0, true));
        }
        counters.add(OffloadCounter.ENDED_BY_KERNEL, 1);
    }

    private int give(ViewerSession session, HandBack.Input input, int nxt, int rest, boolean nonBlocking)
            throws KernelException {
        HandBack.Session state = new HandBack.Session(session.slot(), session.local(), session.remote(),
                session.taken(), nxt, input, session.sender().srttNs());
        try (HandBack handBack = HandBack.begin(kernel, state, unread(session, input), rest, nonBlocking)) {
            fill(handBack, session, nxt);
            int fd = handBack.complete();
            if (!handBack.told()) {
                counters.add(OffloadCounter.HANDED_BACK_UNTOLD, 1);
            }
            return fd;
        } catch (KernelException e) {
            throw refused(e.getMessage());
        }
    }

    private static ByteBuffer unread(ViewerSession session, HandBack.Input input) {
        return session.adopted() == null ? NOTHING : session.adopted().unread(input);
    }

    private void fill(HandBack handBack, ViewerSession session, int nxt) throws KernelException {
        Source source = session.source();
        for (int seq = handBack.una(); seq != nxt;) {
            long position = session.stream().positionOf(seq);
            if (position < 0 || !source.locate(position, extent)) {
                throw new KernelException("session " + session.id()
                        + " has bytes in flight that are not in the store any more");
            }
            int length = Math.min(COPY_BYTES, Math.min(session.stream().consecutive(seq, nxt - seq), extent.length()));
            if (source.copy(position, extent.memoryOffset(), length, copy, 0)) {
                handBack.sent(copy, 0, length);
                seq += length;
            }
        }
    }

    /**
     * Writes what waits in the source of a session that has been given back. The socket's buffer was made for it; if it does
     * not fit all the same, the connection is reset, because nobody would send what is missing.
     */
    void writeRest(ViewerSession session, int fd) throws KernelException {
        Source source = session.source();
        try {
            while (source.next(extent) == Step.DATA) {
                int length = Math.min(COPY_BYTES, extent.length());
                if (source.copy(extent.position(), extent.memoryOffset(), length, copy, 0)) {
                    source.advance(HandBack.write(fd, copy, 0, length));
                }
            }
        } catch (KernelException e) {
            HandBack.abort(fd);
            counters.add(OffloadCounter.FAILURES, 1);
            throw new KernelException("session " + session.id() + " was reset, as its socket did not take what is not sent"
                    + " yet: " + e.getMessage());
        }
    }

    private KernelException refused(String reason) {
        counters.add(OffloadCounter.HAND_BACKS_REFUSED, 1);
        return new KernelException(reason);
    }
}
