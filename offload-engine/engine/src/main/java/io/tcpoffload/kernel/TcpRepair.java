// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import com.sun.jna.Memory;
import com.sun.jna.Native;

/**
 * Takes a connected socket out of the kernel, and looks at its queues ({@code net/ipv4/tcp.c}, TCP_REPAIR). Needs
 * CAP_NET_ADMIN. All methods take a raw file descriptor and may be called on any thread.
 */
public final class TcpRepair {

    static final int TCP_MAXSEG = 2;
    private static final int TCP_REPAIR = 19;
    static final int TCP_REPAIR_QUEUE = 20;
    static final int TCP_QUEUE_SEQ = 21;
    static final int TCP_REPAIR_OPTIONS = 22;
    static final int TCP_TIMESTAMP = 24;
    static final int TCP_REPAIR_WINDOW = 29;
    private static final int REPAIR_ON = 1;
    private static final int REPAIR_OFF_NO_WINDOW_PROBE = -1;
    static final int RECV_QUEUE = 1;
    static final int SEND_QUEUE = 2;
    private static final int NO_QUEUE = 0;

    private static final long SIOCOUTQ = 0x5411;
    private static final long SIOCINQ = 0x541B;

    static final int WINDOW_BYTES = 20;
    private static final long NS_PER_MS = 1_000_000;

    private TcpRepair() {
    }

    /** Bytes the peer has not acknowledged yet, sent or not (SIOCOUTQ). */
    public static int unsent(int fd) throws KernelException {
        try (SocketOptions socket = new SocketOptions(fd)) {
            return unsent(socket);
        }
    }

    static int unsent(SocketOptions socket) throws KernelException {
        return socket.queue(SIOCOUTQ, "SIOCOUTQ");
    }

    /** Bytes received and not read yet (SIOCINQ). */
    public static int unread(int fd) throws KernelException {
        try (SocketOptions socket = new SocketOptions(fd)) {
            return unread(socket);
        }
    }

    static int unread(SocketOptions socket) throws KernelException {
        return socket.queue(SIOCINQ, "SIOCINQ");
    }

    /** Repair mode on: from here a close is silent. The kernel still receives and acknowledges. */
    public static void enter(int fd) throws KernelException {
        set(fd, TCP_REPAIR, REPAIR_ON, "TCP_REPAIR");
    }

    /** Repair mode off without the window probe that turning it off usually sends: the kernel carries on. */
    public static void leaveSilently(int fd) throws KernelException {
        set(fd, TCP_REPAIR_QUEUE, NO_QUEUE, "TCP_REPAIR_QUEUE");
        set(fd, TCP_REPAIR, REPAIR_OFF_NO_WINDOW_PROBE, "TCP_REPAIR");
    }

    /**
     * Everything the engine needs. The socket is in repair mode, its send queue is empty, all input was read.
     *
     * @throws KernelException also when the connection cannot be taken over: not established, data left in a queue,
     *                         timestamps in microseconds
     */
    public static TcpState read(int fd) throws KernelException {
        try (SocketOptions socket = new SocketOptions(fd)) {
            TcpInfo info = TcpInfo.of(socket);
            check(socket, info);
            return readState(socket, info);
        }
    }

    /** The same whatever is in the queues: {@link TcpState#sndNxt()} is then behind all that was written. */
    static TcpState readState(SocketOptions socket, TcpInfo info) throws KernelException {
        TimestampSample early = TimestampSample.of(socket);
        TcpState state = readState(socket, info, 0);
        return state.withTsOffset(TimestampSample.offset(early, TimestampSample.of(socket)));
    }

    /** The same where the timestamps' offset is known: {@link TcpState#tsOffset()}. */
    static TcpState readState(SocketOptions socket, TcpInfo info, int tsOffset) throws KernelException {
        int sndNxt = sequence(socket, SEND_QUEUE);
        int rcvNxt = sequence(socket, RECV_QUEUE);
        int mssClamp = socket.getInt(Libc.SOL_TCP, TCP_MAXSEG, "TCP_MAXSEG");
        Memory window = socket.get(Libc.SOL_TCP, TCP_REPAIR_WINDOW, WINDOW_BYTES, "TCP_REPAIR_WINDOW");
        return new TcpState(info.state(), sndNxt, rcvNxt, info.mss(), mssClamp, info.sndWscale(), info.rcvWscale(),
                info.timestamps(), info.sack(), info.ecn(), tsOffset, window.getInt(0), window.getInt(4),
                window.getInt(8), window.getInt(12), window.getInt(16), info.rttMicros());
    }

    private static void check(SocketOptions socket, TcpInfo info) throws KernelException {
        if (info.state() != TcpState.ESTABLISHED && info.state() != TcpState.CLOSE_WAIT) {
            throw new KernelException("socket " + socket.fd() + " is in TCP state " + info.state()
                    + ": only established connections can be taken over");
        }
        if (info.microseconds()) {
            throw new KernelException("socket " + socket.fd() + " uses TCP timestamps in microseconds: remove the route's"
                    + " feature tcp_usec_ts to offload its connections");
        }
        int unsent = unsent(socket);
        int unread = unread(socket);
        if (unsent != 0 || unread != 0) {
            throw new KernelException("socket " + socket.fd() + " has " + unsent + " bytes not acknowledged and " + unread
                    + " bytes not read: wait until both are 0 before taking it over");
        }
    }

    private static int sequence(SocketOptions socket, int queue) throws KernelException {
        choose(socket, queue);
        return socket.getInt(Libc.SOL_TCP, TCP_QUEUE_SEQ, "TCP_QUEUE_SEQ");
    }

    /** The queue that is read and asked about from now on. */
    static void choose(SocketOptions socket, int queue) throws KernelException {
        socket.set(Libc.SOL_TCP, TCP_REPAIR_QUEUE, queue, "TCP_REPAIR_QUEUE");
    }

    /**
     * Reads input without blocking; not in repair mode, where the kernel refuses it.
     *
     * @return bytes read, 0 when there are none, -1 after the peer's FIN
     */
    public static int drain(int fd, byte[] into) throws KernelException {
        try (Memory buffer = new Memory(Math.max(into.length, 1))) {
            long got = Libc.recv(fd, buffer, into.length, Libc.MSG_DONTWAIT);
            if (got < 0) {
                int errno = Native.getLastError();
                if (errno == Errno.EAGAIN) {
                    return 0;
                }
                throw Errno.failure("recv(" + fd + ")", errno);
            }
            buffer.read(0, into, 0, (int) got);
            return got == 0 && into.length > 0 ? -1 : (int) got;
        }
    }

    /**
     * Ends the connection for the kernel at once ({@code tcp_disconnect}): without a word in repair mode, else by a reset.
     * A close ends it only when nobody else has the descriptor, and a process that is just being started by any thread of
     * ours has it until it runs its own program.
     */
    public static void disconnect(int fd) throws KernelException {
        try (Memory unspecified = new Memory(SocketAddress.IPV4_BYTES)) {
            unspecified.clear();
            Errno.check(Libc.connect(fd, unspecified, SocketAddress.IPV4_BYTES), "connect(" + fd + ", AF_UNSPEC)");
        }
    }

    /** The same, then closes the descriptor; where the one is refused the other does it. */
    static void disconnectAndClose(int fd) {
        try {
            disconnect(fd);
        } catch (KernelException e) {
            // The close ends it, later perhaps.
        } finally {
            Libc.close(fd);
        }
    }

    /** Closes the descriptor. What is connected ends as by {@code close(2)}, when nobody else has it. */
    public static void close(int fd) throws KernelException {
        Errno.check(Libc.close(fd), "close(" + fd + ")");
    }

    static void set(int fd, int option, int value, String name) throws KernelException {
        Errno.check(Libc.setInt(fd, Libc.SOL_TCP, option, value), "setsockopt(" + fd + ", " + name + ", " + value + ")");
    }

    /**
     * The kernel's timestamp clock of a socket at a known millisecond. Since 6.7 the lowest bit of what it tells says
     * whether the unit is the microsecond, so the value may be one too small.
     */
    private record TimestampSample(long ms, int value) {

        static TimestampSample of(SocketOptions socket) throws KernelException {
            while (true) {
                long before = System.nanoTime() / NS_PER_MS;
                int value = socket.getInt(Libc.SOL_TCP, TCP_TIMESTAMP, "TCP_TIMESTAMP");
                if (System.nanoTime() / NS_PER_MS == before) {
                    return new TimestampSample(before, value);
                }
            }
        }

        /** Never behind the kernel's own clock, so that timestamps do not go back; exact when a sample was odd. */
        static int offset(TimestampSample a, TimestampSample b) {
            int first = a.value - (int) a.ms;
            int second = b.value - (int) b.ms;
            if (first != second) {
                return first - second > 0 ? first : second;
            }
            return (a.value & 1) != 0 || (b.value & 1) != 0 ? first : first + 1;
        }
    }
}
