// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

/**
 * Takes a connected socket out of the kernel, and looks at its queues ({@code net/ipv4/tcp.c}, TCP_REPAIR). Needs
 * CAP_NET_ADMIN. All methods take a raw file descriptor and may be called on any thread.
 */
public final class TcpRepair {

    private TcpRepair() {
    }

    /** Bytes the peer has not acknowledged yet, sent or not (SIOCOUTQ). */
    public static int unsent(int fd) throws KernelException {
        throw new UnsupportedOperationException();
    }

    /** Bytes received and not read yet (SIOCINQ). */
    public static int unread(int fd) throws KernelException {
        throw new UnsupportedOperationException();
    }

    /** Repair mode on: from here a close is silent. The kernel still receives and acknowledges. */
    public static void enter(int fd) throws KernelException {
        throw new UnsupportedOperationException();
    }

    /**
     * Everything the engine needs. The socket is in repair mode, its send queue is empty, all input was read.
     *
     * @throws KernelException also when the connection cannot be taken over: not established, data left in a queue,
     *                         timestamps in microseconds
     */
    public static TcpState read(int fd) throws KernelException {
        throw new UnsupportedOperationException();
    }

    /** Repair mode off without the window probe that turning it off usually sends: the kernel carries on. */
    public static void leaveSilently(int fd) throws KernelException {
        throw new UnsupportedOperationException();
    }

    /** Reads input in or out of repair mode, without blocking; 0 when there is none, -1 at the peer's FIN. */
    public static int drain(int fd, byte[] into) throws KernelException {
        throw new UnsupportedOperationException();
    }

    /** Closes the descriptor. In repair mode nothing is sent. */
    public static void close(int fd) throws KernelException {
        throw new UnsupportedOperationException();
    }
}
