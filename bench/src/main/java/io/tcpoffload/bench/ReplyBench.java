// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.bench;

import io.tcpoffload.itests.Fields;
import io.tcpoffload.itests.LineProcess;
import io.tcpoffload.itests.Netns;
import io.tcpoffload.itests.Veth;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code bench/replies}: what handlers' decisions and answers cost. The server is bound to core 0, the clients to core 1,
 * each in a namespace of its own with a veth pair between.
 */
public final class ReplyBench {

    private static final int[] FILE_KIB = {64, 256, 1024, 4096};
    private static final int[] CONNECTIONS = {1, 8};
    private static final int PORT = 8080;

    private final Netns servers = Netns.create("s");
    private final Netns viewers = Netns.create("v");
    private final Veth veth = Veth.connect(servers, viewers, 1);

    private ReplyBench() {
    }

    /** Arguments: {@code --seconds S --rate N --kib N} and which measurements, both by default. */
    public static void main(String[] args) throws IOException {
        double seconds = 5;
        int rate = 1000;
        int[] sizes = FILE_KIB;
        List<String> which = new ArrayList<>();
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--seconds" -> seconds = Double.parseDouble(args[++i]);
                case "--rate" -> rate = Integer.parseInt(args[++i]);
                case "--kib" -> sizes = new int[] {Integer.parseInt(args[++i])};
                default -> which.add(args[i]);
            }
        }
        if (!List.of("admission", "segments").containsAll(which)) {
            System.err.println("bench/replies: '" + which + "': admission, segments or both");
            System.exit(2);
        }
        ReplyBench bench = new ReplyBench();
        try {
            if (which.isEmpty() || which.contains("admission")) {
                bench.admission(seconds, rate);
            }
            if (which.isEmpty() || which.contains("segments")) {
                bench.segments(seconds, sizes);
            }
        } finally {
            bench.viewers.close();
            bench.servers.close();
        }
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private LineProcess server(Path file, String... settings) {
        List<String> command = new ArrayList<>(List.of("taskset", "-c", "0", java(), "-XX:+UseSerialGC", "-Xms256m",
                "-Xmx256m", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", System.getProperty("java.class.path"),
                ReplyServer.class.getName(), "devices=" + veth.serverDevice(),
                "listener=" + veth.serverAddress() + ":" + PORT, "instance=replies" + ProcessHandle.current().pid(),
                "file=" + file));
        command.addAll(List.of(settings));
        LineProcess server = new LineProcess("server",
                servers.start(ProcessBuilder.Redirect.INHERIT, command.toArray(String[]::new)));
        server.read();
        return server;
    }

    private Fields client(String... arguments) {
        List<String> command = new ArrayList<>(List.of("taskset", "-c", "1", java(), "-XX:+UseSerialGC", "-Xmx256m", "-cp",
                System.getProperty("java.class.path"), ReplyClient.class.getName()));
        command.addAll(List.of(arguments));
        LineProcess client = new LineProcess("client",
                viewers.start(ProcessBuilder.Redirect.INHERIT, command.toArray(String[]::new)));
        String line = client.read();
        client.close();
        return new Fields(line);
    }

    private Fields fetch(int connections, double seconds) {
        return client(ReplyClient.arguments("fetch", veth.serverAddress(), PORT, "/file", connections, seconds));
    }

    private Fields join(String path, int rate, double seconds) {
        return client(ReplyClient.arguments("join", veth.serverAddress(), PORT, path, rate, seconds));
    }

    private static long cpuNs(LineProcess server) {
        return Long.parseLong(server.ask("cpu").get(0));
    }

    private void admission(double seconds, int rate) {
        System.out.printf("admission: %d new viewers a second, decided on another thread; ms from connecting to the first "
                + "byte of media%n", rate);
        System.out.printf("%9s %9s %8s %8s %8s %8s %12s%n", "transport", "admitted", "failed", "p50", "p99", "max", "core");
        for (String transport : new String[] {"nio", "offload"}) {
            try (LineProcess server = server(Path.of("/dev/null"), "transport=" + transport)) {
                join("/tv/live?token=t", rate, seconds);
                long before = cpuNs(server);
                Fields f = join("/tv/live?token=t", rate, seconds);
                double core = (cpuNs(server) - before) / 1e9 / seconds;
                System.out.printf("%9s %7.0f/s %8d %8.2f %8.2f %8.2f %10.0f %%%n", transport,
                        f.number("requests") / Double.parseDouble(f.text("seconds")), f.number("failed"),
                        f.number("p50_us") / 1e3, f.number("p99_us") / 1e3, f.number("max_us") / 1e3, 100 * core);
            }
        }
    }

    /** What a side did: bytes a second, processor time a byte, and the time that a client waits for a file. */
    private record Result(double megabytesPerSecond, double cpuSecondsPerGigabyte, double p50Millis) {

        @Override
        public String toString() {
            return String.format("%6.0f MB/s %6.2f s/GB %7.2f ms", megabytesPerSecond, cpuSecondsPerGigabyte, p50Millis);
        }
    }

    private void segments(double seconds, int[] sizes) throws IOException {
        System.out.println("segments: one file after another on each connection, by the kernel (sendfile) and by the ring, "
                + "with take-over and hand-back each: bytes a second, the server's processor time, the median time of a file");
        System.out.printf("%8s %4s %38s %38s %13s%n", "file", "by", "kernel", "ring", "ring/kernel");
        Path file = Files.createTempFile("segment", ".ts");
        try {
            for (int kib : sizes) {
                Files.write(file, new byte[kib << 10]);
                List<Result> kernel = measure(file, "off", seconds);
                List<Result> ring = measure(file, "1", seconds);
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

    private List<Result> measure(Path file, String ringReplies, double seconds) {
        List<Result> results = new ArrayList<>();
        try (LineProcess server = server(file, "transport=offload", "ringReplies=" + ringReplies)) {
            fetch(CONNECTIONS[CONNECTIONS.length - 1], seconds);
            for (int connections : CONNECTIONS) {
                long before = cpuNs(server);
                Fields fetched = fetch(connections, seconds);
                long cpuNs = cpuNs(server) - before;
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
