// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.headend;

import io.tcpoffload.itests.BundleJar;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.karaf.core.OsgiDefaultCamelContext;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/** A bundle such as a user writes: a RouteBuilder in a Camel context of its own. */
public final class RouteBundle implements BundleActivator {

    private static final String FROM = "Routes-From";
    private static final String TO = "Routes-To";

    private CamelContext camel;

    /** Writes the bundle, with this class as its activator. */
    static void write(Path jar, String from, String to) throws IOException {
        BundleJar.write(jar, "weather-routes", Map.of("Import-Package",
                "org.osgi.framework,org.apache.camel,org.apache.camel.builder,org.apache.camel.impl,"
                        + "org.apache.camel.impl.engine,org.apache.camel.karaf.core,org.apache.camel.model",
                FROM, from, TO, to), RouteBundle.class, Routes.class);
    }

    @Override
    public void start(BundleContext bundle) throws Exception {
        camel = new OsgiDefaultCamelContext(bundle);
        camel.addRoutes(new Routes(bundle.getBundle().getHeaders().get(FROM), bundle.getBundle().getHeaders().get(TO)));
        camel.start();
    }

    @Override
    public void stop(BundleContext bundle) {
        camel.stop();
    }

    /** The routes. */
    static final class Routes extends RouteBuilder {

        private final String from;
        private final String to;

        Routes(String from, String to) {
            this.from = from;
            this.to = to;
        }

        @Override
        public void configure() {
            from(from).to(to);
        }
    }
}
