// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import io.tcpoffload.api.AccessRule;
import io.tcpoffload.api.ChannelSpec;
import io.tcpoffload.api.Decision;
import io.tcpoffload.api.EventSpec;
import io.tcpoffload.api.HandlerSpec;
import io.tcpoffload.api.ListenerSpec;
import io.tcpoffload.api.MediaAmount;
import io.tcpoffload.api.OffloadException;
import io.tcpoffload.api.PathTemplate;
import io.tcpoffload.api.RecoverPolicy;
import io.tcpoffload.api.SyncMethod;
import io.tcpoffload.api.TransportMode;
import io.tcpoffload.api.ViewerEvent;
import java.time.Duration;
import java.util.Set;
import javax.net.ssl.SSLContext;

/**
 * What the engine is to be asked for, made of an endpoint's options. Each method throws an {@link OffloadException} that
 * names the option, the value and what would be right.
 */
final class Specs {

    /** What a viewer that was not decided about in time is told: as long as the wait it has behind it. */
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);
    private static final int MAX_CONSUMERS = 1000;

    private Specs() {
    }

    /** @param listener {@code host:port}, or null for the engine's default listener */
    static ChannelSpec channel(TcpOffloadConfiguration options, String listener, String channel) {
        return ChannelSpec.channel(channel)
                .withListener(listener)
                .withTransport(TransportMode.parse(options.getTransport()))
                .withSyncMethod(SyncMethod.parse(options.getSyncMethod()))
                .withBurstSize(MediaAmount.parse("burstSize", options.getBurstSize()))
                .withStoreSize(MediaAmount.parse("storeSize", options.getStoreSize()))
                .withClientBufferSoftMax(MediaAmount.parse("clientBufferSoftMax", options.getClientBufferSoftMax()))
                .withClientBufferMax(MediaAmount.parse("clientBufferMax", options.getClientBufferMax()))
                .withRecoverPolicy(RecoverPolicy.parse(options.getRecoverPolicy()))
                .withContentType(options.getContentType())
                .withDetachGrace(Duration.ofMillis(options.getDetachGrace()))
                .withKeepalive(Duration.ofMillis(options.getKeepalive()))
                .withStaleAfter(Duration.ofMillis(options.getStaleAfter()))
                .withAccess(access(options));
    }

    static AccessRule access(TcpOffloadConfiguration options) {
        return AccessRule.NONE
                .withMaxSubscribers(options.getMaxSubscribers())
                .withMaxSubscribersPerIp(options.getMaxSubscribersPerIp())
                .withAllowedIps(options.getAllowedIps() == null ? "" : options.getAllowedIps())
                .withTokens(options.getTokens() == null ? "" : options.getTokens())
                .withTokenSecret(options.getTokenSecret())
                .withTokenParameter(options.getTokenParameter());
    }

    static HandlerSpec handler(TcpOffloadConfiguration options, String listener, PathTemplate path, String owner) {
        return HandlerSpec.path(path.toString())
                .withListener(listener)
                .withAccess(access(options))
                .withTimeout(Duration.ofMillis(options.getRequestTimeout()))
                .withOnTimeout(onTimeout(options.getOnTimeout()))
                .withMaxPending(options.getMaxPendingRequests())
                .withOwner(owner);
    }

    private static Decision onTimeout(String word) {
        return switch (OptionWord.parse("onTimeout", OnTimeout.class, word)) {
            case REJECT -> Decision.reject(503, "no decision in time; try again in a few seconds", RETRY_AFTER);
            case ADMIT -> Decision.admit();
        };
    }

    static EventSpec events(TcpOffloadConfiguration options, String listener, PathTemplate path, String owner,
            Set<ViewerEvent.Type> types) {
        return EventSpec.all()
                .withListener(listener)
                .withPath(path.toString())
                .withTypes(types)
                .withCapacity(options.getEventQueueSize())
                .withOwner(owner);
    }

    /**
     * @param context of the option {@code sslContextParameters}
     * @return null where no option speaks of the listener: it takes what others have set
     */
    static ListenerSpec listener(TcpOffloadConfiguration options, String listener, SSLContext context, String owner) {
        if (context == null && options.isNeedClientAuth()) {
            throw new OffloadException("needClientAuth=true needs the option sslContextParameters");
        } else if (context == null && options.getBacklog() == 0 && options.getSendBufferSize() == 0
                && options.getReceiveBufferSize() == 0) {
            return null;
        }
        return ListenerSpec.at(listener)
                .withSslContext(context, options.isNeedClientAuth())
                .withBacklog(options.getBacklog() == 0 ? ListenerSpec.DEFAULT_BACKLOG : options.getBacklog())
                .withBuffers(options.getSendBufferSize(), options.getReceiveBufferSize())
                .withOwner(owner);
    }

    static int concurrentConsumers(TcpOffloadConfiguration options) {
        int consumers = options.getConcurrentConsumers();
        if (consumers < 1 || consumers > MAX_CONSUMERS) {
            throw new OffloadException("concurrentConsumers " + consumers + " is out of range: 1 to " + MAX_CONSUMERS);
        }
        return consumers;
    }

    /** What a viewer gets when the route is too slow. */
    private enum OnTimeout {
        REJECT,
        ADMIT
    }
}
