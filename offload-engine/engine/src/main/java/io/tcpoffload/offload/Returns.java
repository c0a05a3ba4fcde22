// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import io.tcpoffload.channel.Extent;
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
     * @param withRest whether what waits in the source will be written to the socket, too: {@link #writeRest}
     * @throws KernelException with the reason why it can't be
     */
    int open(ViewerSession session, boolean withRest, boolean nonBlocking) throws KernelException {
        TcpConnectionState state = session.sender().state();
        if (state != TcpConnectionState.ESTABLISHED && state != TcpConnectionState.CLOSE_WAIT || session.isClosing()) {
            throw refused("session " + session.id() + " is ending (" + state
                    + "): only one in state ESTABLISHED or CLOSE_WAIT can be handed back");
        }
        long rest = withRest ? session.source().lag() : 0;
        if (rest > MOST_REST_BYTES) {
            throw refused("session " + session.id() + " has " + rest + " bytes that are not sent yet: at most "
                    + MOST_REST_BYTES + " can be handed back with it; wait until they are sent");
        }
        int fd = give(session, session.sender().nxt(), (int) rest, nonBlocking);
        counters.add(OffloadCounter.HANDED_BACK, 1);
        return fd;
    }

    /**
     * Lets the kernel end a connection: it repeats what is lost of what is in flight, and sends the FIN, again if the
     * engine has sent it.
     *
     * @throws KernelException with the reason why it can't be
     */
    void end(ViewerSession session) throws KernelException {
        boolean finSent = !session.sender().state().maySendData();
        int nxt = session.sender().nxt();
        HandBack.end(give(session, finSent ? nxt - 1 : nxt, 0, true));
        counters.add(OffloadCounter.ENDED_BY_KERNEL, 1);
    }

    private int give(ViewerSession session, int nxt, int rest, boolean nonBlocking) throws KernelException {
        HandBack.Session state = new HandBack.Session(session.slot(), session.local(), session.remote(),
                session.taken(), nxt, session.sender().srttNs());
        try (HandBack handBack = HandBack.begin(kernel, state, session.unread(kernel.sessions()), rest, nonBlocking)) {
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
