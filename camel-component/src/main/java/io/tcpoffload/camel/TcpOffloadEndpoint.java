// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import io.tcpoffload.api.ChannelSpec;
import org.apache.camel.AsyncEndpoint;
import org.apache.camel.Category;
import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriPath;
import org.apache.camel.support.DefaultEndpoint;

/**
 * Publish live media to any number of network viewers through the TCP offload engine.
 */
@UriEndpoint(firstVersion = "1.0.0", scheme = TcpOffloadConstants.SCHEME, title = "TCP Offload",
             syntax = "tcpoffload:host:port/channel", alternativeSyntax = "tcpoffload:channel", producerOnly = true,
             category = { Category.NETWORKING, Category.HTTP }, headersClass = TcpOffloadConstants.class)
public class TcpOffloadEndpoint extends DefaultEndpoint implements AsyncEndpoint {

    @UriPath(description = "Address or host name to listen on for viewers. Without host and port it is the engine's "
                           + "default listener.")
    private String host;
    @UriPath(description = "Port to listen on for viewers, 0 to 65535; 0 picks a free one.")
    private int port;
    @UriPath(description = "The channel's name, which is also its path in the viewers' URL: 1 to 64 letters, digits, "
                           + "dots, hyphens or underscores, starting with a letter or digit.")
    @Metadata(required = true)
    private String channel;
    @UriParam
    private TcpOffloadConfiguration configuration;
    private ChannelSpec spec;

    public TcpOffloadEndpoint(String uri, TcpOffloadComponent component, TcpOffloadConfiguration configuration) {
        super(uri, component);
        this.configuration = configuration;
    }

    @Override
    public TcpOffloadComponent getComponent() {
        return (TcpOffloadComponent) super.getComponent();
    }

    @Override
    public Producer createProducer() {
        return new TcpOffloadProducer(this);
    }

    @Override
    public Consumer createConsumer(Processor processor) {
        throw new UnsupportedOperationException(getEndpointUri() + " can't be consumed from: tcpoffload publishes, "
                + "so it belongs into a to(), not into a from()");
    }

    /** The channel that path and options describe. */
    ChannelSpec spec() {
        return spec;
    }

    void setSpec(ChannelSpec spec) {
        this.spec = spec;
    }

    EngineSource engineSource() {
        return configuration.getEngine() == null
                ? getComponent().engineSource() : new FixedEngineSource(configuration.getEngine());
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
