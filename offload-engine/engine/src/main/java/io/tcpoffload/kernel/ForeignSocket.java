// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import com.sun.jna.Native;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/**
 * A connected TCP socket of another process, taken by {@code pidfd_getfd(2)}: both processes have it from then on.
 * {@link #check}, arm the hook, {@link #freeze}, {@link #read}, and then either {@link #silence} or {@link #close}, which
 * leaves it to its owner as it was. One thread.
 *
 * <p>Messages name what was asked for, the value, and what would be right.
 */
public final class ForeignSocket implements AutoCloseable {

    private static final long PIDFD_OPEN = 434;
    private static final long PIDFD_GETFD = 438;

    private static final int SO_DOMAIN = 39;
    private static final int SO_PROTOCOL = 38;
    private static final int TCP_ULP = 31;
    private static final int ULP_BYTES = 16;
    private static final int MPTCP = 262;
    private static final String[] STATES = {"", "ESTABLISHED", "SYN-SENT", "SYN-RECEIVED", "FIN-WAIT-1", "FIN-WAIT-2",
        "TIME-WAIT", "CLOSED", "CLOSE-WAIT", "LAST-ACK", "LISTEN", "CLOSING", "SYN-RECEIVED"};
    /** Linux sends segments of 48 bytes at least (net.ipv4.tcp_min_snd_mss), and timestamps take 12 of them. */
    private static final int MIN_MSS = 36;

    private final String what;
    private final SocketOptions socket;
    private InetSocketAddress local;
    private InetSocketAddress remote;
    private boolean frozen;
    private boolean closed;

    private ForeignSocket(String what, int fd) {
        this.what = what;
        socket = new SocketOptions(fd);
    }

    /**
     * Takes a descriptor.
     *
     * @param pid of the process, as the engine sees it
     * @param fd  the process' own number of the descriptor
     */
    public static ForeignSocket take(int pid, int fd) throws KernelException {
        if (pid < 1) {
            throw new KernelException("pid " + pid + ": a process number of 1 or more is needed");
        }
        if (fd < 0) {
            throw new KernelException("fd " + fd + ": a descriptor of 0 or more is needed");
        }
        int pidfd = (int) Libc.syscall(PIDFD_OPEN, pid, 0, 0);
        if (pidfd < 0) {
            int errno = Native.getLastError();
            throw errno == Errno.ESRCH ? new KernelException("pid " + pid + ": there is no such process, seen from the "
                    + "engine; the number in the engine's own /proc is needed")
                    : Errno.failure("pidfd_open(" + pid + ")", errno);
        }
        try {
            int taken = (int) Libc.syscall(PIDFD_GETFD, pidfd, fd, 0);
            if (taken < 0) {
                throw refused(pid, fd, Native.getLastError());
            }
            return new ForeignSocket("fd " + fd + " of process " + pid, taken);
        } finally {
            Libc.close(pidfd);
        }
    }

    private static KernelException refused(int pid, int fd, int errno) {
        return switch (errno) {
            case Errno.EBADF -> new KernelException("fd " + fd + ": process " + pid + " has no such descriptor; one that "
                    + "/proc/" + pid + "/fd lists is needed");
            case Errno.EPERM -> new KernelException("pid " + pid + ": the engine may not take descriptors of this process; "
                    + "it needs to be root or have CAP_SYS_PTRACE");
            default -> Errno.failure("pidfd_getfd(" + pid + ", " + fd + ")", errno);
        };
    }

    /**
     * Refuses what the engine can't serve. Afterwards {@link #local} and {@link #remote} are known.
     *
     * @param namespace cookie of the engine's network namespace, {@link NetworkNamespace#cookie()}
     */
    public void check(long namespace) throws KernelException {
        int protocol = option(SO_PROTOCOL);
        int domain = option(SO_DOMAIN);
        if (domain != Libc.AF_INET && domain != Libc.AF_INET6 || protocol != Libc.IPPROTO_TCP) {
            throw new KernelException(what + " is a socket of family " + domain + ", protocol " + protocol
                    + (protocol == MPTCP ? " (MPTCP)" : "") + ": a TCP socket (family 2 or 10, protocol 6) is needed");
        }
        check(TcpInfo.of(socket));
        String ulp = ulp();
        if (!ulp.isEmpty()) {
            throw new KernelException(what + " has the kernel's '" + ulp + "' between its process and TCP: a plain TCP "
                    + "socket is needed");
        }
        long its = NetworkNamespace.cookie(socket);
        if (its != namespace) {
            throw new KernelException(what + " is of another network namespace (cookie " + its + ", the engine's "
                    + namespace + "): an engine in that namespace is needed; see ip netns exec");
        }
        local = socket.local();
        remote = socket.remote();
    }

    private void check(TcpInfo info) throws KernelException {
        int state = info.state();
        if (state != TcpState.ESTABLISHED && state != TcpState.CLOSE_WAIT) {
            throw new KernelException(what + " is a TCP socket in state "
                    + (state > 0 && state < STATES.length ? STATES[state] : state)
                    + ": a connection in state ESTABLISHED or CLOSE-WAIT is needed");
        }
        if (info.microseconds()) {
            throw new KernelException(what + " uses TCP timestamps in microseconds: milliseconds are needed; remove "
                    + "the route's feature tcp_usec_ts");
        }
        if (info.mss() < MIN_MSS) {
            throw new KernelException(what + " has segments of " + info.mss() + " bytes: " + MIN_MSS
                    + " or more are needed");
        }
    }

    private int option(int name) throws KernelException {
        if (socket.read(Libc.SOL_SOCKET, name, Integer.BYTES) < 0) {
            int errno = Native.getLastError();
            throw errno == Errno.ENOTSOCK ? new KernelException(what + " is not a socket: a connected TCP socket is "
                    + "needed") : Errno.failure("getsockopt(" + what + ", " + name + ")", errno);
        }
        return socket.value().getInt(0);
    }

    private String ulp() {
        return socket.read(Libc.SOL_TCP, TCP_ULP, ULP_BYTES) > 0
                ? socket.value().getString(0, StandardCharsets.US_ASCII.name()) : "";
    }

    public InetSocketAddress local() {
        return local;
    }

    public InetSocketAddress remote() {
        return remote;
    }

    /** What its owner has chosen for the IP header. */
    public IpFields ipFields() throws KernelException {
        return IpFields.of(socket, local.getAddress());
    }

    /**
     * Repair mode on. Call it when the hook already eats what comes: the kernel's TCP changes nothing any more.
     *
     * @throws KernelException also without CAP_NET_ADMIN
     */
    public void freeze() throws KernelException {
        TcpRepair.enter(socket.fd());
        frozen = true;
    }

    /**
     * Everything that the socket knows, its queues included. The hook eats what comes, and the socket is frozen.
     *
     * @param reader tells what socket options do not; without it, null, the peer's timestamp is unknown
     */
    public FrozenState read(SocketReader reader) throws KernelException {
        return FrozenState.read(socket, reader == null ? null : reader.read(local, remote));
    }

    /**
     * Ends the connection for the kernel without a word to the peer; its owner finds the socket aborted
     * (ECONNABORTED), and its close is silent, too.
     */
    public void silence() throws KernelException {
        TcpRepair.disconnect(socket.fd());
    }

    /** Its owner has it as it was, unless it was silenced. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            if (frozen) {
                TcpRepair.leaveSilently(socket.fd());
            }
        } catch (KernelException e) {
            throw new IllegalStateException(what + " stays in repair mode", e);
        } finally {
            Libc.close(socket.fd());
            socket.close();
        }
    }
}
