// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import com.sun.jna.Memory;
import com.sun.jna.Native;

/**
 * A connection with whatever is in its queues, read in repair mode.
 *
 * @param tcp         its state; {@link TcpState#sndNxt()} is behind all that was written, and {@link TcpState#rcvWnd()}
 *                    what of the advertised window is left
 * @param una         oldest unacknowledged sequence number
 * @param nxt         next sequence number to send
 * @param written     bytes of the send queue: from {@code una} on, those after {@code nxt} not sent yet
 * @param unread      bytes that the peer has sent and nobody has read; acknowledged, before {@link TcpState#rcvNxt()}
 * @param rttvarNanos mean deviation of the round-trip time, 0 when there was no sample
 * @param cwnd        congestion window in segments
 * @param ssthresh    slow start threshold in segments; {@link #NO_SSTHRESH} before the first loss
 * @param tsRecent    the peer's last timestamp
 * @param tsReceived  whether there was one, and it could be read
 * @param nagle       whether small segments wait for acknowledgements (TCP_NODELAY is off)
 */
public record FrozenState(TcpState tcp, int una, int nxt, byte[] written, byte[] unread, long rttvarNanos, int cwnd,
        int ssthresh, int tsRecent, boolean tsReceived, boolean nagle) {

    /** TCP_INFINITE_SSTHRESH of the kernel. */
    public static final int NO_SSTHRESH = 0x7FFFFFFF;

    private static final long SIOCOUTQNSD = 0x894B;
    private static final int TCP_NODELAY = 1;
    private static final long NS_PER_US = 1000;
    private static final byte[] NONE = {};

    /** @param hidden null when it could not be read */
    static FrozenState read(SocketOptions socket, SocketReader.Hidden hidden) throws KernelException {
        TcpInfo info = TcpInfo.of(socket);
        TcpState tcp = hidden == null ? TcpRepair.readState(socket, info)
                : TcpRepair.readState(socket, info, hidden.tsOffset());
        int queued = TcpRepair.unsent(socket);
        int unsent = socket.queue(SIOCOUTQNSD, "SIOCOUTQNSD");
        byte[] written = peek(socket, TcpRepair.SEND_QUEUE, queued);
        byte[] unread = peek(socket, TcpRepair.RECV_QUEUE, TcpRepair.unread(socket));
        boolean nagle = socket.getInt(Libc.SOL_TCP, TCP_NODELAY, "TCP_NODELAY") == 0;
        return new FrozenState(withWindowLeft(tcp), tcp.sndNxt() - queued, tcp.sndNxt() - unsent, written, unread,
                info.rttMicros() == 0 ? 0 : info.rttvarMicros() * NS_PER_US, info.cwnd(), info.ssthresh(),
                hidden == null ? 0 : hidden.tsRecent(), hidden != null && hidden.tsReceived(), nagle);
    }

    /**
     * A right edge that was advertised never goes back (RFC 9293 section 3.8.6): what is left of the window, rounded up to
     * what the window field can say, as Linux does (tcp_select_window).
     */
    private static TcpState withWindowLeft(TcpState tcp) {
        int left = Math.max(0, tcp.rcvWup() + tcp.rcvWnd() - tcp.rcvNxt());
        int unit = 1 << tcp.rcvWscale();
        return tcp.withReceiveWindow(left + unit - 1 & -unit);
    }

    private static byte[] peek(SocketOptions socket, int queue, int bytes) throws KernelException {
        if (bytes == 0) {
            return NONE;
        }
        TcpRepair.choose(socket, queue);
        try (Memory buffer = new Memory(bytes)) {
            long got = Libc.recv(socket.fd(), buffer, bytes, Libc.MSG_PEEK | Libc.MSG_DONTWAIT);
            if (got < 0) {
                throw Errno.failure("recv(" + socket.fd() + ", MSG_PEEK)", Native.getLastError());
            }
            if (got != bytes) {
                throw new KernelException("a queue has " + got + " of " + bytes + " bytes: something still writes to the"
                        + " socket, or it has urgent data");
            }
            return buffer.getByteArray(0, bytes);
        }
    }
}
