// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import com.sun.jna.Memory;
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
    private static final int SO_NETNS_COOKIE = 71;
    private static final int TCP_ULP = 31;
    private static final int ULP_BYTES = 16;
    private static final int MPTCP = 262;
    private static final int ADDRESS_BYTES = 28;

    /** {@code struct tcp_info} up to tcpi_snd_cwnd. */
    private static final int INFO_BYTES = 104;
    private static final int OPTION_USEC_TS = 64;
    private static final String[] STATES = {"", "ESTABLISHED", "SYN-SENT", "SYN-RECEIVED", "FIN-WAIT-1", "FIN-WAIT-2",
        "TIME-WAIT", "CLOSED", "CLOSE-WAIT", "LAST-ACK", "LISTEN", "CLOSING", "SYN-RECEIVED"};
    /** Linux sends segments of 48 bytes at least (net.ipv4.tcp_min_snd_mss), and timestamps take 12 of them. */
    private static final int MIN_MSS = 36;

    private final String what;
    private final int fd;
    private boolean frozen;
    private boolean closed;

    private ForeignSocket(String what, int fd) {
        this.what = what;
        this.fd = fd;
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

    /** Refuses what the engine can't serve. */
    public void check() throws KernelException {
        int protocol = option(SO_PROTOCOL);
        int domain = option(SO_DOMAIN);
        if (domain != Libc.AF_INET && domain != Libc.AF_INET6 || protocol != Libc.IPPROTO_TCP) {
            throw new KernelException(what + " is a socket of family " + domain + ", protocol " + protocol
                    + (protocol == MPTCP ? " (MPTCP)" : "") + ": a TCP socket (family 2 or 10, protocol 6) is needed");
        }
        try (Memory info = TcpRepair.get(fd, TcpRepair.TCP_INFO, INFO_BYTES, "TCP_INFO")) {
            int state = info.getByte(0);
            if (state != TcpState.ESTABLISHED && state != TcpState.CLOSE_WAIT) {
                throw new KernelException(what + " is a TCP socket in state "
                        + (state > 0 && state < STATES.length ? STATES[state] : state)
                        + ": a connection in state ESTABLISHED or CLOSE-WAIT is needed");
            }
            if ((info.getByte(5) & OPTION_USEC_TS) != 0) {
                throw new KernelException(what + " uses TCP timestamps in microseconds: milliseconds are needed; remove "
                        + "the route's feature tcp_usec_ts");
            }
            if (info.getInt(16) < MIN_MSS) {
                throw new KernelException(what + " has segments of " + info.getInt(16) + " bytes: " + MIN_MSS
                        + " or more are needed");
            }
        }
        String ulp = ulp();
        if (!ulp.isEmpty()) {
            throw new KernelException(what + " has the kernel's '" + ulp + "' between its process and TCP: a plain TCP "
                    + "socket is needed");
        }
        long namespace = namespace(fd);
        long ours = ourNamespace();
        if (namespace != ours) {
            throw new KernelException(what + " is of another network namespace (cookie " + namespace + ", the engine's "
                    + ours + "): an engine in that namespace is needed; see ip netns exec");
        }
    }

    private int option(int name) throws KernelException {
        try (Memory value = new Memory(Integer.BYTES); NativeInt length = new NativeInt(Integer.BYTES)) {
            if (Libc.getsockopt(fd, Libc.SOL_SOCKET, name, value, length.pointer()) == -1) {
                int errno = Native.getLastError();
                throw errno == Errno.ENOTSOCK ? new KernelException(what + " is not a socket: a connected TCP socket is "
                        + "needed") : Errno.failure("getsockopt(" + what + ", " + name + ")", errno);
            }
            return value.getInt(0);
        }
    }

    private String ulp() {
        try (Memory name = new Memory(ULP_BYTES); NativeInt length = new NativeInt(ULP_BYTES)) {
            name.clear();
            boolean known = Libc.getsockopt(fd, Libc.SOL_TCP, TCP_ULP, name, length.pointer()) == 0;
            return known && length.value() > 0 ? name.getString(0, StandardCharsets.US_ASCII.name()) : "";
        }
    }

    private static long namespace(int socket) throws KernelException {
        try (Memory cookie = new Memory(Long.BYTES); NativeInt length = new NativeInt(Long.BYTES)) {
            Errno.check(Libc.getsockopt(socket, Libc.SOL_SOCKET, SO_NETNS_COOKIE, cookie, length.pointer()),
                    "getsockopt(SO_NETNS_COOKIE)");
            return cookie.getLong(0);
        }
    }

    private static long ourNamespace() throws KernelException {
        int own = Errno.check(Libc.socket(Libc.AF_INET, Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC, 0), "socket(SOCK_STREAM)");
        try {
            return namespace(own);
        } finally {
            Libc.close(own);
        }
    }

    public InetSocketAddress local() throws KernelException {
        return address(true);
    }

    /** @throws KernelException also when the connection has ended meanwhile */
    public InetSocketAddress remote() throws KernelException {
        return address(false);
    }

    /** What its owner has chosen for the IP header. */
    public IpFields ipFields() throws KernelException {
        return IpFields.of(fd, local().getAddress());
    }

    private InetSocketAddress address(boolean local) throws KernelException {
        try (Memory address = new Memory(ADDRESS_BYTES); NativeInt length = new NativeInt(ADDRESS_BYTES)) {
            address.clear();
            Errno.check(local ? Libc.getsockname(fd, address, length.pointer())
                    : Libc.getpeername(fd, address, length.pointer()),
                    (local ? "getsockname(" : "getpeername(") + what + ")");
            return SocketAddress.read(address);
        }
    }

    /**
     * Repair mode on. Call it when the hook already eats what comes: the kernel's TCP changes nothing any more.
     *
     * @throws KernelException also without CAP_NET_ADMIN
     */
    public void freeze() throws KernelException {
        TcpRepair.enter(fd);
        frozen = true;
    }

    /**
     * Everything that the socket knows, its queues included. The hook eats what comes, and the socket is frozen.
     *
     * @param reader tells what socket options do not; without it, null, the peer's timestamp is unknown
     */
    public FrozenState read(SocketReader reader) throws KernelException {
        return FrozenState.read(fd, reader == null ? null : reader.read(local(), remote()));
    }

    /**
     * Ends the connection for the kernel without a word to the peer; its owner finds the socket aborted
     * (ECONNABORTED), and its close is silent, too.
     */
    public void silence() throws KernelException {
        TcpRepair.disconnect(fd);
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
                TcpRepair.leaveSilently(fd);
            }
        } catch (KernelException e) {
            throw new IllegalStateException(what + " stays in repair mode", e);
        } finally {
            Libc.close(fd);
        }
    }
}
