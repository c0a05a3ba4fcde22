// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import com.sun.jna.Native;
import com.sun.jna.Pointer;

/**
 * The C library's calls that Java has no other way to, 64-bit Linux. Each returns what C returns; {@link Errno} turns
 * a failure into words.
 */
final class Libc {

    static final int AF_NETLINK = 16;
    static final int AF_PACKET = 17;
    static final int SOCK_RAW = 3;
    static final int SOCK_STREAM = 1;
    static final int AF_INET = 2;
    static final int AF_INET6 = 10;
    static final int SOCK_CLOEXEC = 0x80000;
    static final int SOCK_NONBLOCK = 0x800;
    static final int SOL_IP = 0;
    static final int SOL_SOCKET = 1;
    static final int SOL_TCP = 6;
    static final int SOL_IPV6 = 41;
    static final int SOL_PACKET = 263;
    static final int SO_SNDBUFFORCE = 32;
    static final int SO_RCVBUFFORCE = 33;
    static final int SO_MARK = 36;
    static final int SO_BUF_LOCK = 72;
    static final int MSG_DONTWAIT = 0x40;
    static final int MSG_NOSIGNAL = 0x4000;
    static final int MSG_PEEK = 2;
    static final int SHUT_WR = 1;
    static final int IPPROTO_TCP = 6;
    static final int IPPROTO_RAW = 255;
    static final int PROT_READ = 1;
    static final int PROT_WRITE = 2;
    static final int MAP_SHARED = 1;
    static final int MAP_PRIVATE = 2;
    static final int MAP_FIXED = 0x10;
    static final int MAP_ANONYMOUS = 0x20;
    static final int O_DIRECTORY_CLOEXEC = 0x90000;
    static final int O_DIRECTORY_CLOEXEC_ARM = 0x84000;
    static final int LOCK_EX_NB = 2 | 4;

    static {
        Native.register(Libc.class, "c");
    }

    private Libc() {
    }

    static native int socket(int domain, int type, int protocol);

    static native int bind(int fd, Pointer address, int length);

    static native int connect(int fd, Pointer address, int length);

    static native int getsockname(int fd, Pointer address, Pointer length);

    static native int getpeername(int fd, Pointer address, Pointer length);

    static native int listen(int fd, int backlog);

    static native int accept(int fd, Pointer address, Pointer length);

    static native int shutdown(int fd, int how);

    static native int setsockopt(int fd, int level, int name, Pointer value, int length);

    static native int getsockopt(int fd, int level, int name, Pointer value, Pointer length);

    static native long send(int fd, Pointer data, long length, int flags);

    /** {@code send}, of data at an address: makes no object. */
    static native long send(int fd, long data, long length, int flags);

    static native long sendto(int fd, Pointer data, long length, int flags, Pointer address, int addressLength);

    static native long recv(int fd, Pointer data, long length, int flags);

    static native long pread(int fd, Pointer into, long length, long offset);

    static native Pointer mmap(Pointer address, long length, int protection, int flags, int fd, long offset);

    static native int ioctl(int fd, long request, Pointer argument);

    static native int open(String path, int flags);

    static native int flock(int fd, int operation);

    static native int mount(String source, String target, String type, long flags, String data);

    static native long syscall(long number, long a, long b, long c);

    static native int sched_getaffinity(int thread, long bytes, Pointer mask);

    static native int sched_setaffinity(int thread, long bytes, Pointer mask);

    static native int sched_getcpu();

    static native int sched_getscheduler(int thread);

    static native int sched_setscheduler(int thread, int policy, Pointer parameters);

    static native int close(int fd);

    static native int fchmod(int fd, int mode);

    static native int geteuid();

    static native int if_nametoindex(String name);

    static native Pointer if_nameindex();

    static native void if_freenameindex(Pointer list);

    static native Pointer if_indextoname(int index, Pointer name);

    static native int vsnprintf(Pointer into, long size, Pointer format, Pointer arguments);

    static native String strerror(int errno);

    /** {@code setsockopt} of an int. */
    static int setInt(int fd, int level, int name, int value) {
        try (NativeInt cell = new NativeInt(value)) {
            return setsockopt(fd, level, name, cell.pointer(), Integer.BYTES);
        }
    }
}
