// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.engine;

import io.tcpoffload.api.OffloadException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A locked file {@code lock}, in which its owner's process number is written. The kernel unlocks it when that process ends,
 * however it ends; then the next one takes it.
 */
final class InstanceLock implements AutoCloseable {

    private static final FileAttribute<Set<PosixFilePermission>> FILE_MODE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final Set<OpenOption> READ_WRITE =
            Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    private static final int MAX_DIGITS = 20;

    /**
     * Files locked by this process. They must not even be opened again: a process that closes any descriptor of a file
     * loses its locks on it (fcntl(2)).
     */
    private static final Set<Path> OURS = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final FileChannel channel;

    private InstanceLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Takes the lock of a directory.
     *
     * @throws OffloadException if a living process has it; names that process
     */
    static InstanceLock take(Path directory, String instance) throws IOException {
        Path file = directory.toRealPath().resolve("lock");
        if (!OURS.add(file)) {
            throw taken(file, instance, Long.toString(ProcessHandle.current().pid()));
        }
        try {
            while (true) {
                FileChannel channel = tryTake(file, instance);
                if (channel != null) {
                    return new InstanceLock(file, channel);
                }
            }
        } catch (IOException | RuntimeException e) {
            OURS.remove(file);
            throw e;
        }
    }

    /** Null if the file was removed by its former owner before it was locked: somebody else may have made another. */
    private static FileChannel tryTake(Path file, String instance) throws IOException {
        Object before = key(file);
        if (before == null) {
            create(file);
            return null;
        }
        FileChannel channel = FileChannel.open(file, READ_WRITE);
        try {
            if (!isLocked(channel)) {
                throw taken(file, instance, owner(channel));
            }
            if (before.equals(key(file))) {
                channel.truncate(0);
                channel.write(ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid())
                        .getBytes(StandardCharsets.US_ASCII)), 0);
                return channel;
            }
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
        channel.close();
        return null;
    }

    /** A copy of this class in another bundle may have it, too. */
    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    /** Device and inode, null when missing. */
    private static Object key(Path file) throws IOException {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).fileKey();
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    private static void create(Path file) throws IOException {
        try {
            Files.createFile(file, FILE_MODE);
        } catch (FileAlreadyExistsException e) {
            // Somebody else was faster.
        }
    }

    private static String owner(FileChannel channel) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(MAX_DIGITS);
        channel.read(text, 0);
        return new String(text.array(), 0, text.position(), StandardCharsets.US_ASCII);
    }

    private static OffloadException taken(Path file, String instance, String pid) {
        return new OffloadException("another engine runs as instance '" + instance + "' in process "
                + pid + ", which holds " + file + ": stop it, or set another instance name");
    }

    @Override
    public void close() throws IOException {
        try (channel) {
            Files.deleteIfExists(file);
        } finally {
            OURS.remove(file);
        }
    }
}
