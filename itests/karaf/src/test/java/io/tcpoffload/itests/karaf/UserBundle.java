// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.karaf;

import io.tcpoffload.itests.BundleJar;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.Message;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.karaf.core.OsgiCamelContextPublisher;
import org.apache.camel.karaf.core.OsgiDefaultCamelContext;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/** A bundle whose author knows Camel, and has never heard that a component may be updated. */
public final class UserBundle implements BundleActivator {

    private static final String FOLDER = "User-Folder";

    private CamelContext camel;

    /** Writes the bundle. */
    static void write(Path jar, Path folder) throws IOException {
        BundleJar.write(jar, "user", Map.of("Import-Package", "org.osgi.framework,org.apache.camel,org.apache.camel.builder,"
                + "org.apache.camel.impl,org.apache.camel.impl.engine,org.apache.camel.karaf.core,org.apache.camel.model,"
                + "org.apache.camel.spi", FOLDER, folder.toString()), UserBundle.class, Routes.class);
    }

    @Override
    public void start(BundleContext bundle) throws Exception {
        camel = new OsgiDefaultCamelContext(bundle);
        camel.getCamelContextExtension().setName("user");
        camel.getManagementStrategy().addEventNotifier(new OsgiCamelContextPublisher(bundle));
        camel.addRoutes(new Routes(bundle.getBundle().getHeaders().get(FOLDER)));
        camel.start();
    }

    @Override
    public void stop(BundleContext bundle) {
        camel.stop();
    }

    /** The routes. */
    static final class Routes extends RouteBuilder {

        private static final String OPTIONS = "?sortBy=file:name&delete=true&delay=100&initialDelay=0";

        private final String folder;

        Routes(String folder) {
            this.folder = folder;
        }

        @Override
        public void configure() {
            from("file:" + folder + "/weather" + OPTIONS).routeId("weather").to("tcpoffload:weather");
            from("file:" + folder + "/towns" + OPTIONS).routeId("towns").setHeader("town", constant("berne"))
                    .toD("tcpoffload:town-${header.town}?keepalive=500");
            from("tcpoffload:ask/{what}?events=request").routeId("ask").process(e -> answer(e.getMessage()));
            from("tcpoffload:weather?events=subscribe,unsubscribe").routeId("events")
                    .setBody(simple("${header.CamelTcpOffloadEvent} ${header.CamelTcpOffloadChannel}"))
                    .to("file:" + folder + "?fileName=events&fileExist=Append&appendChars=\\n");
            from("tcpoffload:closed/{what}?events=request").routeId("closed").setBody(constant("open"));
            from("direct:later").routeId("later").autoStartup(false).to("tcpoffload:later");
        }

        private void answer(Message message) {
            switch (message.getHeader("what", String.class)) {
                case "weather" -> message.setHeader("CamelTcpOffloadChannel", "weather");
                case "moved" -> message.setHeader("CamelTcpOffloadRedirect", "/weather");
                case "map" -> message.setBody(Path.of(folder, "map.png"));
                default -> {
                    message.setHeader("CamelTcpOffloadStatus", 404);
                    message.setHeader("CamelTcpOffloadReason", "nothing of that kind");
                }
            }
        }
    }
}
