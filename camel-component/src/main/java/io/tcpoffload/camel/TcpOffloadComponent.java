// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import io.tcpoffload.api.OffloadException;
import io.tcpoffload.api.PathTemplate;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import javax.net.ssl.SSLContext;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.SSLContextParametersAware;
import org.apache.camel.spi.BeanIntrospection;
import org.apache.camel.spi.LifecycleStrategy;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.PropertyConfigurer;
import org.apache.camel.spi.PropertyConfigurerGetter;
import org.apache.camel.spi.annotations.Component;
import org.apache.camel.support.HealthCheckComponent;
import org.apache.camel.support.LifecycleStrategySupport;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.jsse.SSLContextParameters;

/** Makes the endpoints of one Camel context and knows where their engine is. */
@Component(TcpOffloadConstants.SCHEME)
public class TcpOffloadComponent extends HealthCheckComponent implements SSLContextParametersAware {

    /** The name in the registry by which Camel's resolver of consoles looks first. */
    private static final String CONSOLE = TcpOffloadConstants.SCHEME + "-dev-console";
    private static final Set<TcpOffloadComponent> RUNNING = ConcurrentHashMap.newKeySet();

    @Metadata(description = "The options that endpoints have when their URI does not set them.")
    private TcpOffloadConfiguration configuration = new TcpOffloadConfiguration();
    @Metadata(label = "advanced",
              description = "Settings of the engine that the component starts where there is no other: listener, transport, "
                            + "devices, instance, maxSessions, storeDirectory and the like.")
    private Map<String, Object> engineSettings = new HashMap<>();
    @Metadata(label = "advanced", defaultValue = "true",
              description = "Whether the component starts an engine where there is no other, outside OSGi.")
    private boolean autoStartEngine = true;
    @Metadata(label = "security", defaultValue = "false",
              description = "Whether listeners use TLS as it is set for the whole Camel context.")
    private boolean useGlobalSslContextParameters;

    /** Endpoints of one listener must show the engine one and the same context. */
    private final Map<SSLContextParameters, SSLContext> sslContexts = new IdentityHashMap<>();
    private final Set<TcpOffloadProducer> producers = ConcurrentHashMap.newKeySet();
    private final LifecycleStrategy shutdown = new LifecycleStrategySupport() {
        @Override
        public void onContextStopping(CamelContext context) {
            producers.forEach(TcpOffloadProducer::doneWithoutViewers);
        }
    };
    private EngineSource engines;
    private ExecutorService engineWatch;
    private ExecutorService authorizers;
    private Meters meters;

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) throws Exception {
        var endpoint = new TcpOffloadEndpoint(uri, this, configuration.copy());
        setProperties(endpoint, parameters);
        TcpOffloadConfiguration options = endpoint.getConfiguration();
        if (options.getSslContextParameters() == null) {
            options.setSslContextParameters(retrieveGlobalSslContextParameters());
        }
        int slash = remaining.indexOf('/');
        boolean listens = remaining.substring(0, Math.max(0, slash)).contains(":");
        String listener = listens ? remaining.substring(0, slash) : null;
        String path = listens || slash == 0 ? remaining.substring(slash + 1) : remaining;
        if (path.isEmpty() || slash < 0 && path.contains(":")) {
            throw new OffloadException(uri + " names no channel: tcpoffload:channel or "
                    + "tcpoffload:host:port/channel, such as tcpoffload:127.0.0.1:8080/news");
        }
        // All options are checked here, whether the endpoint will publish or consume.
        Specs.channel(options, listener, "name");
        FeedSettings.of(options);
        endpoint.address(listener, PathTemplate.parse(path));
        Specs.handler(options, listener, endpoint.path(), uri);
        EventType.parse("events", options.getEvents());
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
            if (isStoppingOrStopped()) {
                throw new OffloadException("the component tcpoffload has stopped");
            }
            engineWatch = getCamelContext().getExecutorServiceManager().newSingleThreadExecutor(this, "EngineWatch");
            EngineSource osgi = osgiService(engineWatch);
            engines = osgi == null ? plainSource() : osgi;
        }
        return engines;
    }

    private EngineSource plainSource() {
        return new RegistryEngineSource(getCamelContext(), autoStartEngine ? engineSettings : null);
    }

    private static EngineSource osgiService(Executor executor) {
        try {
            return OsgiEngineSource.open(executor);
        } catch (NoClassDefFoundError e) {
            // Plain Camel without an OSGi jar in its class path.
            return null;
        }
    }

    /** Authorizers may block, so they have threads of their own. */
    synchronized ExecutorService authorizerThreads() {
        if (authorizers == null) {
            authorizers = getCamelContext().getExecutorServiceManager().newThreadPool(this, "TcpOffloadAuthorizer", 1, 20);
        }
        return authorizers;
    }

    synchronized Meters meters() {
        if (meters == null) {
            meters = Meters.of(getCamelContext());
        }
        return meters;
    }

    /** Null where the options have no TLS. */
    synchronized SSLContext sslContext(TcpOffloadConfiguration options) {
        SSLContextParameters parameters = options.getSslContextParameters();
        return parameters == null ? null : sslContexts.computeIfAbsent(parameters, this::newSslContext);
    }

    private SSLContext newSslContext(SSLContextParameters parameters) {
        try {
            return parameters.createSSLContext(getCamelContext());
        } catch (GeneralSecurityException | IOException e) {
            throw new OffloadException("sslContextParameters can't be used: " + e.getMessage(), e);
        }
    }

    void started(TcpOffloadProducer producer) {
        producers.add(producer);
    }

    void stopped(TcpOffloadProducer producer) {
        producers.remove(producer);
    }

    /** Those of all Camel contexts, by this class. */
    static Set<TcpOffloadComponent> running() {
        return Set.copyOf(RUNNING);
    }

    /** The options that have been set, by name; but for those whose value is of a class that comes with this one. */
    Map<String, Object> optionsInForce() {
        var configurer = (PropertyConfigurerGetter) getComponentPropertyConfigurer();
        var fresh = new TcpOffloadComponent();
        Map<String, Object> options = new HashMap<>();
        BeanIntrospection introspection = PluginHelper.getBeanIntrospection(getCamelContext());
        introspection.getProperties(this, options, null, false);
        introspection.getProperties(configuration, options, null, false);
        options.replaceAll((name, value) -> configurer.getOptionValue(this, name, false));
        options.entrySet().removeIf(option -> option.getValue() == null
                || option.getValue().getClass().getClassLoader() == getClass().getClassLoader()
                || option.getValue().equals(configurer.getOptionValue(fresh, option.getKey(), false)));
        return options;
    }

    void setOptions(Map<String, Object> options) {
        PropertyConfigurer configurer = getComponentPropertyConfigurer();
        options.forEach((name, value) -> configurer.configure(getCamelContext(), this, name, value, false));
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        getCamelContext().addLifecycleStrategy(shutdown);
        // In OSGi Camel finds by itself only the consoles of its own bundle.
        var console = new TcpOffloadConsole();
        console.setCamelContext(getCamelContext());
        getCamelContext().getRegistry().bind(CONSOLE, console);
        RUNNING.add(this);
    }

    @Override
    protected synchronized void doStop() throws Exception {
        RUNNING.remove(this);
        getCamelContext().getRegistry().unbind(CONSOLE);
        // Those that belong to no route, as a template's.
        producers.forEach(TcpOffloadProducer::stop);
        if (engines != null) {
            engines.close();
            engines = null;
            getCamelContext().getExecutorServiceManager().shutdownNow(engineWatch);
        }
        if (authorizers != null) {
            getCamelContext().getExecutorServiceManager().shutdownNow(authorizers);
            authorizers = null;
        }
        meters = null;
        getCamelContext().getLifecycleStrategies().remove(shutdown);
        super.doStop();
    }

    public TcpOffloadConfiguration getConfiguration() {
        return configuration;
    }

    public void setConfiguration(TcpOffloadConfiguration configuration) {
        this.configuration = configuration;
    }

    public Map<String, Object> getEngineSettings() {
        return engineSettings;
    }

    public void setEngineSettings(Map<String, Object> engineSettings) {
        this.engineSettings = engineSettings;
    }

    public boolean isAutoStartEngine() {
        return autoStartEngine;
    }

    public void setAutoStartEngine(boolean autoStartEngine) {
        this.autoStartEngine = autoStartEngine;
    }

    @Override
    public boolean isUseGlobalSslContextParameters() {
        return useGlobalSslContextParameters;
    }

    @Override
    public void setUseGlobalSslContextParameters(boolean useGlobalSslContextParameters) {
        this.useGlobalSslContextParameters = useGlobalSslContextParameters;
    }
}
