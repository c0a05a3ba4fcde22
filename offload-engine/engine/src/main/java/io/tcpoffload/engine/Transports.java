// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.engine;

import io.tcpoffload.api.ChannelSpec;
import io.tcpoffload.api.Drain;
import io.tcpoffload.api.DeviceInfo;
import io.tcpoffload.api.OffloadException;
import io.tcpoffload.api.SessionInfo;
import io.tcpoffload.api.SystemFeature;
import io.tcpoffload.api.TransportMode;
import io.tcpoffload.channel.FileTransport;
import io.tcpoffload.channel.MediaChannel;
import io.tcpoffload.channel.ViewerTransport;
import io.tcpoffload.http.EventLoops;
import io.tcpoffload.kernel.KernelConfig;
import io.tcpoffload.kernel.KernelException;
import io.tcpoffload.kernel.KernelSide;
import io.tcpoffload.nio.NioLimits;
import io.tcpoffload.nio.NioTransport;
import io.tcpoffload.offload.Adoptions;
import io.tcpoffload.offload.DeviceWatch;
import io.tcpoffload.offload.OffloadTransport;
import io.tcpoffload.offload.ReturningViewers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The two transports, and which one a channel gets and why. */
final class Transports implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Transports.class);

    private final NioTransport ordinary;
    private final OffloadTransport offload;
    private final TransportMode setting;
    private final boolean onDemand;
    private final String reason;
    private final AtomicLong ids;

    private Transports(EngineConfig config, AtomicLong ids, NioTransport ordinary, OffloadTransport offload, String reason) {
        this.setting = config.transport();
        this.onDemand = config.devices().equals(DeviceWatch.NONE);
        this.ids = ids;
        this.ordinary = ordinary;
        this.offload = offload;
        this.reason = reason;
    }

    /** @param stores what goes with the viewers if no engine comes back; null for none */
    static Transports open(EngineConfig config, EventLoops loops, Path stores) {
        AtomicLong ids = new AtomicLong();
        NioTransport ordinary = new NioTransport(NioLimits.DEFAULT);
        if (config.transport() == TransportMode.NIO) {
            return new Transports(config, ids, ordinary, null, "the setting transport=nio asks for it");
        }
        try {
            return new Transports(config, ids, ordinary, offload(config, ids::incrementAndGet, ordinary, loops, stores),
                    "packet ring, header builder and receive hook are in place");
        } catch (KernelException e) {
            LOG.warn("Offload can't be had, {}: {}", config.transport() == TransportMode.OFFLOAD
                    ? "and transport=offload allows nothing else" : "viewers are served by the ordinary transport",
                    e.getMessage());
            LOG.debug("What libbpf and the verifier said: {}", e.log());
            return new Transports(config, ids, ordinary, null, e.getMessage());
        }
    }

    private static OffloadTransport offload(EngineConfig config, LongSupplier ids, NioTransport ordinary, EventLoops loops,
            Path stores) throws KernelException {
        KernelSide kernel = KernelSide.open(KernelConfig.of(config.instance()).withMaxSessions(config.maxSessions())
                .withGrace(config.continuity().grace()));
        kernel.notes().forEach(LOG::warn);
        try {
            guard(kernel, stores);
            return new OffloadTransport(kernel, config.devices(), config.sender(), ids, ordinary,
                    (fd, cursor, sent) -> loops.adopt(fd, socket -> ordinary.resume(socket, cursor, sent),
                            cursor::close), config.leastRingReply());
        } catch (KernelException e) {
            kernel.close();
            throw e;
        }
    }

    private static void guard(KernelSide kernel, Path stores) throws KernelException {
        List<String> missing = kernel.guard(stores);
        if (!missing.isEmpty()) {
            LOG.warn("Should this process be killed and none come back, viewers that say nothing wait for the next start, and "
                    + "kernel objects stay until then: there is no {}", String.join(", no ", missing));
        }
    }

    /**
     * Goes on with the viewers of a former engine. Once, before anybody is served.
     *
     * @param channels by {@link MediaChannel#id()}; null for one that there is not
     * @param viewers  who a former viewer is now
     */
    void resume(LongFunction<MediaChannel> channels, ReturningViewers viewers) {
        if (offload == null) {
            return;
        }
        try {
            ids.set(Math.max(ids.get(), offload.resume(channels, viewers)));
        } catch (KernelException e) {
            LOG.error("Viewers of the former engine can't be served on: {}", e.getMessage());
        }
    }

    /** Viewers that another engine could go on with. */
    int keepable() {
        return offload == null ? 0 : offload.viewers();
    }

    /** Leaves those for another engine; ends the others. */
    void suspend() {
        if (offload != null) {
            offload.suspend();
        }
        ordinary.close();
    }

    /** Null when offload can't be had. */
    Adoptions adoptions() {
        return offload == null ? null : offload.adoptions();
    }

    /** What {@link TransportMode#AUTO} means here. */
    TransportMode automatic() {
        return offload == null ? TransportMode.NIO : TransportMode.OFFLOAD;
    }

    String reason() {
        return offload != null && offload.devices().isEmpty() && !onDemand
                ? "attached to no network device: every viewer gets the ordinary transport; correct the setting devices"
                : reason;
    }

    /** Why a channel has the transport it has. */
    String reason(ChannelSpec spec) {
        return spec.transport() == TransportMode.NIO ? "the channel's option transport=nio asks for it" : reason();
    }

    /** @throws OffloadException if the channel wants what can't be had */
    void require(ChannelSpec spec) {
        TransportMode wanted = spec.transport() == TransportMode.AUTO ? setting : spec.transport();
        if (wanted == TransportMode.OFFLOAD && offload == null) {
            throw new OffloadException("channel " + spec.name() + " wants transport=offload, which can't be had: "
                    + reason + "; transport=auto falls back to the ordinary transport");
        }
    }

    ViewerTransport of(MediaChannel media) {
        return offload == null || media.spec().transport() == TransportMode.NIO ? ordinary : offload;
    }

    /** For large files. */
    FileTransport files() {
        return offload == null ? FileTransport.NONE : offload.replies();
    }

    /** For viewers that no offload is meant for. */
    ViewerTransport ordinary() {
        return ordinary;
    }

    /** Gives each viewer its {@link SessionInfo#id()}. */
    LongSupplier ids() {
        return ids::incrementAndGet;
    }

    /** @throws OffloadException if there is no such session */
    void closeSession(long session, String reason) {
        if (!ordinary.closeSession(session, reason) && (offload == null || !offload.closeSession(session, reason))) {
            throw new OffloadException("session " + session + " does not exist: offload:sessions lists those that do");
        }
    }

    List<SessionInfo> sessions() {
        return offload == null ? ordinary.sessions()
                : Stream.concat(offload.sessions().stream(), ordinary.sessions().stream()).toList();
    }

    List<DeviceInfo> devices() {
        return offload == null ? List.of() : offload.devices();
    }

    List<SystemFeature> features() {
        return KernelSide.probe();
    }

    Map<String, Long> counters() {
        return offload == null ? Map.of() : offload.counters();
    }

    /** @throws OffloadException with the reason why it can't be handed back */
    void handBack(long session) {
        try {
            if (offload != null && offload.handBack(session)) {
                return;
            }
        } catch (KernelException e) {
            throw new OffloadException(e.getMessage(), e);
        }
        throw new OffloadException("session " + session + (ordinary.sessions().stream().anyMatch(s -> s.id() == session)
                ? " is the kernel's already: the ordinary transport serves it"
                : " does not exist: offload:sessions lists those that do"));
    }

    /** @return why some are served as before, a line each */
    List<String> leave(Drain.Present how) {
        List<String> problems = new ArrayList<>();
        for (SessionInfo session : how == Drain.Present.STAY ? List.<SessionInfo>of() : sessions()) {
            try {
                if (how == Drain.Present.END) {
                    closeSession(session.id(), "the engine is drained");
                } else if (session.transport() == TransportMode.OFFLOAD) {
                    handBack(session.id());
                }
            } catch (OffloadException e) {
                problems.add(e.getMessage());
            }
        }
        return problems;
    }

    void closeViewers(MediaChannel media) {
        ordinary.closeViewers(media);
        if (offload != null) {
            offload.closeViewers(media);
        }
    }

    @Override
    public void close() {
        if (offload != null) {
            offload.close();
        }
        ordinary.close();
    }
}
