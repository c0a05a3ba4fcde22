// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.bench;

import io.tcpoffload.itests.Fields;
import io.tcpoffload.itests.LineProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code bench/replies}: which files are better sent by the kernel, and which by the ring. */
public final class ReplyBench {

    private static final int[] FILE_KIB = {64, 256, 1024, 4096};
    private static final int[] CONNECTIONS = {1, 8};

    private final Stage stage;
    private final double seconds;

    private ReplyBench(Stage stage, double seconds) {
        this.stage = stage;
        this.seconds = seconds;
    }

    /** Arguments: {@code --seconds S --kib N}. */
    public static void main(String[] args) throws IOException {
        double seconds = 5;
        int[] sizes = FILE_KIB;
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--seconds" -> seconds = Double.parseDouble(args[++i]);
                case "--kib" -> sizes = new int[] {Integer.parseInt(args[++i])};
                default -> {
                    System.err.println("bench/replies: '" + args[i] + "': --seconds S, --kib N");
                    System.exit(2);
                }
            }
        }
        try (Stage stage = new Stage()) {
            new ReplyBench(stage, seconds).segments(sizes);
        }
    }

    private Fields fetch(int connections) {
        return stage.client(ReplyClient.class, "fetch", stage.address(), Stage.PORT, "/file", connections, seconds, 0);
    }

    /** What a side did: bytes a second, processor time a byte, and the time that a client waits for a file. */
    private record Result(double megabytesPerSecond, double cpuSecondsPerGigabyte, double p50Millis) {

        @Override
        public String toString() {
            return String.format("%6.0f MB/s %6.2f s/GB %7.2f ms", megabytesPerSecond, cpuSecondsPerGigabyte, p50Millis);
        }
    }

    private void segments(int[] sizes) throws IOException {
        System.out.println("segments: one file after another on each connection, by the kernel (sendfile) and by the ring, "
                + "with take-over and hand-back each: bytes a second, the server's processor time, the median time of a file");
        System.out.printf("%8s %4s %38s %38s %13s%n", "file", "by", "kernel", "ring", "ring/kernel");
        Path file = Files.createTempFile("segment", ".ts");
        try {
            for (int kib : sizes) {
                Files.write(file, new byte[kib << 10]);
                List<Result> kernel = measure(file, "off");
                List<Result> ring = measure(file, "1");
                for (int i = 0; i < CONNECTIONS.length; i++) {
                    System.out.printf("%4d KiB %4d %38s %38s %5.2f CPU %.2f%n", kib, CONNECTIONS[i], kernel.get(i),
                            ring.get(i), ring.get(i).megabytesPerSecond / kernel.get(i).megabytesPerSecond,
                            ring.get(i).cpuSecondsPerGigabyte / kernel.get(i).cpuSecondsPerGigabyte);
                }
            }
        } finally {
            Files.delete(file);
        }
    }

    private List<Result> measure(Path file, String ringReplies) {
        List<Result> results = new ArrayList<>();
        try (LineProcess server = stage.server(ReplyServer.class, "file=" + file,
                "transport=offload", "ringReplies=" + ringReplies)) {
            fetch(CONNECTIONS[CONNECTIONS.length - 1]);
            for (int connections : CONNECTIONS) {
                Stage.Cpu before = Stage.cpu(server);
                Fields fetched = fetch(connections);
                long cpuNs = Stage.cpu(server).since(before).process();
                if (fetched.number("failed") > 0) {
                    System.out.println("failed: " + fetched.number("failed") + " " + server.ask("counters"));
                }
                double bytes = fetched.number("bytes");
                results.add(new Result(bytes / 1e6 / Double.parseDouble(fetched.text("seconds")), cpuNs / bytes,
                        fetched.number("p50_us") / 1e3));
            }
        }
        return results;
    }
}
