// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.bench;

import io.tcpoffload.api.Decision;
import io.tcpoffload.api.HandlerSpec;
import io.tcpoffload.api.ViewerRequest;
import io.tcpoffload.engine.Engine;
import io.tcpoffload.engine.EngineConfig;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;

/**
 * Routes of {@code tcpoffload:} beside others that do the same: {@code /route/{channel}} is admitted by a route,
 * {@code /handler/{channel}} by a handler of the engine's API; {@code /segments/...} is a file by both components; and there is
 * a live channel, which others serve as segments of a second.
 */
final class CamelServer {

    static final int NETTY_PORT = 8081;
    static final String CHANNEL = "live";
    /** 8 Mbit/s: so many bodies a second. */
    private static final int BODY_BYTES = 188 * 70;
    private static final int BODIES_A_SECOND = 76;
    private static final int DECIDERS = 2;

    private CamelServer() {
    }

    /** Arguments: those of {@link EngineConfig} and {@code file=PATH}, as {@code key=value}. */
    public static void main(String[] args) throws Exception {
        Map<String, String> settings = ServerCommands.settings(args);
        ExecutorService deciders = Executors.newFixedThreadPool(DECIDERS);
        try (Engine engine = ServerCommands.start(settings); var context = new DefaultCamelContext()) {
            context.getRegistry().bind("engine", engine);
            context.addRoutes(routes(settings.get("listener"), Path.of(settings.get("file"))));
            context.start();
            engine.handle(HandlerSpec.path("/handler/{channel}"), request -> decide(request, deciders));
            ServerCommands.serve(engine);
        } finally {
            deciders.shutdownNow();
        }
    }

    private static RouteBuilder routes(String listener, Path file) {
        String netty = "netty-http:http://" + listener.substring(0, listener.lastIndexOf(':') + 1) + NETTY_PORT;
        byte[] segment = new byte[BODY_BYTES * BODIES_A_SECOND];
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("timer:source?period=" + 1000 / BODIES_A_SECOND).setBody(constant(new byte[BODY_BYTES]))
                    .to("tcpoffload:" + CHANNEL);
                from(netty + "/live").process(exchange -> exchange.getMessage().setBody(segment));

                from("tcpoffload:route/{channel}?events=request")
                    .filter(simple("${header.CamelTcpOffloadToken} == null"))
                        .setHeader("CamelTcpOffloadStatus", constant(401));

                from("tcpoffload:segments/{name}?events=request")
                    .process(exchange -> exchange.getMessage().setBody(file.toFile()));
                from(netty + "/segments?matchOnUriPrefix=true")
                    .process(exchange -> exchange.getMessage().setBody(file.toFile()));
            }
        };
    }

    private static CompletionStage<Decision> decide(ViewerRequest request, ExecutorService deciders) {
        return CompletableFuture.supplyAsync(
                () -> request.token().isEmpty() ? Decision.reject(401, "no token") : Decision.admit(), deciders);
    }
}
