// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A process that outlives the engine: when the grace is over and no other engine has come, it knocks, so that silent viewers
 * are reset, and removes what the engine left on the machine. {@code guard.sh} is all of it. One an engine; another engine's
 * or an orderly end lets it leave.
 */
final class Guard implements AutoCloseable {

    private static final List<String> TOOLS = List.of("setsid", "bash", "flock", "tc", "ip", "sleep");
    /** Where they are when a service's PATH does not say so. */
    private static final List<String> PLACES = List.of("/usr/sbin", "/sbin");
    private static final String NAME = "tcpoffload-guard";

    private final Process process;

    private Guard(Process process) {
        this.process = process;
    }

    /** Tools that it needs and this system has not. */
    static List<String> missing() {
        List<String> places = new ArrayList<>(PLACES);
        places.addAll(List.of(System.getenv().getOrDefault("PATH", "/usr/bin:/bin").split(File.pathSeparator)));
        return TOOLS.stream().filter(tool -> places.stream().noneMatch(place -> Files.isExecutable(Path.of(place, tool))))
                .toList();
    }

    /**
     * @param mark   name of the directory that says whose the pins are
     * @param stores what to remove besides, or null
     */
    static Guard start(KernelConfig config, String mark, int sessions, Path stores) throws KernelException {
        long grace = TimeUnit.NANOSECONDS.toSeconds(config.graceNs() + TimeUnit.SECONDS.toNanos(1) - 1);
        ProcessBuilder command = new ProcessBuilder("setsid", "bash", "-s", "--", config.instance(), mark,
                Long.toString(grace), Integer.toString(sessions), stores == null ? "" : stores.toString(), NAME)
                .directory(new File("/")).redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        try {
            Process process = command.start();
            try (OutputStream script = process.getOutputStream()) {
                script.write(KernelObject.image("leftovers.sh"));
                script.write(KernelObject.image("guard.sh"));
            }
            return new Guard(process);
        } catch (IOException e) {
            throw new KernelException("no guard can be started: " + e.getMessage());
        }
    }

    /** Ends it. */
    @Override
    public void close() {
        process.destroy();
    }
}
