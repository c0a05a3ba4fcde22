// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/**
 * One connection on its way from the engine into a fresh socket of the kernel's: {@link #begin}, {@link #sent} for all
 * that is not acknowledged, {@link #complete}.
 *
 * <p>Until the last step the session is OWNED as before: the hook takes every segment of the viewer's, and a hand-back
 * that fails, or is closed, has changed nothing. Then the socket becomes an ordinary one, the flow is taken out of the
 * hook's table, and the socket is told the viewer's last acknowledgement ({@link LastAck}), so that none is lost.
 * What the hook took in between and nobody acknowledged - data, a FIN - the viewer repeats, to the socket. Nothing
 * leaves for the viewer in any of these steps.
 *
 * <p>From {@link #begin} to {@link #complete} the caller posts nothing for the session. One thread.
 */
public final class HandBack implements AutoCloseable {

    /**
     * What is to be handed back.
     *
     * @param slot   record, in state OWNED
     * @param local  our end, as in the flow table
     * @param remote the viewer's end
     * @param taken  what {@link TcpRepair#read} told at take-over: options and segment size are of it, everything that
     *               moves is of the session record
     * @param nxt    next sequence number to send; of a FIN that was sent, the FIN's own
     * @param input  what the viewer has sent, at least all that was acknowledged to it
     * @param rttNs  smoothed round-trip time, 0 when unknown
     */
    public record Session(int slot, InetSocketAddress local, InetSocketAddress remote, TcpState taken, int nxt,
            Input input, long rttNs) {
    }

    /**
     * What a viewer has sent, at one moment. What comes later is not acknowledged and so repeated to the socket.
     *
     * @param nxt next sequence number expected, a FIN not counted
     * @param fin whether a FIN has come there
     */
    public record Input(int nxt, boolean fin) {

        /** Of a session that the hook writes to. Any thread. */
        public static Input of(SessionTable table, int slot) {
            int version;
            int nxt;
            boolean fin;
            do {
                version = table.version(slot);
                nxt = table.rcvNxt(slot);
                fin = table.finReceived(slot);
            } while (!table.isWhole(slot, version));
            return new Input(fin ? nxt - 1 : nxt, fin);
        }
    }

    /** A byte that the viewer has acknowledged long ago, whatever it was: it is never sent. */
    private static final ByteBuffer ACKNOWLEDGED = ByteBuffer.allocateDirect(1);

    private static final int MOST_CLOCK_SETTINGS = 10;

    private final KernelSide kernel;
    private final Session session;
    private final boolean rttKnown;
    private final int una;
    private final int wl1;
    private final int windowBytes;
    private final RepairSocket socket;
    private int filled;
    private boolean told;

    private HandBack(KernelSide kernel, Session session, boolean nonBlocking) throws KernelException {
        this.kernel = kernel;
        this.session = session;
        SessionTable table = kernel.sessions();
        int slot = session.slot;
        int version;
        int acknowledged;
        int sequence;
        int window;
        do {
            version = table.version(slot);
            acknowledged = table.una(slot);
            sequence = table.wl1(slot);
            window = table.window(slot);
        } while (!table.isWhole(slot, version));
        una = beforeFin(acknowledged);
        wl1 = sequence - session.input.nxt > 0 ? session.input.nxt : sequence;
        windowBytes = window << table.sndWscale(slot);
        /* The kernel measures by echoed timestamps, and only when something new is acknowledged. */
        rttKnown = session.rttNs > 0 && session.taken.timestamps();
        filled = una;
        socket = new RepairSocket(session.local, nonBlocking);
    }

    /** Our own FIN, if it was acknowledged, is not in the queue: the socket sends it anew. */
    private int beforeFin(int acknowledged) {
        return acknowledged - session.nxt > 0 ? session.nxt : acknowledged;
    }

    /**
     * Makes the socket. It is of the engine's network namespace and needs no free port: the listener keeps its own.
     *
     * @param unread      the last of what the viewer sent, which nobody has read, from position to limit
     * @param toSend      bytes that the caller will write after {@link #complete}, so that they fit at once
     * @param nonBlocking whether the socket is to be
     * @throws KernelException when the kernel refuses; nothing has changed then
     */
    public static HandBack begin(KernelSide kernel, Session session, ByteBuffer unread, int toSend,
            boolean nonBlocking) throws KernelException {
        HandBack handBack = new HandBack(kernel, session, nonBlocking);
        try {
            handBack.fill(unread, toSend);
        } catch (KernelException | RuntimeException e) {
            handBack.close();
            throw e;
        }
        return handBack;
    }

    private void fill(ByteBuffer unread, int toSend) throws KernelException {
        int waiting = unread.remaining();
        socket.ipFields(kernel.sessions().ipFields(session.slot), session.local);
        socket.connect(session.remote, rttKnown ? una - 1 : una, session.input.nxt - waiting, session.taken);
        socket.room(session.nxt - una + toSend, waiting);
        socket.received(unread, unread.position(), waiting);
        if (rttKnown) {
            socket.sent(ACKNOWLEDGED, 0, 1);
        }
    }

    /** First of the bytes that {@link #sent} is to be given: all up to nxt, in order. */
    public int una() {
        return una;
    }

    /**
     * Bytes in flight, from where the call before ended; the first from {@link #una()}.
     *
     * @param memory read at absolute offsets; a direct buffer is not copied
     * @throws KernelException when the kernel has no memory for them
     */
    public void sent(ByteBuffer memory, int offset, int length) throws KernelException {
        socket.sent(memory, offset, length);
        filled += length;
    }

    /**
     * The kernel owns the connection from here on. The session's record is of no use any more; it may be used again for
     * another connection when no packet can be in the hook, as after two seconds or {@link KernelSide#settle()}.
     *
     * @return the socket's file descriptor, the caller's to close
     * @throws KernelException       when the kernel refuses; the engine owns the connection as before
     * @throws IllegalStateException when bytes before nxt are missing
     */
    public int complete() throws KernelException {
        if (filled != session.nxt) {
            throw new IllegalStateException("sequence numbers " + Integer.toUnsignedString(filled) + " to "
                    + Integer.toUnsignedString(session.nxt) + " of the send queue are missing");
        }
        SessionTable table = kernel.sessions();
        int slot = session.slot;
        int receiveWindow = table.advertisedWindow(slot) << session.taken.rcvWscale();
        socket.window(wl1, windowBytes, Math.max(table.maxWindow(slot), windowBytes), receiveWindow, session.input.nxt);
        int clock = session.taken.timestamps() ? setClock(table.tsOffset(slot)) : 0;
        int fd = socket.release();
        try {
            kernel.flows().remove(session.local, session.remote);
            table.state(slot, SessionState.TAKING);
        } catch (KernelException e) {
            table.state(slot, SessionState.FREE); /* the hook leaves it to the kernel, too */
        }
        told = tell(table, clock);
        return fd;
    }

    /** To the millisecond, unless this thread has no processor for long: then the socket's clock is late by that. */
    private int setClock(int offset) throws KernelException {
        long ms = nowMs();
        int clock = socket.timestamp((int) ms + offset);
        for (int i = 0; i < MOST_CLOCK_SETTINGS && nowMs() != ms; i++) {
            ms = nowMs();
            clock = socket.timestamp((int) ms + offset);
        }
        return clock;
    }

    private static long nowMs() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }

    private boolean tell(SessionTable table, int clock) {
        int slot = session.slot;
        int blocks = session.taken.sack() ? table.sackCount(slot) : 0;
        int[] sack = new int[2 * blocks];
        for (int i = 0; i < blocks; i++) {
            sack[2 * i] = table.sackStart(slot, i);
            sack[2 * i + 1] = table.sackEnd(slot, i);
        }
        int echo = rttKnown ? clock - (int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(session.rttNs)) : 0;
        try {
            new LastAck(session.local, session.remote, session.input.nxt, beforeFin(table.una(slot)),
                    table.window(slot), session.input.fin, session.taken.timestamps(), table.tsRecent(slot), echo, sack)
                    .deliver();
            return true;
        } catch (KernelException e) {
            return false;
        }
    }

    /**
     * Writes to a socket that was handed back what was announced as {@code toSend}.
     *
     * @return bytes taken, 1 or more
     */
    public static int write(int fd, ByteBuffer memory, int offset, int length) throws KernelException {
        return RepairSocket.write(fd, memory, offset, length);
    }

    /** Resets the connection. */
    public static void abort(int fd) {
        TcpRepair.disconnectAndClose(fd);
    }

    /** Nothing more will be sent: the kernel delivers what there is, sends the FIN, and forgets the connection in time. */
    public static void end(int fd) throws KernelException {
        Libc.shutdown(fd, Libc.SHUT_WR); /* it fails only when the viewer has reset the connection just now */
        TcpRepair.close(fd);
    }

    /**
     * Whether the socket was told the viewer's last acknowledgement. If not, it goes on by timeout, echoes no timestamp
     * until the viewer sends something, and does not know of a FIN that the engine has acknowledged.
     */
    public boolean told() {
        return told;
    }

    /** Ends it without a word if it is not complete: the engine owns the connection as before. */
    @Override
    public void close() {
        socket.close();
    }
}
