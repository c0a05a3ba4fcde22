// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.headend;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
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
        var manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        Map.of("Manifest-Version", "1.0", "Bundle-ManifestVersion", "2", "Bundle-SymbolicName", "weather-routes",
                "Bundle-Version", "1.0.0", "Bundle-Activator", RouteBundle.class.getName(), "Import-Package",
                "org.osgi.framework,org.apache.camel,org.apache.camel.builder,org.apache.camel.impl,"
                        + "org.apache.camel.impl.engine,org.apache.camel.karaf.core,org.apache.camel.model",
                FROM, from, TO, to).forEach(main::putValue);
        Path half = Files.createTempFile("weather-routes", ".jar");
        try (var out = new JarOutputStream(Files.newOutputStream(half), manifest)) {
            for (Class<?> type : List.of(RouteBundle.class, Routes.class)) {
                String entry = type.getName().replace('.', '/') + ".class";
                out.putNextEntry(new JarEntry(entry));
                try (InputStream in = type.getClassLoader().getResourceAsStream(entry)) {
                    in.transferTo(out);
                }
            }
        }
        Files.move(half, jar, StandardCopyOption.REPLACE_EXISTING);
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
