// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import io.tcpoffload.api.OffloadException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** The file of a Unix domain socket. Any thread. */
public final class SocketFile {

    private static final int OWNER_ONLY = 0600;

    private SocketFile() {
    }

    /** Our user number. */
    public static long user() {
        return Integer.toUnsignedLong(Libc.geteuid());
    }

    /**
     * Gives the file that a bind will make mode 0600, whatever the umask: it has the mode of the socket
     * ({@code net/unix/af_unix.c}, unix_bind_bsd). So there is no moment at which it is open to others.
     *
     * @param fd of a socket that is not bound yet
     */
    public static void restrict(int fd) {
        try {
            Errno.check(Libc.fchmod(fd, OWNER_ONLY), "fchmod(" + fd + ", 0600)");
        } catch (KernelException e) {
            throw new OffloadException(e.getMessage());
        }
    }

    /**
     * Removes a socket that nobody serves any more.
     *
     * @throws OffloadException if somebody serves it, or it is something else
     */
    public static void makeRoom(Path path) {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) || Files.isDirectory(path)
                || Files.isSymbolicLink(path)) {
            throw new OffloadException("control '" + path + "' is something else than a socket: a free path is needed");
        }
        try (SocketChannel served = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            throw new OffloadException("control '" + path + "' is served by another process: stop it, or give another path");
        } catch (IOException | UnsupportedOperationException e) {
            remove(path);
        }
    }

    private static void remove(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw new OffloadException("control '" + path + "' can't be replaced: " + e.getMessage());
        }
    }
}
