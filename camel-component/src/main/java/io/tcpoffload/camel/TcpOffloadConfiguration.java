// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import io.tcpoffload.api.OffloadEngine;
import java.util.concurrent.ExecutorService;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.spi.HeaderFilterStrategy;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriParams;
import org.apache.camel.support.jsse.SSLContextParameters;

/**
 * The options of an endpoint, which are also the component's defaults for its endpoints. {@link Specs} makes of them what
 * the engine understands, and checks them.
 */
@UriParams
public class TcpOffloadConfiguration implements Cloneable {

    @UriParam(defaultValue = "auto", enums = "auto,offload,nio",
              description = "What carries the bytes to the viewers: offload is the kernel's packet ring and header "
                          + "builder, nio is ordinary sockets, auto is offload where this machine can and nio elsewhere. "
                          + "With offload the route does not start where offload can't be had.")
    private String transport = "auto";
    @UriParam(label = "producer", defaultValue = "latestKeyframe",
              enums = "latest,nextKeyframe,latestKeyframe,burst,burstKeyframe",
              description = "Where a new viewer starts: at the newest body (latest), at the next or the newest keyframe, "
                          + "or burstSize before the newest byte (burst), there at a keyframe (burstKeyframe).")
    private String syncMethod = "latestKeyframe";
    @UriParam(label = "producer", defaultValue = "5s",
              description = "How far behind the newest byte a viewer starts with syncMethod burst or burstKeyframe: a "
                          + "time such as 5s, or bytes such as 4MB.")
    private String burstSize = "5s";
    @UriParam(label = "producer", defaultValue = "32MB",
              description = "How much media the channel retains: bytes, 1MB to 1GB, or a time such as 30s, for which "
                          + "there is room at 40 Mbit/s.")
    private String storeSize = "32MB";
    @UriParam(label = "producer", defaultValue = "0",
              description = "How far a viewer may fall behind before recoverPolicy applies: bytes such as 4MB, or a time "
                          + "such as 5s. 0 means clientBufferMax.")
    private String clientBufferSoftMax = "0";
    @UriParam(label = "producer", defaultValue = "0",
              description = "How far a viewer may fall behind at all: bytes such as 16MB, or a time such as 10s. One that"
                          + " recoverPolicy does not bring nearer is disconnected. 0 means three quarters of storeSize, "
                          + "which is also the most.")
    private String clientBufferMax = "0";
    @UriParam(label = "producer", defaultValue = "keyframe", enums = "none,latest,softLimit,keyframe,disconnect",
              description = "What happens to a viewer that falls behind: none lets it try to catch up, latest lets it go "
                          + "on at the newest body, softLimit as far behind as the soft limit, keyframe at the start of "
                          + "the newest segment, disconnect closes its connection.")
    private String recoverPolicy = "keyframe";
    @UriParam(label = "producer", defaultValue = "video/mp2t",
              description = "The Content-Type that viewers are told.")
    private String contentType = "video/mp2t";
    @UriParam(label = "producer", defaultValue = "30000", javaType = "java.time.Duration",
              description = "How long viewers are kept while no route feeds the channel, as during an update: 0 to 24 "
                          + "hours.")
    private long detachGrace = 30_000;
    @UriParam(label = "producer", defaultValue = "0", javaType = "java.time.Duration",
              description = "How often viewers get a null packet while nothing is published, so that players stay: 100 "
                          + "milliseconds to 24 hours, 0 for never.")
    private long keepalive;
    @UriParam(label = "producer", defaultValue = "0", javaType = "java.time.Duration",
              description = "How long after the last body the channel is stale: its health check is down and new viewers "
                          + "get 503. 0 to 24 hours, 0 for never.")
    private long staleAfter;
    @UriParam(label = "producer", defaultValue = "accepted", enums = "accepted,sent",
              description = "When an exchange is done: accepted, as soon as the channel's store has the body; sent, when "
                          + "the viewers that were there have been sent it, or have skipped it, or have gone.")
    private String waitFor = "accepted";
    @UriParam(label = "producer", defaultValue = "5000", javaType = "java.time.Duration",
              description = "How long waitFor=sent waits for viewers, and backpressure=block for room. Then the exchange "
                          + "fails.")
    private long sendTimeout = 5_000;
    @UriParam(label = "producer", defaultValue = "dropOldest", enums = "block,dropOldest,fail",
              description = "What becomes of a body that would push a viewer beyond clientBufferSoftMax: block waits for "
                          + "room, dropOldest overwrites the oldest media and leaves the viewer to recoverPolicy, fail "
                          + "fails the exchange. The same for a body that finds too many waiting for their turn (pacing).")
    private String backpressure = "dropOldest";
    @UriParam(label = "producer", defaultValue = "none", enums = "none,pcr,bitrate",
              description = "How fast bodies go into the channel: none, at once; pcr, as the transport stream's clock "
                          + "says; bitrate, at the rate of the option bitrate. With pacing an exchange is done when the "
                          + "last byte of its body is in the channel.")
    private String pacing = "none";
    @UriParam(label = "producer",
              description = "The rate for pacing=bitrate, in bits a second, such as 8000000 or 8M.")
    private String bitrate;
    @UriParam(label = "producer", defaultValue = "none", enums = "none,packet",
              description = "How bodies are cut: none, as they come; packet, into whole 188-byte packets, where an "
                          + "incomplete one at a body's end waits for the next body. validate, restamp and pacing=pcr "
                          + "imply packet.")
    private String alignment = "none";
    @UriParam(label = "producer", defaultValue = "none", enums = "none,count,strict",
              description = "What is done about faults of a transport stream (sync byte, continuity counter, transport "
                          + "error, PCR; TR 101 290): none, count them, or strict, refuse a body that has one.")
    private String validate = "none";
    @UriParam(label = "producer", defaultValue = "false",
              description = "Whether continuity counters, PCR, PTS and DTS go on after a switch of source. A switch is "
                          + "told by the header CamelTcpOffloadDiscontinuity, or found by a jump of the PCR.")
    private boolean restamp;
    @UriParam(label = "consumer", defaultValue = "subscribe,unsubscribe,slow,resync,error",
              description = "Which events become exchanges, separated by commas: request, which lets the route decide "
                          + "what a viewer gets, subscribe, unsubscribe, slow, resync, error; or all.")
    private String events = "subscribe,unsubscribe,slow,resync,error";
    @UriParam(label = "consumer", defaultValue = "5000", javaType = "java.time.Duration",
              description = "How long a viewer waits for the route's decision: up to 60 seconds.")
    private long requestTimeout = 5_000;
    @UriParam(label = "consumer", defaultValue = "reject", enums = "reject,admit",
              description = "What a viewer gets when the route has not decided in time: reject is 503 with Retry-After, "
                          + "admit is the channel.")
    private String onTimeout = "reject";
    @UriParam(label = "consumer", defaultValue = "10",
              description = "How many requests are decided at the same time. Events are told one after another.")
    private int concurrentConsumers = 10;
    @UriParam(label = "consumer", defaultValue = "10000",
              description = "How many requests may wait for a decision: 1 to 10000. The next gets 503.")
    private int maxPendingRequests = 10_000;
    @UriParam(label = "consumer,advanced", defaultValue = "20000",
              description = "How many events may wait for the route: 1 to 1000000. The next are dropped and counted.")
    private int eventQueueSize = 20_000;
    @UriParam(label = "security", defaultValue = "0",
              description = "Most viewers at a time, 0 for any number. The next gets 503. With a template such as "
                          + "{channel} the number is for all of its channels together.")
    private int maxSubscribers;
    @UriParam(label = "security", defaultValue = "0",
              description = "Most viewers from one address at a time, 0 for any number. The next gets 503.")
    private int maxSubscribersPerIp;
    @UriParam(label = "security",
              description = "Who may watch, by address: addresses or ranges such as 10.0.0.0/8, separated by commas; "
                          + "empty for all. Others get 403.")
    private String allowedIps = "";
    @UriParam(label = "security", secret = true,
              description = "Tokens that are valid, separated by commas; empty for no check. A viewer brings one as query"
                          + " parameter or as Authorization: Bearer; without one it gets 401.")
    private String tokens = "";
    @UriParam(label = "security", secret = true,
              description = "Key of signed tokens that are valid, 16 characters or more. A token is expiry.signature; "
                          + "expiry is in seconds since the epoch, signature is the HMAC-SHA-256 of channel, line feed, "
                          + "expiry in base64url.")
    private String tokenSecret;
    @UriParam(label = "security", defaultValue = "token",
              description = "The query parameter that carries a viewer's token.")
    private String tokenParameter = "token";
    @UriParam(label = "security",
              description = "A bean that decides who may watch.")
    private TcpOffloadAuthorizer authorizer;
    @UriParam(label = "security",
              description = "TLS for the listener. Its viewers are served by the ordinary transport.")
    private SSLContextParameters sslContextParameters;
    @UriParam(label = "security", defaultValue = "false",
              description = "Whether viewers of a TLS listener must show a certificate.")
    private boolean needClientAuth;
    @UriParam(label = "advanced", defaultValue = "0",
              description = "Connections that the kernel keeps until they are accepted, up to 65535 and "
                          + "net.core.somaxconn. 0 means 1024.")
    private int backlog;
    @UriParam(label = "advanced", defaultValue = "0",
              description = "SO_SNDBUF of viewers' sockets in bytes, 0 to leave it to the kernel.")
    private int sendBufferSize;
    @UriParam(label = "advanced", defaultValue = "0",
              description = "SO_RCVBUF of viewers' sockets in bytes, 0 to leave it to the kernel.")
    private int receiveBufferSize;
    @UriParam(label = "advanced",
              description = "Which header fields of requests become message headers, and which message headers become "
                          + "fields of a reply. By default names that begin with Camel never pass.")
    private HeaderFilterStrategy headerFilterStrategy;
    @UriParam(label = "advanced",
              description = "The engine to use. By default it is the one that runs as an OSGi service, or the only one in"
                          + " the registry, or one that the component starts.")
    private OffloadEngine engine;
    @UriParam(label = "advanced",
              description = "Threads of the application's own that decide requests, for routes and for the authorizer. By "
                          + "default a consumer has concurrentConsumers threads of its own, and the authorizers of all "
                          + "producers share 20.")
    private ExecutorService executorService;

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

    public String getSyncMethod() {
        return syncMethod;
    }

    public void setSyncMethod(String syncMethod) {
        this.syncMethod = syncMethod;
    }

    public String getBurstSize() {
        return burstSize;
    }

    public void setBurstSize(String burstSize) {
        this.burstSize = burstSize;
    }

    public String getStoreSize() {
        return storeSize;
    }

    public void setStoreSize(String storeSize) {
        this.storeSize = storeSize;
    }

    public String getClientBufferSoftMax() {
        return clientBufferSoftMax;
    }

    public void setClientBufferSoftMax(String clientBufferSoftMax) {
        this.clientBufferSoftMax = clientBufferSoftMax;
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

    /** In milliseconds. */
    public long getKeepalive() {
        return keepalive;
    }

    public void setKeepalive(long keepalive) {
        this.keepalive = keepalive;
    }

    /** In milliseconds. */
    public long getStaleAfter() {
        return staleAfter;
    }

    public void setStaleAfter(long staleAfter) {
        this.staleAfter = staleAfter;
    }

    public String getWaitFor() {
        return waitFor;
    }

    public void setWaitFor(String waitFor) {
        this.waitFor = waitFor;
    }

    /** In milliseconds. */
    public long getSendTimeout() {
        return sendTimeout;
    }

    public void setSendTimeout(long sendTimeout) {
        this.sendTimeout = sendTimeout;
    }

    public String getBackpressure() {
        return backpressure;
    }

    public void setBackpressure(String backpressure) {
        this.backpressure = backpressure;
    }

    public String getPacing() {
        return pacing;
    }

    public void setPacing(String pacing) {
        this.pacing = pacing;
    }

    public String getBitrate() {
        return bitrate;
    }

    public void setBitrate(String bitrate) {
        this.bitrate = bitrate;
    }

    public String getAlignment() {
        return alignment;
    }

    public void setAlignment(String alignment) {
        this.alignment = alignment;
    }

    public String getValidate() {
        return validate;
    }

    public void setValidate(String validate) {
        this.validate = validate;
    }

    public boolean isRestamp() {
        return restamp;
    }

    public void setRestamp(boolean restamp) {
        this.restamp = restamp;
    }

    public String getEvents() {
        return events;
    }

    public void setEvents(String events) {
        this.events = events;
    }

    /** In milliseconds. */
    public long getRequestTimeout() {
        return requestTimeout;
    }

    public void setRequestTimeout(long requestTimeout) {
        this.requestTimeout = requestTimeout;
    }

    public String getOnTimeout() {
        return onTimeout;
    }

    public void setOnTimeout(String onTimeout) {
        this.onTimeout = onTimeout;
    }

    public int getConcurrentConsumers() {
        return concurrentConsumers;
    }

    public void setConcurrentConsumers(int concurrentConsumers) {
        this.concurrentConsumers = concurrentConsumers;
    }

    public int getMaxPendingRequests() {
        return maxPendingRequests;
    }

    public void setMaxPendingRequests(int maxPendingRequests) {
        this.maxPendingRequests = maxPendingRequests;
    }

    public int getEventQueueSize() {
        return eventQueueSize;
    }

    public void setEventQueueSize(int eventQueueSize) {
        this.eventQueueSize = eventQueueSize;
    }

    public int getMaxSubscribers() {
        return maxSubscribers;
    }

    public void setMaxSubscribers(int maxSubscribers) {
        this.maxSubscribers = maxSubscribers;
    }

    public int getMaxSubscribersPerIp() {
        return maxSubscribersPerIp;
    }

    public void setMaxSubscribersPerIp(int maxSubscribersPerIp) {
        this.maxSubscribersPerIp = maxSubscribersPerIp;
    }

    public String getAllowedIps() {
        return allowedIps;
    }

    public void setAllowedIps(String allowedIps) {
        this.allowedIps = allowedIps;
    }

    public String getTokens() {
        return tokens;
    }

    public void setTokens(String tokens) {
        this.tokens = tokens;
    }

    public String getTokenSecret() {
        return tokenSecret;
    }

    public void setTokenSecret(String tokenSecret) {
        this.tokenSecret = tokenSecret;
    }

    public String getTokenParameter() {
        return tokenParameter;
    }

    public void setTokenParameter(String tokenParameter) {
        this.tokenParameter = tokenParameter;
    }

    public TcpOffloadAuthorizer getAuthorizer() {
        return authorizer;
    }

    public void setAuthorizer(TcpOffloadAuthorizer authorizer) {
        this.authorizer = authorizer;
    }

    public SSLContextParameters getSslContextParameters() {
        return sslContextParameters;
    }

    public void setSslContextParameters(SSLContextParameters sslContextParameters) {
        this.sslContextParameters = sslContextParameters;
    }

    public boolean isNeedClientAuth() {
        return needClientAuth;
    }

    public void setNeedClientAuth(boolean needClientAuth) {
        this.needClientAuth = needClientAuth;
    }

    public int getBacklog() {
        return backlog;
    }

    public void setBacklog(int backlog) {
        this.backlog = backlog;
    }

    public int getSendBufferSize() {
        return sendBufferSize;
    }

    public void setSendBufferSize(int sendBufferSize) {
        this.sendBufferSize = sendBufferSize;
    }

    public int getReceiveBufferSize() {
        return receiveBufferSize;
    }

    public void setReceiveBufferSize(int receiveBufferSize) {
        this.receiveBufferSize = receiveBufferSize;
    }

    public HeaderFilterStrategy getHeaderFilterStrategy() {
        return headerFilterStrategy;
    }

    public void setHeaderFilterStrategy(HeaderFilterStrategy headerFilterStrategy) {
        this.headerFilterStrategy = headerFilterStrategy;
    }

    public OffloadEngine getEngine() {
        return engine;
    }

    public void setEngine(OffloadEngine engine) {
        this.engine = engine;
    }

    public ExecutorService getExecutorService() {
        return executorService;
    }

    public void setExecutorService(ExecutorService executorService) {
        this.executorService = executorService;
    }
}
