// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import io.tcpoffload.api.SystemFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Looks for what offload needs. The order is that in which a missing thing hides the others. */
final class SystemProbe {

    /** bpf_loop came with 5.17. */
    private static final int KERNEL_MAJOR = 5;
    private static final int KERNEL_MINOR = 17;

    /** Capability bits of {@code linux/capability.h}. */
    private static final long NET_ADMIN = 1L << 12;
    private static final long NET_RAW = 1L << 13;
    private static final long SYS_ADMIN = 1L << 21;
    private static final long PERFMON = 1L << 38;
    private static final long BPF = 1L << 39;

    private static final int TCP_REPAIR = 19;

    private SystemProbe() {
    }

    static List<SystemFeature> probe() {
        List<SystemFeature> found = new ArrayList<>();
        boolean linux = "Linux".equals(System.getProperty("os.name"));
        found.add(feature("Linux", linux, System.getProperty("os.name"), "run on Linux"));
        if (!linux) {
            return found;
        }
        found.add(kernel(System.getProperty("os.version")));
        found.add(privileges());
        SystemFeature libbpf = libbpf();
        found.add(libbpf);
        found.add(clocks());
        if (libbpf.present()) {
            found.add(bpf());
            found.add(bpfFileSystem());
            found.add(packetSocket());
            found.add(tcpRepair());
        }
        return found;
    }

    /** @throws KernelException naming the first thing that is missing */
    static void require() throws KernelException {
        for (SystemFeature feature : probe()) {
            if (!feature.present()) {
                throw new KernelException("offload needs " + feature.name() + ": " + feature.detail() + "; "
                        + feature.remedy());
            }
        }
    }

    static SystemFeature kernel(String version) {
        String[] parts = version.split("\\D+");
        boolean enough = false;
        if (parts.length >= 2) {
            int major = Integer.parseInt(parts[0]);
            enough = major > KERNEL_MAJOR || major == KERNEL_MAJOR && Integer.parseInt(parts[1]) >= KERNEL_MINOR;
        }
        return feature("kernel 5.17", enough, version, "install a kernel of 5.17 or later (Debian 12 has 6.1)");
    }

    private static SystemFeature privileges() {
        long has = 0;
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith("CapEff:")) {
                    has = Long.parseUnsignedLong(line.substring(7).trim(), 16);
                }
            }
        } catch (IOException e) {
            // No /proc: the calls themselves will tell.
            has = -1;
        }
        StringBuilder missing = new StringBuilder();
        boolean admin = (has & SYS_ADMIN) != 0;
        need(missing, (has & NET_ADMIN) != 0, "CAP_NET_ADMIN");
        need(missing, (has & NET_RAW) != 0, "CAP_NET_RAW");
        need(missing, admin || (has & BPF) != 0, "CAP_BPF");
        need(missing, admin || (has & PERFMON) != 0, "CAP_PERFMON");
        return feature("privileges", missing.length() == 0,
                missing.length() == 0 ? "all capabilities there" : "missing:" + missing,
                "run as root, or give the Java process these capabilities");
    }

    private static void need(StringBuilder missing, boolean there, String name) {
        if (!there) {
            missing.append(' ').append(name);
        }
    }

    private static SystemFeature libbpf() {
        try {
            return feature("libbpf", true, LibBpf.libbpf_version_string(), "");
        } catch (LinkageError e) {
            return feature("libbpf", false, "cannot load " + LibBpf.LIBRARY, "apt install libbpf1");
        }
    }

    /** The header builder's clock is the host's; ours must be the same. */
    private static SystemFeature clocks() {
        boolean same = true;
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/timens_offsets"))) {
                String[] words = line.trim().split("\\s+");
                if (words[0].equals("monotonic")) {
                    same = words[1].equals("0") && words[2].equals("0");
                }
            }
        } catch (IOException e) {
            // Time namespaces are not in this kernel.
        }
        return feature("clock", same, same ? "CLOCK_MONOTONIC of the host" : "a time namespace shifts CLOCK_MONOTONIC",
                "run outside the time namespace");
    }

    private static SystemFeature bpf() {
        int fd = LibBpf.bpf_map_create(LibBpf.MAP_TYPE_ARRAY, "probe", Integer.BYTES, Long.BYTES, 1, null);
        if (fd >= 0) {
            Libc.close(fd);
        }
        return feature("BPF", fd >= 0, fd >= 0 ? "bpf() allowed" : "bpf() refused: " + Libc.strerror(-fd),
                "allow the bpf system call (containers: --privileged or a seccomp profile with bpf)");
    }

    private static SystemFeature bpfFileSystem() {
        if (PinDirectory.mounted()) {
            return feature("BPF file system", true, PinDirectory.BPF_FS.toString(), "");
        }
        boolean possible = Files.isDirectory(PinDirectory.BPF_FS);
        return feature("BPF file system", possible,
                possible ? "not mounted yet: the engine mounts it" : "no directory " + PinDirectory.BPF_FS,
                "mount -t bpf bpf " + PinDirectory.BPF_FS);
    }

    private static SystemFeature packetSocket() {
        int fd = Libc.socket(Libc.AF_PACKET, Libc.SOCK_RAW | Libc.SOCK_CLOEXEC, 0);
        if (fd >= 0) {
            Libc.close(fd);
        }
        return feature("packet socket", fd >= 0, fd >= 0 ? "AF_PACKET allowed" : "AF_PACKET refused",
                "give CAP_NET_RAW; the kernel needs CONFIG_PACKET");
    }

    private static SystemFeature tcpRepair() {
        int fd = Libc.socket(Libc.AF_INET, Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC, 0);
        boolean allowed = fd >= 0 && Libc.setInt(fd, Libc.SOL_TCP, TCP_REPAIR, 1) == 0;
        if (fd >= 0) {
            Libc.close(fd);
        }
        return feature("TCP_REPAIR", allowed, allowed ? "allowed" : "refused",
                "give CAP_NET_ADMIN in the network namespace");
    }

    private static SystemFeature feature(String name, boolean present, String detail, String remedy) {
        return new SystemFeature(name, present, detail, present ? "" : remedy);
    }
}
