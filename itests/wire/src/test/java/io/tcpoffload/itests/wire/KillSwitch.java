// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import io.tcpoffload.itests.LineProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Ends an engine as {@code kill -9} does, but at a chosen place: when one of its threads makes its n-th system call. */
final class KillSwitch implements AutoCloseable {

    /** The kernel keeps that much of a thread's name, TASK_COMM_LEN. */
    private static final int NAME_BYTES = 15;
    private static final long PATIENCE_SECONDS = 30;

    private final LineProcess strace;
    private final ProcessHandle engine;

    /**
     * Arms it.
     *
     * @param call a system call's name, or several with commas between them, of which each counts for itself
     * @param n    the call that it does not return from; 1 is the next
     */
    KillSwitch(long pid, String thread, String call, int n) {
        engine = ProcessHandle.of(pid).orElseThrow();
        try {
            strace = new LineProcess("strace", new ProcessBuilder("strace", "-p", String.valueOf(thread(pid, thread)),
                    "-e", "trace=" + call, "-e", "inject=" + call + ":signal=KILL:when=" + n)
                            .redirectErrorStream(true).start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String line = strace.read();
        if (!line.endsWith("attached")) {
            throw new IllegalStateException(line);
        }
    }

    private static long thread(long pid, String name) throws IOException {
        String kept = name.substring(0, Math.min(name.length(), NAME_BYTES));
        try (var threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
            for (Path thread : threads.toList()) {
                if (Files.readString(thread.resolve("comm")).strip().equals(kept)) {
                    return Long.parseLong(thread.getFileName().toString());
                }
            }
        }
        throw new IllegalStateException("process " + pid + " has no thread " + kept);
    }

    /** Waits until it has struck; fails when it does not. */
    void await() {
        engine.onExit().orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    }

    @Override
    public void close() {
        strace.process().destroy();
        strace.close();
    }
}
