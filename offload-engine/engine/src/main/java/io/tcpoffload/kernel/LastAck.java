// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import com.sun.jna.Memory;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * The viewer's last acknowledgement, made again from the session record for a socket that has never seen a segment of
 * its viewer's: it tells it what repair mode has no call for - the timestamp to echo, the viewer's FIN, and what was
 * acknowledged or arrived out of order while the socket was made. It goes to the local address and so by the loopback
 * device only; nobody but the kernel's TCP sees it.
 *
 * @param seq    the socket's rcv_nxt
 * @param window raw
 * @param sack   left, right, left, right ...
 */
record LastAck(InetSocketAddress local, InetSocketAddress remote, int seq, int ack, int window, boolean fin,
        boolean timestamps, int tsval, int tsecr, int[] sack) {

    private static final int IPV4_HEADER = 20;
    private static final int IPV6_HEADER = 40;
    private static final int TCP_HEADER = 20;
    private static final int TIMESTAMP_BYTES = 12;
    /** As many as fit beside timestamps in TCP's 40 option bytes. */
    private static final int MOST_BLOCKS = 3;
    private static final int ACK = 0x10;
    private static final int FIN = 0x01;
    private static final int TTL = 64;

    /** Sends it. */
    void deliver() throws KernelException {
        byte[] packet = packet();
        int family = SocketAddress.family(local);
        int fd = Errno.check(Libc.socket(family, Libc.SOCK_RAW | Libc.SOCK_CLOEXEC, Libc.IPPROTO_RAW),
                "socket(SOCK_RAW)");
        /* A port would be taken for a protocol. */
        try (Memory memory = new Memory(packet.length);
                SocketAddress to = new SocketAddress(new InetSocketAddress(local.getAddress(), 0))) {
            memory.write(0, packet, 0, packet.length);
            Errno.check((int) Libc.sendto(fd, memory, packet.length, 0, to.memory(), to.length()),
                    "sendto(" + local + ", the last acknowledgement of " + remote + ")");
        } finally {
            Libc.close(fd);
        }
    }

    byte[] packet() {
        int blocks = Math.min(sack.length / 2, MOST_BLOCKS);
        int tcpBytes = TCP_HEADER + (timestamps ? TIMESTAMP_BYTES : 0) + (blocks > 0 ? 4 + 8 * blocks : 0);
        boolean ipv6 = SocketAddress.family(local) == Libc.AF_INET6;
        int ipBytes = ipv6 ? IPV6_HEADER : IPV4_HEADER;
        ByteBuffer p = ByteBuffer.allocate(ipBytes + tcpBytes);
        if (ipv6) {
            p.putInt(6 << 28).putShort((short) tcpBytes).put((byte) Libc.IPPROTO_TCP).put((byte) TTL);
        } else {
            /* The kernel fills in identification and checksum. */
            p.put((byte) 0x45).put((byte) 0).putShort((short) p.capacity()).putInt(0x4000).put((byte) TTL)
                    .put((byte) Libc.IPPROTO_TCP).putShort((short) 0);
        }
        p.put(remote.getAddress().getAddress()).put(local.getAddress().getAddress());
        p.putShort((short) remote.getPort()).putShort((short) local.getPort()).putInt(seq).putInt(ack);
        p.put((byte) (tcpBytes / 4 << 4)).put((byte) (fin ? ACK | FIN : ACK)).putShort((short) window).putInt(0);
        if (timestamps) {
            p.putInt(0x0101080A).putInt(tsval).putInt(tsecr);
        }
        if (blocks > 0) {
            p.putInt(0x01010500 | 2 + 8 * blocks);
            for (int i = 0; i < 2 * blocks; i++) {
                p.putInt(sack[i]);
            }
        }
        int addressBytes = remote.getAddress().getAddress().length + local.getAddress().getAddress().length;
        long sum = Libc.IPPROTO_TCP + tcpBytes + words(p, ipBytes - addressBytes, p.capacity());
        p.putShort(ipBytes + 16, (short) ~fold(sum));
        return p.array();
    }

    private static long words(ByteBuffer p, int from, int to) {
        long sum = 0;
        for (int at = from; at < to; at += 2) {
            sum += p.getShort(at) & 0xFFFF;
        }
        return sum;
    }

    private static int fold(long sum) {
        long folded = sum;
        while (folded >>> 16 != 0) {
            folded = (folded & 0xFFFF) + (folded >>> 16);
        }
        return (int) folded;
    }
}
