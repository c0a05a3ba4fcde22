// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.engine;

import io.tcpoffload.api.OffloadException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory of one engine's stores, and the lock that makes the instance name its own: two engines of one name
 * would pull pins and filters from under each other.
 */
final class StoreDirectory implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(StoreDirectory.class);

    private static final String LOCK_FILE = "lock";

    private final Path path;
    private final FileChannel lock;

    private StoreDirectory(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    /**
     * Takes the directory and removes what a killed engine left in it.
     *
     * @throws OffloadException if another engine has it
     */
    static StoreDirectory claim(Path base, String instance) {
        Path path = base.resolve(instance);
        try {
            Files.createDirectories(path,
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            FileChannel lock = FileChannel.open(path.resolve(LOCK_FILE), StandardOpenOption.CREATE,
                    StandardOpenOption.READ, StandardOpenOption.WRITE);
            if (!tryLock(lock)) {
                lock.close();
                throw new OffloadException("another engine runs as instance '" + instance + "' (it holds "
                        + path.resolve(LOCK_FILE) + "): stop it, or set another instance name");
            }
            deleteStores(path);
            return new StoreDirectory(path, lock);
        } catch (IOException | UnsupportedOperationException e) {
            LOG.warn("Stores lie in the Java process' memory, as {} can't be used: {}", path, e.toString());
            return new StoreDirectory(null, null);
        }
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            FileLock held = channel.tryLock();
            return held != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private static void deleteStores(Path path) throws IOException {
        try (DirectoryStream<Path> stores = Files.newDirectoryStream(path, "*.store")) {
            for (Path store : stores) {
                Files.delete(store);
            }
        }
    }

    /** Where stores go; null for the process' own memory. */
    Path path() {
        return path;
    }

    @Override
    public void close() {
        if (path == null) {
            return;
        }
        try {
            deleteStores(path);
            Files.deleteIfExists(path.resolve(LOCK_FILE));
            lock.close();
            Files.deleteIfExists(path);
            Files.deleteIfExists(path.getParent());
        } catch (IOException e) {
            LOG.debug("{} stays: {}", path, e.toString());
        }
    }
}
