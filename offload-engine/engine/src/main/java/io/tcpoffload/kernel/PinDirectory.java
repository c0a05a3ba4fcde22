// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import com.sun.jna.Native;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * {@code /sys/fs/bpf/tcpoffload/<instance>/}: our pinned objects. Locked while it is open, so that two engines of one
 * name exclude each other; the kernel lets go of the lock when the process ends, however it ends.
 *
 * <p>Beside the instances lie empty directories such as {@code clsact+<network namespace>+<ifindex>}, each saying what
 * one of our instances did to that device: made its clsact qdisc, or set one of the variables of {@link
 * LoopbackRouting}. The last instance on the device undoes it. (Instances cannot have such a name: it contains a
 * {@code +}.) In the instance's directory such a one, {@code owner+<pid>+<start>+<random>}, tells people and scripts whose
 * it is: each engine has another, also in one process.
 */
final class PinDirectory implements AutoCloseable {

    static final Path BPF_FS = Path.of("/sys/fs/bpf");
    static final Path ROOT = BPF_FS.resolve("tcpoffload");

    private static final String OWNER_ONLY = "rwx------";
    private static final String OWNER = "owner+";
    /** A guard that cleans up after another engine holds the lock for less. */
    private static final Duration LOCK_WAIT = Duration.ofSeconds(2);
    private static final long LOCK_STEP_MS = 10;

    private final Path directory;
    private final int lock;
    private boolean left;

    private PinDirectory(Path directory, int lock) {
        this.directory = directory;
        this.lock = lock;
    }

    /**
     * Mounts the BPF file system if need be and takes the lock. What a former run left is still there.
     *
     * @throws KernelException when another engine has it; the message has its process number
     */
    static PinDirectory open(String instance) throws KernelException {
        mount();
        Path directory = ROOT.resolve(instance);
        while (true) {
            makeDirectory(ROOT);
            makeDirectory(directory);
            int lock = lock(directory, instance);
            // Another engine may have removed the directory between making and locking it.
            if (Files.isDirectory(directory)) {
                return new PinDirectory(directory, lock);
            }
            Libc.close(lock);
        }
    }

    static boolean mounted() {
        try {
            return "bpf".equals(Files.getFileStore(BPF_FS).type());
        } catch (IOException e) {
            return false;
        }
    }

    private static void mount() throws KernelException {
        if (mounted()) {
            return;
        }
        if (Libc.mount("bpf", BPF_FS.toString(), "bpf", 0, "mode=0700") == -1) {
            throw new KernelException("no BPF file system on " + BPF_FS + " and mounting it failed: "
                    + Libc.strerror(Native.getLastError()) + "; try: mount -t bpf bpf " + BPF_FS);
        }
    }

    private static int lock(Path directory, String instance) throws KernelException {
        int flags = System.getProperty("os.arch").equals("aarch64")
                ? Libc.O_DIRECTORY_CLOEXEC_ARM : Libc.O_DIRECTORY_CLOEXEC;
        int fd = Errno.check(Libc.open(directory.toString(), flags), "open(" + directory + ")");
        long end = System.nanoTime() + LOCK_WAIT.toNanos();
        while (Libc.flock(fd, Libc.LOCK_EX_NB) == -1) {
            if (System.nanoTime() > end || Thread.currentThread().isInterrupted()) {
                Libc.close(fd);
                throw new KernelException("another engine with the instance name '" + instance
                        + "' is running on this machine" + owner(directory)
                        + ": stop it, or give this one another name");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LOCK_STEP_MS));
        }
        return fd;
    }

    private static String owner(Path directory) {
        try (DirectoryStream<Path> owners = Files.newDirectoryStream(directory, OWNER + "*")) {
            for (Path owner : owners) {
                return ", process " + owner.getFileName().toString().split("\\+")[1];
            }
        } catch (IOException e) {
            // Then it goes without the number.
        }
        return "";
    }

    /** Says that it is ours from now on, by a directory of this name. */
    String own() throws KernelException {
        Owner self = Owner.self();
        Path mine = directory.resolve(OWNER + self.pid() + "+" + self.started() + "+"
                + Long.toHexString(ThreadLocalRandom.current().nextLong()));
        delete(OWNER + "*");
        makeDirectory(mine);
        return mine.getFileName().toString();
    }

    /** Descriptor of a pinned map; -1 when nothing has that name. */
    int get(String name) throws KernelException {
        Path path = directory.resolve(name);
        int fd = LibBpf.bpf_obj_get(path.toString());
        return fd == -Errno.ENOENT ? -1 : Errno.checkBpf(fd, "bpf_obj_get(" + path + ")");
    }

    void pin(int fd, String name) throws KernelException {
        Path path = directory.resolve(name);
        delete(name);
        Errno.checkBpf(LibBpf.bpf_obj_pin(fd, path.toString()), "bpf_obj_pin(" + path + ")");
    }

    static boolean remembers(String deed, int ifindex) {
        return Files.isDirectory(marker(deed, ifindex));
    }

    static void remember(String deed, int ifindex) throws KernelException {
        makeDirectory(ROOT);
        makeDirectory(marker(deed, ifindex));
    }

    static void forget(String deed, int ifindex) {
        deleteIfEmpty(marker(deed, ifindex));
        deleteIfEmpty(ROOT);
    }

    private static Path marker(String deed, int ifindex) {
        return ROOT.resolve(deed + "+" + NetworkNamespace.number() + "+" + ifindex);
    }

    private static void makeDirectory(Path path) throws KernelException {
        try {
            if (!Files.isDirectory(path)) {
                Files.createDirectory(path, PosixFilePermissions.asFileAttribute(
                        PosixFilePermissions.fromString(OWNER_ONLY)));
            }
        } catch (IOException e) {
            if (!Files.isDirectory(path)) {
                throw new KernelException("cannot make " + path + " on the BPF file system: " + e.getMessage());
            }
        }
    }

    private static void deleteIfEmpty(Path path) {
        try {
            Files.delete(path);
        } catch (NoSuchFileException | DirectoryNotEmptyException e) {
            // Somebody else's work or still in use.
        } catch (IOException e) {
            // A directory that stays is found and removed by the next engine.
        }
    }

    /** Removes all that is pinned. */
    void clear() throws KernelException {
        delete("*");
    }

    private void delete(String names) throws KernelException {
        try (DirectoryStream<Path> there = Files.newDirectoryStream(directory, names)) {
            for (Path path : there) {
                Files.delete(path);
            }
        } catch (IOException | DirectoryIteratorException e) {
            throw new KernelException("cannot remove what a former run pinned in " + directory + ": "
                    + e.getMessage());
        }
    }

    /** Names pinned now, for people and tests. */
    List<String> names() throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    /** When it is closed, only the lock goes: the pins are for the next engine. */
    void leave() {
        left = true;
    }

    /** When it is closed, all of it goes, as when nothing else is said. */
    void remove() {
        left = false;
    }

    @Override
    public void close() {
        if (left) {
            Libc.close(lock);
            return;
        }
        try {
            clear();
        } catch (KernelException e) {
            // The next engine of this name removes them.
        }
        deleteIfEmpty(directory);
        deleteIfEmpty(ROOT);
        Libc.close(lock);
    }
}
