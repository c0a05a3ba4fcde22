// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import io.tcpoffload.api.ChannelSpec;
import io.tcpoffload.api.OffloadException;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import org.apache.camel.Endpoint;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.PropertyConfigurer;
import org.apache.camel.spi.annotations.Component;
import org.apache.camel.support.DefaultComponent;

/** Makes the endpoints of one Camel context and knows where their engine is. */
@Component(TcpOffloadConstants.SCHEME)
public class TcpOffloadComponent extends DefaultComponent {

    @Metadata(description = "The options that endpoints have when their URI does not set them.")
    private TcpOffloadConfiguration configuration = new TcpOffloadConfiguration();
    private EngineSource engines;
    private ExecutorService engineWatch;

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) throws Exception {
        var endpoint = new TcpOffloadEndpoint(uri, this, configuration.copy());
        setProperties(endpoint, parameters);
        int slash = remaining.indexOf('/');
        String listener = slash < 0 ? null : remaining.substring(0, slash);
        String channel = remaining.substring(slash + 1);
        if (slash < 0 && channel.contains(":") || channel.isEmpty()) {
            throw new OffloadException(uri + " names no channel: tcpoffload:channel or "
                    + "tcpoffload:host:port/channel, such as tcpoffload:127.0.0.1:8080/news");
        }
        ChannelSpec spec = endpoint.getConfiguration().toSpec(channel, listener);
        endpoint.setChannel(channel);
        if (listener != null) {
            int colon = listener.lastIndexOf(':');
            endpoint.setHost(listener.substring(0, colon));
            endpoint.setPort(Integer.parseInt(listener.substring(colon + 1)));
        }
        endpoint.setSpec(spec);
        return endpoint;
    }

    /**
     * The one that was generated for this class. Camel would look for it by name in all bundles, and find that of another
     * version of this one, if there is one.
     */
    @Override
    public PropertyConfigurer getComponentPropertyConfigurer() {
        return configurer(TcpOffloadComponent.class);
    }

    /** As {@link #getComponentPropertyConfigurer}. */
    @Override
    public PropertyConfigurer getEndpointPropertyConfigurer() {
        return configurer(TcpOffloadEndpoint.class);
    }

    private static PropertyConfigurer configurer(Class<?> configured) {
        try {
            // By name, as it is generated from these classes and is compiled after them.
            return (PropertyConfigurer) Class.forName(configured.getName() + "Configurer", true,
                    configured.getClassLoader()).getConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(configured + " has no configurer", e);
        }
    }

    /** Where endpoints without an engine of their own find it: in a framework the OSGi service, else the registry. */
    synchronized EngineSource engineSource() {
        if (engines == null) {
            engineWatch = getCamelContext().getExecutorServiceManager().newSingleThreadExecutor(this, "EngineWatch");
            EngineSource osgi = osgiService(engineWatch);
            engines = osgi == null ? new RegistryEngineSource(getCamelContext()) : osgi;
        }
        return engines;
    }

    private static EngineSource osgiService(Executor executor) {
        try {
            return OsgiEngineSource.open(executor);
        } catch (NoClassDefFoundError e) {
            // Plain Camel without an OSGi jar in its class path.
            return null;
        }
    }

    @Override
    protected synchronized void doStop() throws Exception {
        if (engines != null) {
            engines.close();
            engines = null;
            getCamelContext().getExecutorServiceManager().shutdownNow(engineWatch);
        }
        super.doStop();
    }

    public TcpOffloadConfiguration getConfiguration() {
        return configuration;
    }

    public void setConfiguration(TcpOffloadConfiguration configuration) {
        this.configuration = configuration;
    }
}
