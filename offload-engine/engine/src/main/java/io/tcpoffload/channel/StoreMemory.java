// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import io.tcpoffload.api.OffloadException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Set;

/**
 * The memory under one store, laid out by {@link StoreDescriptor}: a private file in a shared-memory directory, mapped, or
 * direct memory where that can't be had. The mapping is never undone by hand: somebody may still hold it after {@link
 * #close()}, and touching an unmapped page would end the JVM. It goes with the last reference; the file's name goes at
 * once, and its pages with {@link #release()}.
 */
final class StoreMemory implements AutoCloseable {

    /** Mode 0600: media may be paid for, other local users have no business with it. */
    private static final FileAttribute<Set<PosixFilePermission>> FILE_MODE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final Set<PosixFilePermission> DIRECTORY_MODE = PosixFilePermissions.fromString("rwx------");
    private static final Set<OpenOption> READ_WRITE =
            Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    private static final int FILL_BYTES = 1 << 20;

    private final ByteBuffer buffer;
    private final Path file;
    private final FileChannel backing;
    private final String fallbackReason;

    private StoreMemory(ByteBuffer buffer, Path file, FileChannel backing, String fallbackReason) {
        this.buffer = buffer;
        this.file = file;
        this.backing = backing;
        this.fallbackReason = fallbackReason;
    }

    /**
     * @param directory made with mode 0700 when missing; null asks for direct memory
     * @param prefix    start of the file's name
     * @param bytes     size
     */
    static StoreMemory allocate(Path directory, String prefix, int bytes) {
        String reason = "no directory given";
        if (directory != null) {
            try {
                return mapped(directory, prefix, bytes);
            } catch (IOException | UnsupportedOperationException e) {
                reason = directory + " can't hold it (" + e + ")";
            }
        }
        try {
            return new StoreMemory(aligned(bytes), null, null, reason);
        } catch (OutOfMemoryError e) {
            throw new OffloadException("no memory for a store of " + bytes + " bytes: " + reason
                    + ", and direct memory is used up; make storeSize smaller or -XX:MaxDirectMemorySize larger", e);
        }
    }

    private static ByteBuffer aligned(int bytes) {
        ByteBuffer slice = ByteBuffer.allocateDirect(bytes + StoreDescriptor.PAGE).alignedSlice(StoreDescriptor.PAGE);
        return slice.slice(0, bytes);
    }

    /**
     * Maps a file that a former process left.
     *
     * @throws StoreRefusedException if others could have written to it, or its length is no store's
     * @throws IOException           if it can't be opened
     */
    static StoreMemory reopen(Path file) throws IOException {
        requireUntouched(file);
        FileChannel backing = FileChannel.open(file, READ_WRITE);
        try {
            requireLength(backing.size());
            return new StoreMemory(backing.map(FileChannel.MapMode.READ_WRITE, 0, backing.size()), file, backing, "");
        } catch (IOException | RuntimeException e) {
            backing.close();
            throw e;
        }
    }

    private static void requireUntouched(Path file) throws IOException {
        PosixFileAttributes attributes =
                Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!attributes.isRegularFile()) {
            throw new StoreRefusedException("it is a link or no regular file");
        }
        UserPrincipal owner = Files.getOwner(file.toAbsolutePath().getParent());
        if (!attributes.owner().equals(owner)) {
            throw new StoreRefusedException("it belongs to " + attributes.owner() + ", not to " + owner
                    + " like its directory");
        }
        String mode = PosixFilePermissions.toString(attributes.permissions());
        if (!mode.equals("rw-------")) {
            throw new StoreRefusedException("its mode is " + mode + ", not rw-------");
        }
    }

    static void requireLength(long bytes) throws StoreRefusedException {
        int least = StoreDescriptor.bytes(StoreDescriptor.PAGE);
        int most = StoreDescriptor.bytes(StoreDescriptor.MAX_CAPACITY);
        if (bytes < least || bytes > most) {
            throw new StoreRefusedException("it has " + bytes + " bytes, not " + least + " to " + most);
        }
    }

    private static StoreMemory mapped(Path directory, String prefix, int bytes) throws IOException {
        Path file = createFile(directory, prefix);
        try {
            requirePrivate(directory, file);
            return mapped(file, bytes);
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(file);
            throw e;
        }
    }

    private static StoreMemory mapped(Path file, int bytes) throws IOException {
        FileChannel backing = FileChannel.open(file, READ_WRITE);
        try {
            fill(backing, bytes);
            return new StoreMemory(backing.map(FileChannel.MapMode.READ_WRITE, 0, bytes), file, backing, "");
        } catch (IOException | RuntimeException e) {
            backing.close();
            throw e;
        }
    }

    private static Path createFile(Path directory, String prefix) throws IOException {
        for (int attempt = 0;; attempt++) {
            Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(DIRECTORY_MODE));
            try {
                return Files.createTempFile(directory, prefix + "-", ".store", FILE_MODE);
            } catch (NoSuchFileException e) {
                if (attempt > 0) {
                    throw e;
                }
            }
        }
    }

    /** A shared-memory directory is open to everybody: somebody else may have made ours before us. */
    private static void requirePrivate(Path directory, Path file) throws IOException {
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(directory + " is a link");
        }
        if (!Files.getOwner(directory).equals(Files.getOwner(file))) {
            throw new IOException(directory + " belongs to " + Files.getOwner(directory));
        }
        Files.setPosixFilePermissions(directory, DIRECTORY_MODE);
    }

    /** Takes every page now: a full tmpfs is an error here, but would be a SIGBUS when the mapping is first written. */
    private static void fill(FileChannel channel, int bytes) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocateDirect(Math.min(FILL_BYTES, bytes));
        for (int at = 0; at < bytes;) {
            zeros.clear().limit(Math.min(zeros.capacity(), bytes - at));
            at += channel.write(zeros, at);
        }
    }

    ByteBuffer buffer() {
        return buffer;
    }

    /** The file, or null for direct memory. */
    Path file() {
        return file;
    }

    /** Why it is direct memory; empty for a file. */
    String fallbackReason() {
        return fallbackReason;
    }

    @Override
    public void close() {
        if (file != null) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                file.toFile().deleteOnExit();
            }
        }
    }

    /** Leaves the file; the mapping stays while somebody holds it. */
    void detach() {
        if (backing != null) {
            try {
                backing.close();
            } catch (IOException e) {
                throw new UncheckedIOException(file + " can't be closed", e);
            }
        }
    }

    /**
     * Gives the file's pages back. It keeps its length, so that a late touch of the mapping finds zeros. Once no reader
     * and no writer is left; idempotent.
     */
    void release() {
        if (backing == null || !backing.isOpen()) {
            return;
        }
        try (backing) {
            backing.truncate(0);
            backing.write(ByteBuffer.wrap(new byte[1]), buffer.capacity() - 1);
        } catch (IOException e) {
            throw new UncheckedIOException("the pages of " + file + " can't be given back", e);
        }
    }
}
