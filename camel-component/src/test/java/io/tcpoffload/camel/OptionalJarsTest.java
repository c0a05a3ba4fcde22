// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tcpoffload.api.Decision;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;

/** An application that has no use for health checks, meters, the endpoint DSL, JMX or OSGi does without their jars. */
class OptionalJarsTest {

    private static final List<String> OPTIONAL = List.of("camel-health", "camel-endpointdsl", "camel-management", "camel-console",
            "camel-main", "camel-core-catalog", "micrometer", "osgi.core", "org.apache.felix.framework", "osgi.annotation");

    /** Loaded by a class loader that has none of them. */
    public static final class Application implements Callable<String> {

        @Override
        public String call() throws Exception {
            var engine = new FakeEngine();
            try (var context = new DefaultCamelContext()) {
                context.getRegistry().bind("engine", engine);
                context.addRoutes(new RouteBuilder() {
                    @Override
                    public void configure() {
                        from("direct:in").to("tcpoffload:news?storeSize=2MB");
                        from("tcpoffload:{channel}?events=all").setHeader("CamelTcpOffloadStatus", constant(402));
                    }
                });
                context.start();
                context.createProducerTemplate().sendBody("direct:in", new byte[188]);
                return engine.bodies.size() + " " + ((Decision.Reject) engine.request("/news", "", Map.of())).status();
            }
        }
    }

    @Test
    void routesRunWithoutThem() throws Exception {
        URL[] rest = Stream.of(System.getProperty("java.class.path").split(":")).map(Path::of)
                .filter(jar -> OPTIONAL.stream().noneMatch(jar.getFileName().toString()::startsWith))
                .map(OptionalJarsTest::url).toArray(URL[]::new);
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        try (var bare = new URLClassLoader(rest, ClassLoader.getPlatformClassLoader())) {
            Thread.currentThread().setContextClassLoader(bare);
            for (String missing : new String[] {"org.apache.camel.impl.health.AbstractHealthCheck",
                "org.apache.camel.builder.endpoint.EndpointRouteBuilder", "org.osgi.framework.Bundle",
                "io.micrometer.core.instrument.MeterRegistry"}) {
                assertThrows(ClassNotFoundException.class, () -> bare.loadClass(missing));
            }
            Callable<?> application = (Callable<?>) bare.loadClass(Application.class.getName()).getConstructor().newInstance();
            assertEquals("1 402", application.call());
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    private static URL url(Path path) {
        try {
            return path.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new AssertionError(e);
        }
    }
}
