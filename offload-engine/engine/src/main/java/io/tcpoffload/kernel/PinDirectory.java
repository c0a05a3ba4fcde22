// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import com.sun.jna.Native;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * {@code /sys/fs/bpf/tcpoffload/<instance>/}: our pinned objects. Locked while it is open, so that two engines of one
 * name exclude each other; the kernel lets go of the lock when the process ends, however it ends.
 *
 * <p>Beside the instances lie empty directories such as {@code clsact+<network namespace>+<ifindex>}, each saying what
 * one of our instances did to that device: made its clsact qdisc, or set one of the variables of {@link
 * LoopbackRouting}. The last instance on the device undoes it. (Instances cannot have such a name: it contains a
 * {@code +}.)
 */
final class PinDirectory implements AutoCloseable {

    static final Path BPF_FS = Path.of("/sys/fs/bpf");
    static final Path ROOT = BPF_FS.resolve("tcpoffload");

    private static final String OWNER_ONLY = "rwx------";

    private final Path directory;
    private final int lock;

    private PinDirectory(Path directory, int lock) {
        this.directory = directory;
        this.lock = lock;
    }

    /** Mounts the BPF file system if need be, takes the lock, and removes what a killed run left. */
    static PinDirectory open(String instance) throws KernelException {
        mount();
        Path directory = ROOT.resolve(instance);
        while (true) {
            makeDirectory(ROOT);
            makeDirectory(directory);
            int lock = lock(directory, instance);
            // Another engine may have removed the directory between making and locking it.
            if (Files.isDirectory(directory)) {
                PinDirectory pins = new PinDirectory(directory, lock);
                pins.clear();
                return pins;
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
        if (Libc.flock(fd, Libc.LOCK_EX_NB) == -1) {
            Libc.close(fd);
            throw new KernelException("another engine with the instance name '" + instance
                    + "' is running on this machine: stop it, or give this one another name");
        }
        return fd;
    }

    void pin(int fd, String name) throws KernelException {
        Path path = directory.resolve(name);
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
        String namespace = "0";
        try {
            namespace = Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net")).toString().replaceAll("\\D", "");
        } catch (IOException e) {
            // Without /proc there is one namespace as far as we can know.
        }
        return ROOT.resolve(deed + "+" + namespace + "+" + ifindex);
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

    private void clear() throws KernelException {
        try (Stream<Path> left = Files.list(directory)) {
            for (Path path : left.collect(Collectors.toList())) {
                Files.delete(path);
            }
        } catch (IOException e) {
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

    @Override
    public void close() {
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
