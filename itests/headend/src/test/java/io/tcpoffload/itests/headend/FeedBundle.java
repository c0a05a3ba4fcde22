// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.headend;

import io.tcpoffload.api.ChannelInfo;
import io.tcpoffload.api.OffloadEngine;
import io.tcpoffload.itests.BundleJar;
import io.tcpoffload.itests.Stream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.karaf.core.OsgiDefaultCamelContext;
import org.apache.camel.spi.ComponentResolver;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Filter;
import org.osgi.framework.ServiceReference;
import org.osgi.util.tracker.ServiceTracker;

/**
 * An operator's bundle that publishes {@link Stream} without end, each piece where the channel has come to: whatever was
 * updated, stopped or killed meanwhile, the stream goes on at the very byte. Its route runs while the component is there.
 */
public final class FeedBundle implements BundleActivator {

    private static final String CHANNEL = "Feed-Channel";
    private static final String TO = "Feed-To";
    private static final String BYTES = "Feed-Bytes";
    private static final String PERIOD = "Feed-Period";

    private ServiceTracker<OffloadEngine, OffloadEngine> engines;
    private ServiceTracker<ComponentResolver, CamelContext> component;

    /**
     * Writes the bundle, with this class as its activator.
     *
     * @param listener     {@code host:port}
     * @param bytes        of a piece, a multiple of {@link Stream#WORD}
     * @param periodMillis from piece to piece
     */
    static void write(Path jar, String channel, String listener, String options, int bytes, int periodMillis)
            throws IOException {
        BundleJar.write(jar, "feed-" + channel, Map.of("Import-Package",
                "org.osgi.framework,org.osgi.util.tracker,org.apache.camel,org.apache.camel.builder,org.apache.camel.impl,"
                        + "org.apache.camel.impl.engine,org.apache.camel.karaf.core,org.apache.camel.model,"
                        + "org.apache.camel.spi,io.tcpoffload.api",
                CHANNEL, channel, TO, "tcpoffload:" + listener + "/" + channel + options, BYTES, Integer.toString(bytes),
                PERIOD, Integer.toString(periodMillis)), FeedBundle.class, Feeding.class, Routes.class, Stream.class);
    }

    @Override
    public void start(BundleContext bundle) throws Exception {
        engines = new ServiceTracker<>(bundle, OffloadEngine.class, null);
        engines.open();
        Filter filter = bundle.createFilter("(&(objectClass=" + ComponentResolver.class.getName()
                + ")(component=tcpoffload))");
        component = new Feeding(bundle, filter, new Routes(engines, bundle.getBundle().getHeaders().get(CHANNEL),
                bundle.getBundle().getHeaders().get(TO), Integer.parseInt(bundle.getBundle().getHeaders().get(BYTES)),
                bundle.getBundle().getHeaders().get(PERIOD)));
        component.open();
    }

    @Override
    public void stop(BundleContext bundle) {
        component.close();
        engines.close();
    }

    /** Runs the routes in a Camel context of their own as long as the component is the same. */
    static final class Feeding extends ServiceTracker<ComponentResolver, CamelContext> {

        private final Routes routes;

        Feeding(BundleContext bundle, Filter filter, Routes routes) {
            super(bundle, filter, null);
            this.routes = routes;
        }

        @Override
        public CamelContext addingService(ServiceReference<ComponentResolver> reference) {
            try {
                CamelContext camel = new OsgiDefaultCamelContext(context);
                camel.addRoutes(routes);
                camel.start();
                return camel;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void removedService(ServiceReference<ComponentResolver> reference, CamelContext camel) {
            camel.stop();
        }
    }

    /** The route. What can't be published now is made anew next time. */
    static final class Routes extends RouteBuilder {

        private final ServiceTracker<OffloadEngine, OffloadEngine> engines;
        private final String channel;
        private final String to;
        private final int bytes;
        private final String periodMillis;

        Routes(ServiceTracker<OffloadEngine, OffloadEngine> engines, String channel, String to, int bytes,
                String periodMillis) {
            this.engines = engines;
            this.channel = channel;
            this.to = to;
            this.bytes = bytes;
            this.periodMillis = periodMillis;
        }

        @Override
        public void configure() {
            onException(Exception.class).handled(true);
            from("timer:feed?fixedRate=true&delay=0&period=" + periodMillis).process(this::next)
                    .filter(body().isNotNull()).to(to);
        }

        private void next(Exchange exchange) {
            OffloadEngine engine = engines.getService();
            exchange.getMessage().setBody(engine == null ? null : Stream.bytes(position(engine), bytes));
        }

        private long position(OffloadEngine engine) {
            for (ChannelInfo info : engine.channels()) {
                if (info.name().equals(channel)) {
                    return info.publishedBytes();
                }
            }
            return 0;
        }
    }
}
