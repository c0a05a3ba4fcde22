// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.bench;

import io.tcpoffload.api.ChannelSpec;
import io.tcpoffload.api.Content;
import io.tcpoffload.api.Decision;
import io.tcpoffload.api.HandlerSpec;
import io.tcpoffload.api.Publisher;
import io.tcpoffload.api.ViewerRequest;
import io.tcpoffload.engine.Engine;
import io.tcpoffload.engine.EngineConfig;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Scanner;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The engine as a server of requests: {@code /file} gets a file; {@code /tv/{channel}} is admitted by a handler that decides
 * on another thread, as a route would, to a live channel. Prints "ready"; each command on its input is answered with "end":
 * <ul>
 * <li>{@code cpu}: {@code NANOSECONDS} of processor time that the process has had;
 * <li>{@code counters}: {@code name=value} lines.
 * </ul>
 */
final class ReplyServer {

    static final String CHANNEL = "live";
    private static final int BODY_BYTES = 188 * 70;
    private static final long EVERY_MS = 10;
    private static final int DECIDERS = 2;

    private ReplyServer() {
    }

    /** Arguments: those of {@link EngineConfig} and {@code file=PATH}, as {@code key=value}. */
    public static void main(String[] args) throws InterruptedException {
        Map<String, String> settings = new TreeMap<>();
        for (String arg : args) {
            settings.put(arg.substring(0, arg.indexOf('=')), arg.substring(arg.indexOf('=') + 1));
        }
        EngineConfig config = EngineConfig.defaults().with(settings, problem -> {
            throw new IllegalArgumentException(problem);
        });
        Path file = Path.of(settings.get("file"));
        ExecutorService deciders = Executors.newFixedThreadPool(DECIDERS);
        try (Engine engine = Engine.start(config); Publisher publisher = engine.openChannel(ChannelSpec.channel(CHANNEL));
                Scanner commands = new Scanner(System.in)) {
            engine.handle(HandlerSpec.path("/file"),
                    request -> CompletableFuture.completedFuture(Decision.answer(Content.file(file, "video/mp2t"))));
            engine.handle(HandlerSpec.path("/tv/{channel}"), request -> decide(request, deciders));
            Thread feed = new Thread(() -> publish(publisher));
            feed.start();
            System.out.println("ready");
            while (commands.hasNextLine()) {
                switch (commands.nextLine()) {
                    case "cpu" -> System.out.println(((com.sun.management.OperatingSystemMXBean)
                            ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime());
                    case "counters" -> engine.info().counters().forEach((name, value) ->
                            System.out.println(name + "=" + value));
                    default -> throw new IllegalArgumentException("cpu or counters");
                }
                System.out.println("end");
            }
            feed.interrupt();
            feed.join();
        } finally {
            deciders.shutdownNow();
        }
    }

    private static CompletionStage<Decision> decide(ViewerRequest request, ExecutorService deciders) {
        return CompletableFuture.supplyAsync(
                () -> request.token().isEmpty() ? Decision.reject(401, "no token") : Decision.admit(), deciders);
    }

    /** 10 Mbit/s, each body a place to start. */
    private static void publish(Publisher publisher) {
        try {
            while (true) {
                publisher.publish(ByteBuffer.allocate(BODY_BYTES), true);
                Thread.sleep(EVERY_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
