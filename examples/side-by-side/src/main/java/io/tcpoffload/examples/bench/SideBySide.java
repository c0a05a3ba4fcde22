// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.examples.bench;

import com.sun.management.OperatingSystemMXBean;
import io.tcpoffload.camel.TcpOffloadComponent;
import java.lang.management.ManagementFactory;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;

/**
 * Serves segments by both components and admits viewers to a channel, and prints what it took. The viewers are another
 * process, so that the processor time told is the server's alone.
 *
 * <pre>
 * java -cp 'target/classes:target/lib/*' io.tcpoffload.examples.bench.SideBySide [transport] [viewers] [segments]
 * </pre>
 */
public final class SideBySide {

    private static final int SEGMENT_BYTES = 188 * 5577;
    private static final int ADMISSIONS_A_SECOND = 1000;
    private static final Duration ADMISSIONS_FOR = Duration.ofSeconds(10);

    private final String transport;
    private final int viewers;
    private final int segments;

    private SideBySide(String transport, int viewers, int segments) {
        this.transport = transport;
        this.viewers = viewers;
        this.segments = segments;
    }

    public static void main(String[] args) throws Exception {
        String transport = args.length > 0 ? args[0] : "nio";
        int viewers = args.length > 1 ? Integer.parseInt(args[1]) : 32;
        int segments = args.length > 2 ? Integer.parseInt(args[2]) : 64;
        new SideBySide(transport, viewers, segments).run();
    }

    private void run() throws Exception {
        Path folder = Files.createTempDirectory("side-by-side");
        Path segment = Files.write(folder.resolve("1.ts"), new byte[SEGMENT_BYTES]);
        int port = freePort();
        int otherPort = freePort();
        try (var context = new DefaultCamelContext()) {
            context.getComponent("tcpoffload", TcpOffloadComponent.class).setEngineSettings(
                    Map.of("transport", transport, "instance", "side-by-side"));
            context.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("netty-http:http://127.0.0.1:" + otherPort + "/segments?matchOnUriPrefix=true")
                        .process(exchange -> exchange.getMessage().setBody(segment.toFile()));

                    from("tcpoffload:127.0.0.1:" + port + "/segments/{file}?events=request")
                        .process(exchange -> exchange.getMessage().setBody(segment.toFile()));

                    from("direct:live").to("tcpoffload:127.0.0.1:" + port + "/live");
                    from("tcpoffload:127.0.0.1:" + port + "/live?events=request")
                        .filter(simple("${header.token} == null"))
                            .setHeader("CamelTcpOffloadStatus", constant(401));
                }
            });
            context.start();
            System.out.printf("%d viewers, %d segments of %d bytes each, transport %s%n", viewers, segments, SEGMENT_BYTES,
                    transport);
            for (int round = 0; round < 2; round++) {
                measure("camel-netty-http", otherPort);
                measure("tcpoffload", port);
            }
            admit(context, port);
        } finally {
            Files.delete(segment);
            Files.delete(folder);
        }
    }

    private static int freePort() throws Exception {
        try (var free = new ServerSocket(0)) {
            return free.getLocalPort();
        }
    }

    private void measure(String name, int port) throws Exception {
        var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long cpu = system.getProcessCpuTime();
        long begun = System.nanoTime();
        viewers("fetch", port, viewers, segments);
        double seconds = (System.nanoTime() - begun) / 1e9;
        double cpuSeconds = (system.getProcessCpuTime() - cpu) / 1e9;
        double gigabytes = (double) viewers * segments * SEGMENT_BYTES / 1e9;
        System.out.printf(Locale.ROOT, "%-18s %6.2f GB in %5.1f s, %5.2f GB/s, %5.2f s of the processor a GB%n",
                name, gigabytes, seconds, gigabytes / seconds, cpuSeconds / gigabytes);
    }

    /** Viewers that come through a route at a fixed rate, while the channel is fed. */
    private void admit(DefaultCamelContext context, int port) throws Exception {
        var template = context.createProducerTemplate();
        byte[] media = new byte[188 * 70];
        template.sendBody("direct:live", media);
        var feed = Executors.newSingleThreadScheduledExecutor();
        feed.scheduleAtFixedRate(() -> template.sendBody("direct:live", media), 0, 20, TimeUnit.MILLISECONDS);
        try {
            viewers("admit", port, ADMISSIONS_A_SECOND, (int) ADMISSIONS_FOR.toSeconds());
        } finally {
            feed.shutdownNow();
        }
    }

    private static void viewers(String what, int port, int one, int two) throws Exception {
        Process process = new ProcessBuilder(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp", System.getProperty("java.class.path"), Viewers.class.getName(), what, Integer.toString(port),
                Integer.toString(one), Integer.toString(two))).inheritIO().start();
        if (process.waitFor() != 0) {
            throw new IllegalStateException("the viewers failed with " + process.exitValue());
        }
    }
}
