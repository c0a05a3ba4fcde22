// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.engine;

import io.tcpoffload.api.ChannelSpec;
import io.tcpoffload.api.OffloadException;
import io.tcpoffload.api.TransportMode;
import io.tcpoffload.offload.DeviceWatch;
import io.tcpoffload.core.CongestionAlgorithm;
import io.tcpoffload.core.SenderConfig;
import io.tcpoffload.offload.SenderSettings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The engine's settings, each valid.
 *
 * @param listener       {@code host:port} of the default listener
 * @param transport      what channels without a wish of their own get: AUTO looks at the system
 * @param devices        interface names to attach to; empty means all that can be used, {@link DeviceWatch#NONE} those
 *                       only on which a connection is adopted
 * @param instance       tells two engines on one machine apart; names pins, filters and store files
 * @param maxSessions    size of the session table
 * @param storeDirectory where channel stores lie; a tmpfs keeps them in memory
 * @param control        where the control socket is to be; null for none
 * @param sender         how offloaded viewers are sent to
 * @param leastRingReply bytes from which on a handler's file is sent by the ring, Long.MAX_VALUE for never
 * @param continuity     what becomes of viewers while no engine runs
 */
public record EngineConfig(String listener, TransportMode transport, List<String> devices, String instance,
        int maxSessions, Path storeDirectory, Path control, SenderSettings sender, long leastRingReply,
        Continuity continuity) {

    /** 512 bytes a session: 32 MB of kernel memory at the most. */
    public static final int MAX_SESSIONS_LIMIT = 65536;

    public static final long DEFAULT_LEAST_RING_REPLY = Long.MAX_VALUE;

    private static final long MAX_RING_REPLY = 1L << 40;

    private static final int MAX_SOCKET_PATH = 107;

    /** More than any link has: a larger number is a slip. */
    private static final long MAX_RATE_BITS = 1_000_000_000_000L;

    private static final String INTERFACE_NAME = "[^\\s/:,]{1,15}";

    public static EngineConfig defaults() {
        return new EngineConfig("127.0.0.1:8080", TransportMode.AUTO, List.of(), "default", 16384,
                Path.of("/dev/shm/tcpoffload-" + System.getProperty("user.name")), null, SenderSettings.defaults(),
                DEFAULT_LEAST_RING_REPLY, Continuity.defaults());
    }

    public EngineConfig withListener(String hostAndPort) {
        ChannelSpec.channel("default").withListener(hostAndPort);
        return change(draft -> draft.listener = hostAndPort);
    }

    public EngineConfig withTransport(String mode) {
        try {
            return change(draft -> draft.transport = TransportMode.valueOf(mode.toUpperCase(Locale.ROOT)));
        } catch (IllegalArgumentException e) {
            throw new OffloadException("transport '" + mode + "' is not valid: auto, offload or nio");
        }
    }

    /** {@code auto}, {@code none}, or interface names separated by commas. */
    public EngineConfig withDevices(String names) {
        List<String> list = names.equals("auto") ? List.of() : Arrays.stream(names.split(",")).map(String::trim).toList();
        for (String name : list) {
            if (!name.matches(INTERFACE_NAME)) {
                throw new OffloadException("devices '" + names + "' is not valid: auto, none, or interface names of 1 to 15 "
                        + "characters separated by commas");
            }
        }
        return change(draft -> draft.devices = list);
    }

    public EngineConfig withInstance(String name) {
        if (!name.matches("[A-Za-z0-9_-]{1,32}")) {
            throw new OffloadException("instance '" + name + "' is not valid: 1 to 32 letters, digits, '-' or '_'");
        }
        return change(draft -> draft.instance = name);
    }

    public EngineConfig withMaxSessions(String number) {
        int value = (int) whole("maxSessions", number, 1, MAX_SESSIONS_LIMIT);
        return change(draft -> draft.maxSessions = value);
    }

    public EngineConfig withStoreDirectory(String directory) {
        Path path = Path.of(directory);
        if (!path.isAbsolute()) {
            throw new OffloadException("storeDirectory '" + directory + "' is not valid: an absolute path");
        }
        return change(draft -> draft.storeDirectory = path);
    }

    /** {@code off}, or a path of at most 107 bytes, which is what a socket's address holds. */
    public EngineConfig withControl(String text) {
        if (text.equals("off")) {
            return change(draft -> draft.control = null);
        }
        Path path = Path.of(text).toAbsolutePath().normalize();
        if (path.toString().getBytes(StandardCharsets.UTF_8).length > MAX_SOCKET_PATH) {
            throw new OffloadException("control '" + path + "' is not valid: off, or a path of at most "
                    + MAX_SOCKET_PATH + " bytes");
        }
        return change(draft -> draft.control = path);
    }

    /** {@code on} or {@code off}. */
    public EngineConfig withPacing(String word) {
        return withSender(new SenderSettings(isOn("pacing", word), sender.maxBurstBytes(), sender.maxRateBytesPerSecond(),
                sender.congestion(), sender.ecn(), sender.initialWindowSegments()));
    }

    /** Bytes. */
    public EngineConfig withMaxBurst(String number) {
        return withSender(new SenderSettings(sender.pacing(), (int) whole("maxBurst", number, SenderSettings.MIN_BURST_BYTES,
                SenderConfig.DEFAULT_MAX_BURST_BYTES), sender.maxRateBytesPerSecond(), sender.congestion(), sender.ecn(),
                sender.initialWindowSegments()));
    }

    /** Bits a second, as links are sold; 0 for no ceiling. */
    public EngineConfig withMaxRate(String number) {
        long bits = number.trim().equals("0") ? Long.MAX_VALUE
                : whole("maxRate", number, 8 * SenderSettings.MIN_RATE_BYTES_PER_SECOND, MAX_RATE_BITS);
        return withSender(new SenderSettings(sender.pacing(), sender.maxBurstBytes(),
                bits == Long.MAX_VALUE ? bits : bits / 8, sender.congestion(), sender.ecn(), sender.initialWindowSegments()));
    }

    /** {@code cubic} or {@code newreno}. */
    public EngineConfig withCongestion(String name) {
        CongestionAlgorithm algorithm = switch (name.toLowerCase(Locale.ROOT)) {
            case "cubic" -> CongestionAlgorithm.CUBIC;
            case "newreno" -> CongestionAlgorithm.NEW_RENO;
            default -> throw new OffloadException("congestion '" + name + "' is not valid: cubic or newreno");
        };
        return withSender(new SenderSettings(sender.pacing(), sender.maxBurstBytes(), sender.maxRateBytesPerSecond(), algorithm,
                sender.ecn(), sender.initialWindowSegments()));
    }

    /** {@code on} or {@code off}. */
    public EngineConfig withEcn(String word) {
        return withSender(new SenderSettings(sender.pacing(), sender.maxBurstBytes(), sender.maxRateBytesPerSecond(),
                sender.congestion(), isOn("ecn", word), sender.initialWindowSegments()));
    }

    /** Segments. */
    public EngineConfig withInitialWindow(String number) {
        return withSender(new SenderSettings(sender.pacing(), sender.maxBurstBytes(), sender.maxRateBytesPerSecond(),
                sender.congestion(), sender.ecn(),
                (int) whole("initialWindow", number, 1, SenderSettings.MAX_INITIAL_WINDOW)));
    }

    /** Seconds. */
    public EngineConfig withGrace(String number) {
        return withContinuity(new Continuity(Duration.ofSeconds(whole("grace", number, Continuity.MIN_GRACE_SECONDS,
                Continuity.MAX_GRACE_SECONDS)), continuity.keepViewers()));
    }

    /** {@code keep} or {@code end}. */
    public EngineConfig withOnStop(String word) {
        return withContinuity(new Continuity(continuity.grace(), switch (word.toLowerCase(Locale.ROOT)) {
            case "keep" -> true;
            case "end" -> false;
            default -> throw new OffloadException("onStop '" + word + "' is not valid: keep or end");
        }));
    }

    private EngineConfig withContinuity(Continuity changed) {
        return change(draft -> draft.continuity = changed);
    }

    /** Whether an engine of these settings finds the viewers of one of the others. */
    boolean succeeds(EngineConfig former) {
        return instance.equals(former.instance) && storeDirectory.equals(former.storeDirectory)
                && transport != TransportMode.NIO;
    }

    /** Bytes, or {@code off}. */
    public EngineConfig withRingReplies(String number) {
        long least = number.equals("off") ? Long.MAX_VALUE : whole("ringReplies", number, 1, MAX_RING_REPLY);
        return change(draft -> draft.leastRingReply = least);
    }

    private EngineConfig withSender(SenderSettings changed) {
        return change(draft -> draft.sender = changed);
    }

    private EngineConfig change(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.done();
    }

    /** Settings one of which is to be another. */
    private static final class Draft {

        private String listener;
        private TransportMode transport;
        private List<String> devices;
        private String instance;
        private int maxSessions;
        private Path storeDirectory;
        private Path control;
        private SenderSettings sender;
        private long leastRingReply;
        private Continuity continuity;

        Draft(EngineConfig of) {
            listener = of.listener;
            transport = of.transport;
            devices = of.devices;
            instance = of.instance;
            maxSessions = of.maxSessions;
            storeDirectory = of.storeDirectory;
            control = of.control;
            sender = of.sender;
            leastRingReply = of.leastRingReply;
            continuity = of.continuity;
        }

        EngineConfig done() {
            return new EngineConfig(listener, transport, devices, instance, maxSessions, storeDirectory, control, sender,
                    leastRingReply, continuity);
        }
    }

    private static boolean isOn(String key, String word) {
        return switch (word.toLowerCase(Locale.ROOT)) {
            case "on", "true" -> true;
            case "off", "false" -> false;
            default -> throw new OffloadException(key + " '" + word + "' is not valid: on or off");
        };
    }

    private static long whole(String key, String number, long least, long most) {
        try {
            long value = Long.parseLong(number.trim());
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            /* reported below, with the range */
        }
        throw new OffloadException(key + " '" + number + "' is not valid: " + least + " to " + most);
    }

    /**
     * These settings changed by the given ones, as a configuration file has them. A wrong value is reported and leaves
     * its setting as it was; keys of other purposes are passed over.
     *
     * @param problems receives one line a wrong value: key, value and what would be right
     */
    public EngineConfig with(Map<String, ?> properties, Consumer<String> problems) {
        EngineConfig config = this;
        for (Key key : Key.values()) {
            Object value = properties.get(key.name);
            if (value == null || value.toString().isBlank()) {
                continue;
            }
            try {
                config = key.change.apply(config, value.toString().trim());
            } catch (OffloadException e) {
                problems.accept(e.getMessage());
            }
        }
        return config;
    }

    /**
     * What is wrong with the first name that is no setting's; null when there is none. {@link #with} passes such names over:
     * where there can be no others, a misspelt one is to be told of.
     *
     * @param others names that are known besides
     */
    public static String unknown(Collection<String> names, String... others) {
        List<String> known = Stream.concat(Arrays.stream(Key.values()).map(key -> key.name), Arrays.stream(others)).toList();
        return names.stream().filter(name -> !known.contains(name)).sorted().findFirst()
                .map(name -> "setting '" + name + "' is unknown: " + String.join(", ", known) + " are those there are").orElse(null);
    }

    private interface Change {
        EngineConfig apply(EngineConfig config, String value);
    }

    private enum Key {
        LISTENER("listener", EngineConfig::withListener),
        TRANSPORT("transport", EngineConfig::withTransport),
        DEVICES("devices", EngineConfig::withDevices),
        INSTANCE("instance", EngineConfig::withInstance),
        MAX_SESSIONS("maxSessions", EngineConfig::withMaxSessions),
        STORE_DIRECTORY("storeDirectory", EngineConfig::withStoreDirectory),
        CONTROL("control", EngineConfig::withControl),
        PACING("pacing", EngineConfig::withPacing),
        MAX_BURST("maxBurst", EngineConfig::withMaxBurst),
        MAX_RATE("maxRate", EngineConfig::withMaxRate),
        CONGESTION("congestion", EngineConfig::withCongestion),
        ECN("ecn", EngineConfig::withEcn),
        INITIAL_WINDOW("initialWindow", EngineConfig::withInitialWindow),
        RING_REPLIES("ringReplies", EngineConfig::withRingReplies),
        GRACE("grace", EngineConfig::withGrace),
        ON_STOP("onStop", EngineConfig::withOnStop);

        private final String name;
        private final Change change;

        Key(String name, Change change) {
            this.name = name;
            this.change = change;
        }
    }
}
