// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The network namespace of the calling thread. */
public final class NetworkNamespace {

    private static final int SO_NETNS_COOKIE = 71;
    /** struct if_nameindex: index 0, name 8. */
    private static final int NAME_INDEX_BYTES = 16;

    private NetworkNamespace() {
    }

    /** Its inode number; 0 without {@code /proc}: then there is one as far as we can know. */
    static long number() {
        try {
            String link = Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net")).toString();
            return Long.parseLong(link.replaceAll("\\D", ""));
        } catch (IOException e) {
            return 0;
        }
    }

    /** What sockets of this namespace tell of it (SO_NETNS_COOKIE). It never changes. */
    public static long cookie() throws KernelException {
        int own = Errno.check(Libc.socket(Libc.AF_INET, Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC, 0), "socket(SOCK_STREAM)");
        try (SocketOptions socket = new SocketOptions(own)) {
            return cookie(socket);
        } finally {
            Libc.close(own);
        }
    }

    static long cookie(SocketOptions socket) throws KernelException {
        return socket.get(Libc.SOL_SOCKET, SO_NETNS_COOKIE, Long.BYTES, "SO_NETNS_COOKIE").getLong(0);
    }

    /** Names of all devices, also of those that are down or have no address. */
    static List<String> devices() throws KernelException {
        Pointer list = Libc.if_nameindex();
        if (list == null) {
            throw Errno.failure("if_nameindex", Native.getLastError());
        }
        List<String> names = new ArrayList<>();
        for (long at = 0; list.getInt(at) != 0; at += NAME_INDEX_BYTES) {
            names.add(list.getPointer(at + Long.BYTES).getString(0));
        }
        Libc.if_freenameindex(list);
        return names;
    }
}
