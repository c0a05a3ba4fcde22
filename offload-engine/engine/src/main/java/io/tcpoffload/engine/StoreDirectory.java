// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.engine;

import io.tcpoffload.api.OffloadException;
import io.tcpoffload.channel.MediaChannel;
import io.tcpoffload.channel.StoreRefusedException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory of one engine's stores, and the lock that makes the instance name its own: two engines of one name
 * would pull pins and filters from under each other. Stores outlive an engine that was killed or has {@linkplain
 * #release() released} them; the next one {@linkplain #reopen() reopens} them.
 */
final class StoreDirectory implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(StoreDirectory.class);

    private static final Set<PosixFilePermission> DIRECTORY_MODE = PosixFilePermissions.fromString("rwx------");

    private final Path path;
    private final InstanceLock lock;
    private final String fault;
    private boolean closed;

    private StoreDirectory(Path path, InstanceLock lock, String fault) {
        this.path = path;
        this.lock = lock;
        this.fault = fault;
    }

    /**
     * Takes the directory; what a former engine left in it stays.
     *
     * @throws OffloadException if another living engine has it; names its process
     */
    static StoreDirectory claim(Path base, String instance) {
        Path path = base.resolve(instance);
        try {
            Files.createDirectories(path, PosixFilePermissions.asFileAttribute(DIRECTORY_MODE));
            requireOwn(path);
            String fault = makePrivate(path);
            return new StoreDirectory(path, InstanceLock.take(path, instance), fault);
        } catch (IOException | UnsupportedOperationException e) {
            LOG.warn("Stores lie in the Java process' memory, as {} can't be used: {}", path, e.toString());
            return new StoreDirectory(null, null, "");
        }
    }

    /** A shared-memory directory is open to everybody: somebody else may have made ours before us. */
    private static void requireOwn(Path path) throws IOException {
        if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException("it is a link");
        }
        Path probe = Files.createTempFile(path, "owner-", ".tmp");
        try {
            UserPrincipal owner = Files.getOwner(path);
            if (!owner.equals(Files.getOwner(probe))) {
                throw new IOException("it belongs to " + owner);
            }
        } finally {
            Files.delete(probe);
        }
    }

    /** @return why what lies in it can't be trusted; empty if it can */
    private static String makePrivate(Path path) throws IOException {
        Set<PosixFilePermission> mode = Files.getPosixFilePermissions(path);
        Files.setPosixFilePermissions(path, DIRECTORY_MODE);
        return mode.equals(DIRECTORY_MODE) ? "" : "its directory was open to others, with mode "
                + PosixFilePermissions.toString(mode) + ", not rwx------";
    }

    /** Where stores go; null for the process' own memory. */
    Path path() {
        return path;
    }

    /**
     * The channels that a former engine left, each with nobody publishing to it. What can't be gone on with is reported,
     * in one line each, and removed. Once, before channels are opened.
     */
    List<MediaChannel> reopen() {
        Map<String, MediaChannel> channels = new HashMap<>();
        try {
            for (Path store : stores()) {
                MediaChannel channel = reopen(store);
                if (channel != null) {
                    channels.merge(channel.listenerKey() + "/" + channel.name(), channel, StoreDirectory::newer);
                }
            }
        } catch (IOException e) {
            LOG.warn("Stores of a former run in {} stay as they are: {}", path, e.toString());
        }
        return channels.values().stream().sorted(Comparator.comparing(MediaChannel::name)).toList();
    }

    private MediaChannel reopen(Path store) throws IOException {
        String refusal = store + ": " + fault;
        if (fault.isEmpty()) {
            try {
                return MediaChannel.reopen(store);
            } catch (StoreRefusedException e) {
                refusal = e.getMessage();
            } catch (IOException e) {
                refusal = store + ": " + e;
            }
        }
        LOG.warn("A former run's store can't be gone on with, and is removed: {}", refusal);
        Files.deleteIfExists(store);
        return null;
    }

    /** A channel that was about to begin anew when its engine was killed. */
    private static MediaChannel newer(MediaChannel one, MediaChannel other) {
        MediaChannel older = one.createdMs() < other.createdMs() ? one : other;
        LOG.warn("A former run's store can't be gone on with, and is removed: {}: there is a newer one of channel {}",
                older.store().file(), older.name());
        older.close();
        return older == one ? other : one;
    }

    private List<Path> stores() throws IOException {
        List<Path> found = new ArrayList<>();
        if (path != null) {
            try (DirectoryStream<Path> stores = Files.newDirectoryStream(path, "*.store")) {
                stores.forEach(found::add);
            }
        }
        return found;
    }

    /** Leaves what stores there are to the next engine, and lets it have the directory. Idempotent. */
    void release() {
        end(false);
    }

    /** Removes everything. Idempotent; does nothing once released. */
    @Override
    public void close() {
        end(true);
    }

    private void end(boolean removeStores) {
        if (path == null || closed) {
            return;
        }
        closed = true;
        try (lock) {
            if (removeStores) {
                for (Path store : stores()) {
                    Files.deleteIfExists(store);
                }
            }
        } catch (IOException e) {
            LOG.debug("{} stays: {}", path, e.toString());
        }
        removeIfEmpty(path);
        removeIfEmpty(path.getParent());
    }

    private static void removeIfEmpty(Path directory) {
        try {
            Files.deleteIfExists(directory);
        } catch (IOException e) {
            LOG.debug("{} stays: {}", directory, e.toString());
        }
    }
}
