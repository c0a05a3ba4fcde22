// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import io.tcpoffload.api.ChannelInfo;
import io.tcpoffload.api.ChannelSpec;
import io.tcpoffload.api.HandlerSpec;
import io.tcpoffload.api.ListenerSpec;
import io.tcpoffload.api.OffloadEngine;
import io.tcpoffload.api.OffloadException;
import io.tcpoffload.api.PathTemplate;
import io.tcpoffload.api.Registration;
import io.tcpoffload.api.SessionInfo;
import io.tcpoffload.camel.mpegts.TsFault;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.apache.camel.AsyncEndpoint;
import org.apache.camel.Category;
import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.api.management.ManagedAttribute;
import org.apache.camel.api.management.ManagedOperation;
import org.apache.camel.api.management.ManagedResource;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckHelper;
import org.apache.camel.health.WritableHealthCheckRepository;
import org.apache.camel.spi.EndpointServiceLocation;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriPath;
import org.apache.camel.support.DefaultEndpoint;
import org.apache.camel.util.URISupport;

/**
 * Publish live media to any number of network viewers through the TCP offload engine, and decide who may watch.
 */
@ManagedResource(description = "Managed TcpOffloadEndpoint")
@UriEndpoint(firstVersion = "1.0.0", scheme = TcpOffloadConstants.SCHEME, title = "TCP Offload",
             syntax = "tcpoffload:host:port/channel", alternativeSyntax = "tcpoffload:channel",
             category = { Category.NETWORKING, Category.HTTP }, headersClass = TcpOffloadConstants.class)
public class TcpOffloadEndpoint extends DefaultEndpoint implements AsyncEndpoint, EndpointServiceLocation {

    @UriPath(description = "Address or host name to listen on for viewers. Without host and port it is the engine's "
                           + "default listener.")
    private String host;
    @UriPath(description = "Port to listen on for viewers, 0 to 65535; 0 picks a free one.")
    private int port;
    @UriPath(description = "The channel's name, which is also its path in the viewers' URL: 1 to 64 letters, digits, "
                           + "dots, hyphens or underscores, starting with a letter or digit. {channel} in its place leaves "
                           + "the name to the header CamelTcpOffloadChannel (producer), or takes all (consumer). A consumer "
                           + "may have any path, such as vod/{title}/{*file}.")
    @Metadata(required = true)
    private String channel;
    @UriParam
    private TcpOffloadConfiguration configuration;

    private final List<ChannelFeed> feeds = new CopyOnWriteArrayList<>();
    private final Map<ChannelFeed, HealthCheck> checks = new ConcurrentHashMap<>();
    private String listener;
    private PathTemplate path;

    public TcpOffloadEndpoint(String uri, TcpOffloadComponent component, TcpOffloadConfiguration configuration) {
        super(uri, component);
        this.configuration = configuration;
    }

    @Override
    public TcpOffloadComponent getComponent() {
        return (TcpOffloadComponent) super.getComponent();
    }

    /** Of one and the same component: producers that are cached by endpoint are not those of the one before an update. */
    @Override
    public boolean equals(Object other) {
        return super.equals(other) && getComponent() == ((DefaultEndpoint) other).getComponent();
    }

    @Override
    public int hashCode() {
        return super.hashCode();
    }

    @Override
    public Producer createProducer() {
        // A wrong name is told when the route is built, and not when it starts.
        if (listener == null && channel.contains("/")) {
            throw new OffloadException(shownUri() + " can't be published to: a channel's name has no slash, and a listener "
                    + "has a port: tcpoffload:channel or tcpoffload:host:port/channel");
        }
        channelSpec(isTemplate() ? "name" : channel);
        FeedSettings.of(configuration);
        return new TcpOffloadProducer(this);
    }

    @Override
    public Consumer createConsumer(Processor processor) throws Exception {
        var consumer = new TcpOffloadConsumer(this, processor);
        configureConsumer(consumer);
        return consumer;
    }

    /** Takes what stands in the URI behind the scheme. */
    void address(String listener, PathTemplate path) {
        this.listener = listener;
        this.path = path;
        channel = path.toString().substring(1);
        if (listener != null) {
            int colon = listener.lastIndexOf(':');
            host = listener.substring(0, colon);
            port = Integer.parseInt(listener.substring(colon + 1));
        }
    }

    /** {@code host:port}, or null for the engine's default listener. */
    String listener() {
        return listener;
    }

    PathTemplate path() {
        return path;
    }

    /** Whether the channel is left open. */
    boolean isTemplate() {
        return path.isPattern();
    }

    ChannelSpec channelSpec(String name) {
        return Specs.channel(configuration, listener, name);
    }

    /** The listener's own options in force, or null where there are none. */
    EngineLink<Registration> listenerLink() {
        ListenerSpec spec = Specs.listener(configuration, listener, getComponent().sslContext(configuration),
                shownUri());
        return spec == null ? null
                : new EngineLink<>(engineSource(), "listener " + listenerName(), engine -> engine.openListener(spec));
    }

    /** The authorizer of a channel that has no consumer, or null where there is none. */
    EngineLink<Registration> authorizerLink() {
        TcpOffloadAuthorizer authorizer = configuration.getAuthorizer();
        if (authorizer == null) {
            return null;
        }
        ExecutorService own = configuration.getExecutorService();
        ExecutorService threads = own == null ? getComponent().authorizerThreads() : own;
        HandlerSpec spec = Specs.handler(configuration, listener, path, shownUri());
        var requests = new AuthorizedRequests(authorizer, threads, null);
        return new EngineLink<>(engineSource(), "authorizer of " + path, engine -> engine.handle(spec, requests));
    }

    EngineSource engineSource() {
        return configuration.getEngine() == null
                ? getComponent().engineSource() : new FixedEngineSource(configuration.getEngine());
    }

    /** The URI for people: without secrets, and with templates as they were written. */
    String shownUri() {
        return URISupport.sanitizeUri(getEndpointUri()).replace("%7B", "{").replace("%7D", "}");
    }

    private String listenerName() {
        return listener == null ? "default" : listener;
    }

    void opened(ChannelFeed feed) {
        feeds.add(feed);
        getComponent().meters().add(this, feed);
        WritableHealthCheckRepository repository = producerChecks();
        if (repository != null && getComponent().isHealthCheckProducerEnabled()) {
            var check = new ChannelHealthCheck("producer:tcpoffload-" + (listener == null ? "" : listener + "/")
                    + feed.spec().name(), shownUri(), () -> problem(feed), () -> end(feed));
            checks.put(feed, check);
            repository.addHealthCheck(check);
        }
    }

    void closed(ChannelFeed feed) {
        if (feeds.remove(feed)) {
            getComponent().meters().remove(feed);
            HealthCheck check = checks.remove(feed);
            if (check != null) {
                producerChecks().removeHealthCheck(check);
            }
        }
    }

    /** Null in a context without health checks. */
    private WritableHealthCheckRepository producerChecks() {
        return HealthCheckHelper.getHealthCheckRepository(getCamelContext(), "producers",
                WritableHealthCheckRepository.class);
    }

    /** Why the channel is not fed as it should be, or null if it is. */
    private String problem(ChannelFeed feed) {
        String problem = feed.problem();
        if (problem == null && channels().stream()
                .anyMatch(info -> info.stale() && info.name().equals(feed.spec().name()))) {
            return "channel " + feed.spec().name() + " has had no media for more than staleAfter "
                    + feed.spec().staleAfter().toMillis() + " ms";
        }
        return problem;
    }

    private String end(ChannelFeed feed) {
        return end(engine -> feed.problem() == null
                && engine.channels().stream().noneMatch(info -> info.name().equals(feed.spec().name())));
    }

    /**
     * What is to be said where the engine has stopped and no other takes its place while routes run, or null.
     *
     * @param hasForgotten whether an engine does not know any more what is open on it
     */
    String end(Predicate<OffloadEngine> hasForgotten) {
        EngineSource engines = engineSource();
        OffloadEngine engine = engines.mayComeLater() ? null : engines.engine();
        return engine != null && hasForgotten.test(engine)
                ? "the engine has stopped; nothing but a restart of the Camel context starts another" : null;
    }

    /** The channels that routes feed by this endpoint now. */
    List<ChannelFeed> feeds() {
        return feeds;
    }

    /** The engine's channels that this endpoint speaks of; none while there is no engine. */
    List<ChannelInfo> channels() {
        OffloadEngine engine = engineSource().engine();
        return engine == null ? List.of() : engine.channels().stream().filter(this::isMine).toList();
    }

    private boolean isMine(ChannelInfo info) {
        return path.match("/" + info.name()) != null && (port == 0 || info.listener().endsWith(":" + port));
    }

    /** The viewers of those channels. */
    List<SessionInfo> viewers() {
        OffloadEngine engine = engineSource().engine();
        if (engine == null) {
            return List.of();
        }
        List<String> names = channels().stream().map(ChannelInfo::name).toList();
        return engine.sessions().stream().filter(session -> names.contains(session.channel())).toList();
    }

    private OffloadEngine requireEngine() {
        OffloadEngine engine = engineSource().engine();
        if (engine == null) {
            throw new IllegalStateException("no engine: " + engineSource().remedy());
        }
        return engine;
    }

    @Override
    public String getServiceUrl() {
        return (configuration.getSslContextParameters() == null ? "http" : "https") + "://"
                + (listener == null ? "" : listener) + path;
    }

    @Override
    public String getServiceProtocol() {
        return configuration.getSslContextParameters() == null ? "http" : "https";
    }

    @Override
    public Map<String, String> getServiceMetadata() {
        return Map.of("channel", channel, "transport", configuration.getTransport());
    }

    @ManagedAttribute(description = "What carries the bytes: OFFLOAD or NIO, empty while no channel is open")
    public String getActiveTransport() {
        return channels().stream().map(info -> info.transport().name()).distinct().reduce((a, b) -> a + "," + b).orElse("");
    }

    @ManagedAttribute(description = "Viewers now")
    public int getViewers() {
        return channels().stream().mapToInt(ChannelInfo::viewers).sum();
    }

    @ManagedAttribute(description = "Bytes that the channel retains now")
    public long getStoredBytes() {
        return channels().stream().mapToLong(ChannelInfo::storedBytes).sum();
    }

    @ManagedAttribute(description = "Bodies published by this endpoint")
    public long getPublishedBodies() {
        return sum(FeedCounters::bodies);
    }

    @ManagedAttribute(description = "Bytes published by this endpoint")
    public long getPublishedBytes() {
        return sum(FeedCounters::bytes);
    }

    @ManagedAttribute(description = "Bodies whose exchange failed")
    public long getFailedBodies() {
        return sum(FeedCounters::failed);
    }

    @ManagedAttribute(description = "Bodies dropped while they waited for their turn")
    public long getDroppedBodies() {
        return sum(FeedCounters::dropped);
    }

    private long sum(ToLongFunction<FeedCounters> counter) {
        return feeds.stream().map(ChannelFeed::counters).mapToLong(counter).sum();
    }

    @ManagedAttribute(description = "Times a viewer was too far behind and skipped media")
    public long getSkips() {
        return channels().stream().mapToLong(ChannelInfo::skips).sum();
    }

    @ManagedAttribute(description = "Viewers disconnected for being too far behind")
    public long getSlowDisconnects() {
        return channels().stream().mapToLong(ChannelInfo::slowClosed).sum();
    }

    @ManagedAttribute(description = "Faults found in the transport stream, with validate=count or strict")
    public long getStreamFaults() {
        long faults = 0;
        for (TsFault fault : TsFault.values()) {
            faults += streamFaults(fault);
        }
        return faults;
    }

    private long streamFaults(TsFault fault) {
        return feeds.stream().map(ChannelFeed::stream).mapToLong(stream -> stream == null ? 0 : stream.count(fault)).sum();
    }

    @ManagedAttribute(description = "Whether a channel has had no media for longer than staleAfter")
    public boolean isStale() {
        return channels().stream().anyMatch(ChannelInfo::stale);
    }

    @ManagedAttribute(description = "Whether new viewers are refused")
    public boolean isSuspended() {
        return channels().stream().anyMatch(ChannelInfo::suspended);
    }

    @ManagedOperation(description = "The viewers, one a line: id, address, transport, bytes sent, lag in bytes")
    public String listViewers() {
        var text = new StringBuilder();
        viewers().forEach(viewer -> text.append(viewer.id()).append(' ').append(viewer.remote()).append(' ')
                .append(viewer.transport()).append(' ').append(viewer.sentBytes()).append(' ').append(viewer.lagBytes())
                .append('\n'));
        return text.toString();
    }

    @ManagedOperation(description = "Disconnects a viewer, after what is under way to it")
    public void closeSession(long session, String reason) {
        requireEngine().closeSession(session, reason);
    }

    @ManagedOperation(description = "Gives an offloaded viewer's connection back to the kernel; the viewer notices nothing")
    public void handBackSession(long session) {
        requireEngine().handBack(session);
    }

    public String getHost() {
        return host;
    }

    public void setHost(String host) {
        this.host = host;
    }

    public int getPort() {
        return port;
    }

    public void setPort(int port) {
        this.port = port;
    }

    public String getChannel() {
        return channel;
    }

    public void setChannel(String channel) {
        this.channel = channel;
    }

    public TcpOffloadConfiguration getConfiguration() {
        return configuration;
    }

    public void setConfiguration(TcpOffloadConfiguration configuration) {
        this.configuration = configuration;
    }
}
