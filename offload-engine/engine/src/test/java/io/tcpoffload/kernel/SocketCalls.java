// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import com.sun.jna.Native;
import com.sun.jna.Pointer;

/** Calls that only tests make. */
final class SocketCalls {

    static {
        Native.register(SocketCalls.class, "c");
    }

    private SocketCalls() {
    }

    static native int listen(int fd, int backlog);

    static native int accept(int fd, Pointer address, Pointer length);

    static native int getsockname(int fd, Pointer address, Pointer length);

    static native long read(int fd, Pointer data, long length);

    static native long write(int fd, Pointer data, long length);

    static native int dup(int fd);

    static native int setns(int fd, int type);

    static native int open(String path, int flags);
}
