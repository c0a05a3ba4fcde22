// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * A socket of the kernel's that is made with a connection's state instead of a handshake ({@code net/ipv4/tcp.c},
 * TCP_REPAIR). While it is in repair mode nothing leaves it: what is written counts as sent, and a close is silent. The
 * methods are to be called in the order in which they stand here.
 */
final class RepairSocket implements AutoCloseable {

    private static final int OPTION_MSS = 2;
    private static final int OPTION_WINDOW_SCALE = 3;
    private static final int OPTION_SACK_PERMITTED = 4;
    private static final int OPTION_TIMESTAMPS = 8;

    /** What TCP_MAXSEG takes; only the loopback device has larger segments. */
    private static final int MIN_MAXSEG = 88;
    private static final int MAX_MAXSEG = 32_767;

    /** What the kernel keeps of a byte in a queue is less than twice it; it doubles the value itself. */
    private static final int QUEUE_ROOM = 64 << 10;

    private int fd;

    /** @param nonBlocking whether calls on the socket return at once */
    RepairSocket(InetSocketAddress local, boolean nonBlocking) throws KernelException {
        int type = Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC | (nonBlocking ? Libc.SOCK_NONBLOCK : 0);
        fd = Errno.check(Libc.socket(SocketAddress.family(local), type, 0), "socket(SOCK_STREAM)");
        try (SocketAddress address = new SocketAddress(local)) {
            TcpRepair.enter(fd);
            Errno.check(Libc.bind(fd, address.memory(), address.length()), "bind(" + local + ")");
        } catch (KernelException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /** What the connection's IP headers had so far. */
    void ipFields(IpFields fields, InetSocketAddress local) throws KernelException {
        fields.set(fd, local.getAddress());
    }

    /**
     * Makes it established, without a packet.
     *
     * @param sendSeq    of the first byte that will be in the send queue
     * @param receiveSeq of the first byte that will be in the receive queue
     */
    void connect(InetSocketAddress remote, int sendSeq, int receiveSeq, TcpState tcp) throws KernelException {
        /* Before the connect, which makes the segment size of it; afterwards only a change of the path's MTU does. */
        set(TcpRepair.TCP_MAXSEG, Math.max(MIN_MAXSEG, Math.min(tcp.mssClamp(), MAX_MAXSEG)),
                "TCP_MAXSEG");
        queue(TcpRepair.SEND_QUEUE);
        set(TcpRepair.TCP_QUEUE_SEQ, sendSeq, "TCP_QUEUE_SEQ");
        queue(TcpRepair.RECV_QUEUE);
        set(TcpRepair.TCP_QUEUE_SEQ, receiveSeq, "TCP_QUEUE_SEQ");
        try (SocketAddress address = new SocketAddress(remote)) {
            Errno.check(Libc.connect(fd, address.memory(), address.length()), "connect(" + remote + ")");
        }
        options(tcp);
    }

    private void options(TcpState tcp) throws KernelException {
        try (Memory options = new Memory(4 * 8)) {
            int at = option(options, 0, OPTION_MSS, tcp.mssClamp());
            at = option(options, at, OPTION_WINDOW_SCALE, tcp.sndWscale() | tcp.rcvWscale() << 16);
            if (tcp.sack()) {
                at = option(options, at, OPTION_SACK_PERMITTED, 0);
            }
            if (tcp.timestamps()) {
                at = option(options, at, OPTION_TIMESTAMPS, 0);
            }
            set(TcpRepair.TCP_REPAIR_OPTIONS, options, at, "TCP_REPAIR_OPTIONS");
        }
    }

    /** {@code struct tcp_repair_opt}. */
    private static int option(Memory into, int at, int code, int value) {
        into.setInt(at, code);
        into.setInt(at + 4, value);
        return at + 8;
    }

    /**
     * What the next segment's TSval is at this moment. The lowest bit says since 6.7 whether the unit is the
     * microsecond, so it has to be 0.
     *
     * @return the value that was set, at most 1 ahead
     */
    int timestamp(int value) throws KernelException {
        int even = value + 1 & ~1;
        set(TcpRepair.TCP_TIMESTAMP, even, "TCP_TIMESTAMP");
        return even;
    }

    /** Room in the queues for so many bytes at once, whatever the system's limits. */
    void room(int sendBytes, int receiveBytes) throws KernelException {
        if (sendBytes > 0) {
            force(Libc.SO_SNDBUFFORCE, sendBytes + QUEUE_ROOM, "SO_SNDBUFFORCE");
        }
        if (receiveBytes > 0) {
            force(Libc.SO_RCVBUFFORCE, receiveBytes + QUEUE_ROOM, "SO_RCVBUFFORCE");
        }
        if (sendBytes > 0 || receiveBytes > 0) {
            /* The kernel may size the buffers again; since 5.15, before that they stay as they are. */
            Libc.setInt(fd, Libc.SOL_SOCKET, Libc.SO_BUF_LOCK, 0);
        }
    }

    private void force(int option, int bytes, String name) throws KernelException {
        Errno.check(Libc.setInt(fd, Libc.SOL_SOCKET, option, bytes), "setsockopt(" + fd + ", " + name + ")");
    }

    /** Bytes that came in and nobody has read. */
    void received(ByteBuffer memory, int offset, int length) throws KernelException {
        queue(TcpRepair.RECV_QUEUE);
        writeAll(memory, offset, length);
    }

    /** Bytes that were sent and are not acknowledged. */
    void sent(ByteBuffer memory, int offset, int length) throws KernelException {
        queue(TcpRepair.SEND_QUEUE);
        writeAll(memory, offset, length);
    }

    /** {@code struct tcp_repair_window}, in bytes. */
    void window(int sndWl1, int sndWnd, int maxWindow, int rcvWnd, int rcvWup) throws KernelException {
        try (Memory window = new Memory(TcpRepair.WINDOW_BYTES)) {
            window.setInt(0, sndWl1);
            window.setInt(4, sndWnd);
            window.setInt(8, maxWindow);
            window.setInt(12, rcvWnd);
            window.setInt(16, rcvWup);
            set(TcpRepair.TCP_REPAIR_WINDOW, window, TcpRepair.WINDOW_BYTES, "TCP_REPAIR_WINDOW");
        }
    }

    /**
     * From here on it is an ordinary socket, and the caller's.
     *
     * @return its descriptor
     */
    int release() throws KernelException {
        TcpRepair.leaveSilently(fd);
        int released = fd;
        fd = -1;
        return released;
    }

    /** As long as it was not released: gone without a word, and its addresses free for another attempt. */
    @Override
    public void close() {
        if (fd >= 0) {
            TcpRepair.disconnectAndClose(fd);
            fd = -1;
        }
    }

    private void writeAll(ByteBuffer memory, int offset, int length) throws KernelException {
        for (int done = 0; done < length;) {
            done += write(fd, memory, offset + done, length - done);
        }
    }

    /** What the queue takes of it at once; never 0. */
    static int write(int fd, ByteBuffer memory, int offset, int length) throws KernelException {
        if (memory.isDirect()) {
            return send(fd, Native.getDirectBufferPointer(memory).share(offset), length);
        }
        try (Memory copy = new Memory(length)) {
            copy.getByteBuffer(0, length).put(0, memory, offset, length);
            return send(fd, copy, length);
        }
    }

    private static int send(int fd, Pointer data, int length) throws KernelException {
        long taken = Libc.send(fd, data, length, Libc.MSG_DONTWAIT | Libc.MSG_NOSIGNAL);
        if (taken <= 0) {
            throw Errno.failure("send(" + fd + ", " + length + " bytes)", Native.getLastError());
        }
        return (int) taken;
    }

    private void queue(int queue) throws KernelException {
        set(TcpRepair.TCP_REPAIR_QUEUE, queue, "TCP_REPAIR_QUEUE");
    }

    private void set(int option, int value, String name) throws KernelException {
        TcpRepair.set(fd, option, value, name);
    }

    private void set(int option, Pointer value, int length, String name) throws KernelException {
        Errno.check(Libc.setsockopt(fd, Libc.SOL_TCP, option, value, length), "setsockopt(" + fd + ", " + name + ")");
    }
}
