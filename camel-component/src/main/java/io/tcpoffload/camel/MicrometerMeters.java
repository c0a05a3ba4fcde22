// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.tcpoffload.api.ChannelInfo;
import io.tcpoffload.camel.mpegts.TransportStream;
import io.tcpoffload.camel.mpegts.TsFault;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.apache.camel.CamelContext;

/**
 * The meters of fed channels in a Micrometer registry, tagged {@code camelContext}, {@code listener} and {@code channel}:
 * Prometheus shows {@code camel_tcpoffload_viewers}, {@code camel_tcpoffload_published_bytes_total} and so on. Only to be
 * loaded where Micrometer is.
 */
final class MicrometerMeters implements Meters {

    private static final String PREFIX = "camel.tcpoffload.";

    private final MeterRegistry registry;
    private final CamelContext context;
    private final Map<ChannelFeed, List<Meter>> meters = new ConcurrentHashMap<>();

    private MicrometerMeters(MeterRegistry registry, CamelContext context) {
        this.registry = registry;
        this.context = context;
    }

    static Meters of(CamelContext context) {
        MeterRegistry registry = context.getRegistry().findSingleByType(MeterRegistry.class);
        return registry == null ? NONE : new MicrometerMeters(registry, context);
    }

    @Override
    public void add(TcpOffloadEndpoint endpoint, ChannelFeed feed) {
        String listener = feed.spec().listener() == null ? "default" : feed.spec().listener();
        Tags tags = Tags.of("camelContext", context.getName(), "listener", listener, "channel", feed.spec().name());
        List<Meter> made = new ArrayList<>();
        made.add(gauge("viewers", "Viewers of the channel now", endpoint, feed, tags, ChannelInfo::viewers));
        made.add(gauge("stored.bytes", "Bytes that the channel retains now", endpoint, feed, tags,
                ChannelInfo::storedBytes));
        made.add(gauge("stale", "1 while the channel has had no media for longer than staleAfter", endpoint, feed, tags,
                info -> info.stale() ? 1 : 0));
        made.add(counter("skips", "Times a viewer was too far behind and skipped media", feed, tags,
                f -> sum(endpoint, f, ChannelInfo::skips)));
        made.add(counter("slow.disconnects", "Viewers disconnected for being too far behind", feed, tags,
                f -> sum(endpoint, f, ChannelInfo::slowClosed)));
        made.add(counter("published.bodies", "Bodies accepted to their end", feed, tags, f -> f.counters().bodies()));
        made.add(FunctionCounter.builder(PREFIX + "published.bytes", feed, f -> f.counters().bytes())
                .description("Bytes accepted").baseUnit(BaseUnits.BYTES).tags(tags).register(registry));
        made.add(counter("failed.bodies", "Bodies whose exchange failed", feed, tags, f -> f.counters().failed()));
        made.add(counter("dropped.bodies", "Bodies dropped while they waited for their turn", feed, tags,
                f -> f.counters().dropped()));
        TransportStream stream = feed.stream();
        if (stream != null) {
            for (TsFault fault : TsFault.values()) {
                made.add(FunctionCounter.builder(PREFIX + "stream.faults", stream, s -> s.count(fault))
                        .description("Faults found in the transport stream").tags(tags.and("fault", fault.label()))
                        .register(registry));
            }
            made.add(FunctionCounter.builder(PREFIX + "source.switches", stream, TransportStream::switches)
                    .description("Switches of source that restamp has joined").tags(tags).register(registry));
        }
        meters.put(feed, made);
    }

    private Gauge gauge(String name, String description, TcpOffloadEndpoint endpoint, ChannelFeed feed, Tags tags,
            ToLongFunction<ChannelInfo> value) {
        return Gauge.builder(PREFIX + name, feed, f -> sum(endpoint, f, value)).description(description).tags(tags)
                .register(registry);
    }

    private FunctionCounter counter(String name, String description, ChannelFeed feed, Tags tags,
            ToDoubleFunction<ChannelFeed> value) {
        return FunctionCounter.builder(PREFIX + name, feed, value).description(description).tags(tags).register(registry);
    }

    private static long sum(TcpOffloadEndpoint endpoint, ChannelFeed feed, ToLongFunction<ChannelInfo> value) {
        return endpoint.channels().stream().filter(info -> info.name().equals(feed.spec().name())).mapToLong(value).sum();
    }

    @Override
    public void remove(ChannelFeed feed) {
        List<Meter> made = meters.remove(feed);
        if (made != null) {
            made.forEach(registry::remove);
        }
    }
}
