// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import io.tcpoffload.api.ChannelSpec;
import io.tcpoffload.api.OffloadEngine;
import io.tcpoffload.api.OffloadException;
import io.tcpoffload.api.RecoverPolicy;
import io.tcpoffload.api.TransportMode;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriParams;

/** The options of an endpoint, which are also the component's defaults for its endpoints. */
@UriParams
public class TcpOffloadConfiguration implements Cloneable {

    @UriParam(label = "producer", defaultValue = "auto", enums = "auto,offload,nio",
              description = "What carries the bytes to the viewers: offload is the kernel's packet ring and header "
                            + "builder, nio is ordinary sockets, auto is offload where this machine can and nio "
                            + "elsewhere. With offload the route does not start where offload can't be had.")
    private String transport = "auto";
    @UriParam(label = "producer", defaultValue = "32MB",
              description = "How much media the channel retains, 1MB to 1GB. A number of bytes, or with a unit: "
                            + "KB, MB or GB.")
    private String storeSize = "32MB";
    @UriParam(label = "producer", defaultValue = "0",
              description = "How far a viewer may fall behind before recoverPolicy applies, in bytes or with a unit: "
                            + "KB, MB or GB. 0 means three quarters of storeSize, which is also the most.")
    private String clientBufferMax = "0";
    @UriParam(label = "producer", defaultValue = "keyframe", enums = "keyframe,disconnect",
              description = "What happens to a viewer that falls behind by more than clientBufferMax: keyframe lets "
                            + "it go on at the start of the newest segment, disconnect closes its connection.")
    private String recoverPolicy = "keyframe";
    @UriParam(label = "producer", defaultValue = "video/mp2t",
              description = "The Content-Type that viewers are told.")
    private String contentType = "video/mp2t";
    @UriParam(label = "producer", javaType = "java.time.Duration", defaultValue = "30000",
              description = "How long viewers are kept while no route feeds the channel, as during an update: 0 to "
                            + "24 hours.")
    private long detachGrace = 30_000;
    @UriParam(label = "advanced")
    @Metadata(description = "The engine to use. By default it is the one that runs as an OSGi service, or the only "
                            + "one in the registry.")
    private OffloadEngine engine;

    /**
     * The channel that these options describe.
     *
     * @param listener {@code host:port}, or null for the engine's default listener
     * @throws OffloadException if a value is wrong; the message names the option, the value and what would be right
     */
    ChannelSpec toSpec(String channel, String listener) {
        return ChannelSpec.channel(channel)
                .withListener(listener)
                .withTransport(choice("transport", TransportMode.class, transport))
                .withStoreBytes(ByteSize.parse("storeSize", storeSize))
                .withClientBufferMax(ByteSize.parse("clientBufferMax", clientBufferMax))
                .withRecoverPolicy(choice("recoverPolicy", RecoverPolicy.class, recoverPolicy))
                .withContentType(contentType)
                .withDetachGrace(Duration.ofMillis(detachGrace));
    }

    private static <E extends Enum<E>> E choice(String option, Class<E> type, String value) {
        return Arrays.stream(type.getEnumConstants())
                .filter(e -> e.name().equalsIgnoreCase(value))
                .findFirst()
                .orElseThrow(() -> new OffloadException(option + " '" + value + "' is not valid: one of "
                        + Arrays.toString(type.getEnumConstants()).toLowerCase(Locale.ROOT)));
    }

    /** A copy that can be changed without changing this one. */
    public TcpOffloadConfiguration copy() {
        try {
            return (TcpOffloadConfiguration) clone();
        } catch (CloneNotSupportedException e) {
            throw new RuntimeCamelException(e);
        }
    }

    public String getTransport() {
        return transport;
    }

    public void setTransport(String transport) {
        this.transport = transport;
    }

    public String getStoreSize() {
        return storeSize;
    }

    public void setStoreSize(String storeSize) {
        this.storeSize = storeSize;
    }

    public String getClientBufferMax() {
        return clientBufferMax;
    }

    public void setClientBufferMax(String clientBufferMax) {
        this.clientBufferMax = clientBufferMax;
    }

    public String getRecoverPolicy() {
        return recoverPolicy;
    }

    public void setRecoverPolicy(String recoverPolicy) {
        this.recoverPolicy = recoverPolicy;
    }

    public String getContentType() {
        return contentType;
    }

    public void setContentType(String contentType) {
        this.contentType = contentType;
    }

    /** In milliseconds. */
    public long getDetachGrace() {
        return detachGrace;
    }

    public void setDetachGrace(long detachGrace) {
        this.detachGrace = detachGrace;
    }

    public OffloadEngine getEngine() {
        return engine;
    }

    public void setEngine(OffloadEngine engine) {
        this.engine = engine;
    }
}
