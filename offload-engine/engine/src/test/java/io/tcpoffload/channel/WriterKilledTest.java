// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Another process appends at full speed. Stopped at random moments its file is copied, and at last it is killed: what is
 * left is always sound, and nothing that it reported as published is missing.
 */
class WriterKilledTest {

    private static final int KILLS = 3;
    private static final int STOPS = 30;

    @TempDir
    Path directory;

    @Test
    @Timeout(120)
    void whatItLeavesIsSound() throws Exception {
        long seed = System.nanoTime();
        System.out.println("WriterKilledTest: seed " + seed);
        var random = new Random(seed);
        for (int kill = 0; kill < KILLS; kill++) {
            int size = random.nextBoolean() ? 64 << 10 : 1 << 20;
            Path file = directory.resolve("stores").resolve("killed-" + kill);
            Process writer = start(file.getParent(), size, random.nextLong());
            Path store = Path.of(writer.inputReader().readLine());
            try {
                stopOftenAndCheck(writer, store, random);
            } finally {
                writer.destroyForcibly().waitFor();
            }
            assertTrue(StoreFiles.requireSound(store, random) > size, "it wrote more than one lap; seed " + seed);
        }
    }

    private static Process start(Path directory, int size, long seed) throws IOException {
        return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                System.getProperty("java.class.path"), Writer.class.getName(), directory.toString(),
                Integer.toString(size), Long.toString(seed)).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    private void stopOftenAndCheck(Process writer, Path store, Random random) throws Exception {
        for (int stop = 0; stop < STOPS; stop++) {
            TimeUnit.MICROSECONDS.sleep(random.nextInt(20_000));
            signal("STOP", writer);
            awaitStopped(writer);
            StoreFiles.requireSound(StoreFiles.write(directory.resolve("copy.store"), Files.readAllBytes(store)), random);
            signal("CONT", writer);
        }
    }

    private static void signal(String name, Process process) throws Exception {
        assertEquals(0, new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor());
    }

    /** All its threads, as proc(5) shows their state. */
    private static void awaitStopped(Process process) throws IOException {
        Path tasks = Path.of("/proc", Long.toString(process.pid()), "task");
        boolean stopped = false;
        while (!stopped) {
            stopped = true;
            try (var threads = Files.list(tasks)) {
                for (Path thread : threads.toList()) {
                    String stat = Files.readString(thread.resolve("stat"));
                    stopped &= stat.charAt(stat.lastIndexOf(')') + 2) == 'T';
                }
            }
        }
    }

    /** The other process. */
    static final class Writer {

        private Writer() {
        }

        public static void main(String[] args) throws IOException {
            Path directory = Path.of(args[0]);
            var random = new Random(Long.parseLong(args[2]));
            var store = new SegmentStore(directory, "killed", Long.parseLong(args[1]), () -> { });
            System.out.println(store.file());
            Path scratch = directory.resolve("body");
            while (true) {
                StoreFiles.appendAny(store, random, scratch);
            }
        }
    }
}
