// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.bench;

import io.tcpoffload.itests.Fields;
import io.tcpoffload.itests.LineProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** {@code bench/camel}: viewers that a route admits, and the same jobs with camel-netty-http. */
public final class CamelBench {

    private static final List<String> ALL = List.of("admission", "segments", "live");
    private static final String[] TRANSPORTS = {"nio", "offload"};
    private static final int SEGMENT_BYTES = 188 * 5577;
    private static final int FETCHERS = 8;

    private final Stage stage;
    private final Path file;
    private final double seconds;

    private CamelBench(Stage stage, Path file, double seconds) {
        this.stage = stage;
        this.file = file;
        this.seconds = seconds;
    }

    /** Arguments: {@code --seconds S --rate N --viewers N} and which measurements, all by default. */
    public static void main(String[] args) throws IOException {
        double seconds = 5;
        int rate = 1000;
        int viewers = 400;
        List<String> which = new ArrayList<>();
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--seconds" -> seconds = Double.parseDouble(args[++i]);
                case "--rate" -> rate = Integer.parseInt(args[++i]);
                case "--viewers" -> viewers = Integer.parseInt(args[++i]);
                default -> which.add(args[i]);
            }
        }
        if (!ALL.containsAll(which)) {
            System.err.println("bench/camel: '" + which + "': one or more of " + ALL);
            System.exit(2);
        }
        Path file = Files.write(Files.createTempFile("segment", ".ts"), new byte[SEGMENT_BYTES]);
        try (Stage stage = new Stage()) {
            CamelBench bench = new CamelBench(stage, file, seconds);
            if (which.isEmpty() || which.contains("admission")) {
                bench.admission(rate);
            }
            if (which.isEmpty() || which.contains("segments")) {
                bench.segments();
            }
            if (which.isEmpty() || which.contains("live")) {
                bench.live(viewers);
            }
        } finally {
            Files.delete(file);
        }
    }

    private LineProcess server(String transport) {
        return stage.server(CamelServer.class, "transport=" + transport, "file=" + file);
    }

    private void admission(int rate) {
        System.out.printf("admission: %d new viewers a second; ms from when one was to connect to the first byte of media%n",
                rate);
        System.out.printf("%9s %9s %9s %8s %8s %8s %8s %8s %8s%n", "transport", "by", "admitted", "failed", "p50", "p90",
                "p99", "max", "core");
        for (String transport : TRANSPORTS) {
            try (LineProcess server = server(transport)) {
                for (String by : new String[] {"handler", "route"}) {
                    String path = "/" + by + "/" + CamelServer.CHANNEL + "?token=t";
                    arrive(path, rate);
                    Stage.Cpu before = Stage.cpu(server);
                    Fields f = arrive(path, rate);
                    double took = Double.parseDouble(f.text("seconds"));
                    System.out.printf("%9s %9s %7.0f/s %8d %8.2f %8.2f %8.2f %8.2f %6.0f %%%n", transport, by,
                            f.number("requests") / took, f.number("failed"), f.number("p50_us") / 1e3,
                            f.number("p90_us") / 1e3, f.number("p99_us") / 1e3, f.number("max_us") / 1e3,
                            100 * Stage.cpu(server).since(before).core() / 1e9 / took);
                }
            }
        }
    }

    private Fields arrive(String path, int rate) {
        return stage.client(Arrivals.class, stage.address(), Stage.PORT, path, rate, seconds);
    }

    private void segments() {
        System.out.printf("segments: %d viewers, each fetches one segment of %d bytes after another%n", FETCHERS,
                SEGMENT_BYTES);
        Viewers fetchers = port -> client("fetch", port, "/segments/1.ts", FETCHERS, seconds, 0);
        compare(fetchers, fetchers);
    }

    private void live(int viewers) {
        System.out.printf("live: %d viewers of 8 Mbit/s; with camel-netty-http each fetches a segment a second, with "
                + "tcpoffload they watch a channel%n", viewers);
        compare(port -> client("fetch", port, "/live", viewers, seconds, 1000),
                port -> client("watch", port, "/" + CamelServer.CHANNEL, viewers, seconds));
    }

    private Fields client(String what, int port, Object... rest) {
        return stage.client(ReplyClient.class, Stream.concat(Stream.of(what, stage.address(), port), Stream.of(rest)).toArray());
    }

    /** Viewers of the server's port, to their end. */
    private interface Viewers {

        Fields come(int port);
    }

    /** What it took to bring them the media: bytes a second, processor seconds a gigabyte. */
    private record Cost(double bytesPerSecond, double processSecondsPerGigabyte, double coreSecondsPerGigabyte) {

        void print(String name, String transport, Cost base) {
            System.out.printf("%17s %9s %8.2f GB/s %10.2f s/GB %10.2f s/GB %7.2f %7.2f%n", name, transport,
                    bytesPerSecond / 1e9, processSecondsPerGigabyte, coreSecondsPerGigabyte,
                    base.processSecondsPerGigabyte / processSecondsPerGigabyte,
                    base.coreSecondsPerGigabyte / coreSecondsPerGigabyte);
        }
    }

    private void compare(Viewers ofNetty, Viewers ofChannel) {
        System.out.printf("%17s %9s %13s %15s %15s %15s%n", "", "transport", "", "process", "core", "netty / this");
        Cost netty = null;
        for (String transport : TRANSPORTS) {
            try (LineProcess server = server(transport)) {
                if (netty == null) {
                    netty = measure(server, CamelServer.NETTY_PORT, ofNetty);
                    netty.print("camel-netty-http", "", netty);
                }
                measure(server, Stage.PORT, ofChannel).print("tcpoffload", transport, netty);
            }
        }
    }

    private static Cost measure(LineProcess server, int port, Viewers viewers) {
        viewers.come(port);
        Stage.Cpu before = Stage.cpu(server);
        Fields f = viewers.come(port);
        Stage.Cpu cpu = Stage.cpu(server).since(before);
        if (f.number("failed") > 0) {
            System.out.println("failed: " + f.number("failed") + " " + server.ask("counters"));
        }
        double bytes = f.number("bytes");
        return new Cost(bytes / Double.parseDouble(f.text("seconds")), cpu.process() / bytes, cpu.core() / bytes);
    }
}
