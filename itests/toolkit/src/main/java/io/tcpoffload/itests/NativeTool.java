// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The C sources of this package, compiled once a JVM into a directory that goes with the JVM. */
public final class NativeTool {

    private static final List<String> SOURCES = List.of("stream.h", "commands.h", "viewers.c", "loss.h", "loss.c",
            "loss.bpf.c", "offloads.c", "tunnel.c", "vlan.bpf.c", "relay.c", "bulk.c", "rawport.c", "sender.c", "flood.c",
            "owner.c", "holder.c", "congestion.bpf.c");
    private static final Map<String, Path> BUILT = new ConcurrentHashMap<>();
    private static final Path DIRECTORY = unpack();

    private NativeTool() {
    }

    /** A program for this machine, from {@code name.c}. */
    public static Path program(String name) {
        return BUILT.computeIfAbsent(name, n -> build(n, List.of("gcc", "-O2", "-Wall", "-Werror", "-o",
                DIRECTORY.resolve(n).toString(), DIRECTORY.resolve(n + ".c").toString(), "-lbpf")));
    }

    /** A BPF object, from {@code name.bpf.c}. */
    static Path bpfObject(String name) {
        return BUILT.computeIfAbsent(name + ".bpf.o", n -> build(n, List.of("clang", "-O2", "-g", "-Wall", "-Werror",
                "-target", "bpf", "-I/usr/include/" + Command.run("uname", "-m").strip() + "-linux-gnu", "-c",
                DIRECTORY.resolve(name + ".bpf.c").toString(), "-o", DIRECTORY.resolve(n).toString())));
    }

    private static Path build(String result, List<String> compiler) {
        Command.run(new ArrayList<>(compiler));
        return DIRECTORY.resolve(result);
    }

    private static Path unpack() {
        try {
            Path directory = Files.createTempDirectory("tcpoffload-itests");
            for (String source : SOURCES) {
                try (InputStream in = NativeTool.class.getResourceAsStream(source)) {
                    Files.copy(in, directory.resolve(source), StandardCopyOption.REPLACE_EXISTING);
                }
            }
            Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(directory)));
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void remove(Path directory) {
        try (var files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(directory);
        } catch (IOException e) {
            System.err.println("left behind: " + directory + ": " + e);
        }
    }
}
