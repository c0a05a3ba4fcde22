// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.api;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * What a channel is to be. Immutable; made by {@link #channel(String)} and the {@code with} methods, each of which
 * checks its value and throws an {@link OffloadException} that names the option, the value and what would be right.
 */
public final class ChannelSpec {

    /** Smallest store: room for a second of HD and a viewer's window. */
    public static final long MIN_STORE_BYTES = 1L << 20;
    /** Largest store: one Java mapping. */
    public static final long MAX_STORE_BYTES = 1L << 30;
    /** Default store: 25 s at 10 Mbit/s. */
    public static final long DEFAULT_STORE_BYTES = 32L << 20;
    /** What a store whose size is a time has room for: 40 Mbit/s, a 4K channel. */
    public static final long STORE_BYTES_PER_SECOND = 5_000_000;
    /** Default of {@link #burstSize()}: what players like to have before they begin. */
    public static final MediaAmount DEFAULT_BURST = MediaAmount.ofTime(Duration.ofSeconds(5));
    /** Shortest {@link #keepalive()}: more would be a stream of its own. */
    public static final Duration MIN_KEEPALIVE = Duration.ofMillis(100);

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final Pattern LISTENER =
            Pattern.compile("(?:[A-Za-z0-9.-]{1,253}|\\[[0-9A-Fa-f:.]{2,45}(?:%[^\\s/:\\]]{1,15})?]):(\\d{1,5})");

    /** Changed only before its owner is given out. */
    private static final class Values implements Cloneable {
        private String name;
        private String listener;
        private TransportMode transport = TransportMode.AUTO;
        private SyncMethod syncMethod = SyncMethod.LATEST_KEYFRAME;
        private MediaAmount burstSize = DEFAULT_BURST;
        private MediaAmount storeSize = MediaAmount.ofBytes(DEFAULT_STORE_BYTES);
        private MediaAmount softLimit = MediaAmount.DEFAULT;
        private MediaAmount hardLimit = MediaAmount.DEFAULT;
        private RecoverPolicy recoverPolicy = RecoverPolicy.KEYFRAME;
        private String contentType = "video/mp2t";
        private Duration detachGrace = Duration.ofSeconds(30);
        private Duration keepalive = Duration.ZERO;
        private Duration staleAfter = Duration.ZERO;
        private AccessRule access = AccessRule.NONE;

        private Values copy() {
            try {
                return (Values) clone();
            } catch (CloneNotSupportedException e) {
                throw new AssertionError(e);
            }
        }
    }

    private final Values values;

    private ChannelSpec(Values values) {
        this.values = values;
    }

    /**
     * A channel with default settings on the engine's default listener.
     *
     * @param name 1 to 64 letters, digits, dots, hyphens or underscores, starting with a letter or digit
     */
    public static ChannelSpec channel(String name) {
        if (name == null || !NAME.matcher(name).matches()) {
            throw new OffloadException("channel name '" + name + "' is not valid: 1 to 64 letters, digits, '.', '-' "
                    + "or '_', starting with a letter or digit");
        }
        Values values = new Values();
        values.name = name;
        return new ChannelSpec(values);
    }

    /**
     * Listens on {@code host:port}, port 0 to 65535 (0 picks a free one); null means the engine's default listener. An IPv6
     * address is in brackets; {@code [::]} takes viewers of both families.
     */
    public ChannelSpec withListener(String hostAndPort) {
        Values changed = values.copy();
        changed.listener = requireListener(hostAndPort);
        return new ChannelSpec(changed);
    }

    /** @return the same, checked; null stays null */
    static String requireListener(String hostAndPort) {
        if (hostAndPort != null) {
            var m = LISTENER.matcher(hostAndPort);
            if (!m.matches() || Integer.parseInt(m.group(1)) > 65535) {
                throw new OffloadException("listener '" + hostAndPort + "' is not valid: host:port with a host name, "
                        + "an IPv4 address or an IPv6 address in brackets, and a port from 0 to 65535");
            }
        }
        return hostAndPort;
    }

    public ChannelSpec withTransport(TransportMode mode) {
        Values changed = values.copy();
        changed.transport = Objects.requireNonNull(mode);
        return new ChannelSpec(changed);
    }

    /** Where a new viewer starts. */
    public ChannelSpec withSyncMethod(SyncMethod method) {
        Values changed = values.copy();
        changed.syncMethod = Objects.requireNonNull(method);
        return new ChannelSpec(changed);
    }

    /** How far behind the newest byte a viewer starts with a burst method. */
    public ChannelSpec withBurstSize(MediaAmount size) {
        Values changed = values.copy();
        changed.burstSize = requireLimit("burstSize", size, "the default of " + DEFAULT_BURST);
        if (size.isDefault()) {
            changed.burstSize = DEFAULT_BURST;
        }
        return new ChannelSpec(changed);
    }

    /** Media retained, in bytes, {@link #MIN_STORE_BYTES} to {@link #MAX_STORE_BYTES}. */
    public ChannelSpec withStoreBytes(long bytes) {
        return withStoreSize(MediaAmount.ofBytes(Math.max(0, bytes)));
    }

    /**
     * Media retained: bytes, {@link #MIN_STORE_BYTES} to {@link #MAX_STORE_BYTES}, or the time for which there is to be room
     * at {@link #STORE_BYTES_PER_SECOND}; a channel with a lower rate retains more.
     */
    public ChannelSpec withStoreSize(MediaAmount size) {
        if (!size.isTime() && (size.bytes() < MIN_STORE_BYTES || size.bytes() > MAX_STORE_BYTES)) {
            throw new OffloadException("storeSize " + size + " is out of range: " + MIN_STORE_BYTES + " to "
                    + MAX_STORE_BYTES + " bytes");
        }
        if (size.isTime() && bytesAtStoreRate(size.time()) > MAX_STORE_BYTES) {
            throw new OffloadException("storeSize " + size + " is out of range: at most "
                    + MAX_STORE_BYTES / STORE_BYTES_PER_SECOND + "s");
        }
        Values changed = values.copy();
        changed.storeSize = size;
        return new ChannelSpec(changed);
    }

    private static long bytesAtStoreRate(Duration time) {
        return Math.max(MIN_STORE_BYTES, (long) (time.toMillis() / 1e3 * STORE_BYTES_PER_SECOND));
    }

    /** As {@link #withClientBufferMax(MediaAmount)}, in bytes. */
    public ChannelSpec withClientBufferMax(long bytes) {
        if (bytes < 0) {
            throw new OffloadException("clientBufferMax " + bytes + " is out of range: 0 to " + MAX_STORE_BYTES
                    + " bytes, 0 meaning three quarters of the store");
        }
        return withClientBufferMax(MediaAmount.ofBytes(bytes));
    }

    /**
     * The hard limit of a viewer's lag: bytes, up to {@link #MAX_STORE_BYTES}, or time; 0 bytes mean three quarters of the
     * store, which is also the most that has an effect.
     */
    public ChannelSpec withClientBufferMax(MediaAmount lag) {
        Values changed = values.copy();
        changed.hardLimit = requireLimit("clientBufferMax", lag, "three quarters of the store");
        requireOrder(changed);
        return new ChannelSpec(changed);
    }

    /** The lag at which {@link #withRecoverPolicy recoverPolicy} acts; 0 bytes mean {@code clientBufferMax}. */
    public ChannelSpec withClientBufferSoftMax(MediaAmount lag) {
        Values changed = values.copy();
        changed.softLimit = requireLimit("clientBufferSoftMax", lag, "the same as clientBufferMax");
        requireOrder(changed);
        return new ChannelSpec(changed);
    }

    private static MediaAmount requireLimit(String option, MediaAmount amount, String zero) {
        if (amount.bytes() > MAX_STORE_BYTES || amount.isTime() && amount.time().compareTo(Duration.ofHours(24)) > 0) {
            throw new OffloadException(option + " " + amount + " is out of range: 0 to " + MAX_STORE_BYTES
                    + " bytes or up to 24h, 0 meaning " + zero);
        }
        return amount;
    }

    private static void requireOrder(Values values) {
        MediaAmount soft = values.softLimit;
        MediaAmount hard = values.hardLimit;
        if (!soft.isDefault() && !hard.isDefault() && soft.isTime() == hard.isTime()
                && (soft.isTime() ? soft.time().compareTo(hard.time()) > 0 : soft.bytes() > hard.bytes())) {
            throw new OffloadException("clientBufferSoftMax " + soft + " is more than clientBufferMax " + hard
                    + ": the soft limit is the lower one");
        }
    }

    public ChannelSpec withRecoverPolicy(RecoverPolicy policy) {
        Values changed = values.copy();
        changed.recoverPolicy = Objects.requireNonNull(policy);
        return new ChannelSpec(changed);
    }

    /** The {@code Content-Type} of the response (RFC 9110 section 8.3). */
    public ChannelSpec withContentType(String type) {
        if (type == null || !type.matches("[\\x21-\\x7e][\\x20-\\x7e]{0,126}")) {
            throw new OffloadException("contentType '" + type + "' is not valid: 1 to 127 printable ASCII characters, "
                    + "such as video/mp2t");
        }
        Values changed = values.copy();
        changed.contentType = type;
        return new ChannelSpec(changed);
    }

    /** How long viewers are kept while nobody publishes, 0 to 24 hours. */
    public ChannelSpec withDetachGrace(Duration grace) {
        Values changed = values.copy();
        changed.detachGrace = requireDay("detachGrace", grace);
        return new ChannelSpec(changed);
    }

    /**
     * How often viewers get a null packet (ISO/IEC 13818-1 section 2.4.3.3, PID 0x1FFF) while nothing is published:
     * {@link #MIN_KEEPALIVE} to 24 hours, or 0 for never.
     */
    public ChannelSpec withKeepalive(Duration interval) {
        if (!interval.isZero() && interval.compareTo(MIN_KEEPALIVE) < 0) {
            throw new OffloadException("keepalive " + interval.toMillis() + " ms is out of range: "
                    + MIN_KEEPALIVE.toMillis() + " to 86400000 ms, or 0 for never");
        }
        Values changed = values.copy();
        changed.keepalive = requireDay("keepalive", interval);
        return new ChannelSpec(changed);
    }

    /**
     * How long after the last body a channel is stale, 0 to 24 hours, 0 for never: new viewers get 503 with Retry-After, and
     * {@link ChannelInfo#stale()} says so. Viewers that are there stay.
     */
    public ChannelSpec withStaleAfter(Duration silence) {
        Values changed = values.copy();
        changed.staleAfter = requireDay("staleAfter", silence);
        return new ChannelSpec(changed);
    }

    private static Duration requireDay(String option, Duration time) {
        if (time.isNegative() || time.compareTo(Duration.ofHours(24)) > 0) {
            throw new OffloadException(option + " " + time.toMillis() + " ms is out of range: 0 to 86400000 ms");
        }
        return time;
    }

    /** Who may watch. */
    public ChannelSpec withAccess(AccessRule rule) {
        Values changed = values.copy();
        changed.access = Objects.requireNonNull(rule);
        return new ChannelSpec(changed);
    }

    /**
     * Sets an option by its name.
     *
     * @param text as users write it, or as {@link #settings()} has it
     * @throws OffloadException if there is no such option, or the value is wrong
     */
    public ChannelSpec with(String option, String text) {
        return switch (option) {
            case "transport" -> withTransport(TransportMode.parse(text));
            case "syncMethod" -> withSyncMethod(SyncMethod.parse(text));
            case "burstSize" -> withBurstSize(MediaAmount.parse(option, text));
            case "storeSize" -> withStoreSize(MediaAmount.parse(option, text));
            case "clientBufferSoftMax" -> withClientBufferSoftMax(MediaAmount.parse(option, text));
            case "clientBufferMax" -> withClientBufferMax(MediaAmount.parse(option, text));
            case "recoverPolicy" -> withRecoverPolicy(RecoverPolicy.parse(text));
            case "contentType" -> withContentType(text);
            case "detachGrace" -> withDetachGrace(OptionWords.duration(option, text));
            case "keepalive" -> withKeepalive(OptionWords.duration(option, text));
            case "staleAfter" -> withStaleAfter(OptionWords.duration(option, text));
            default -> withAccess(values.access.with(option, text));
        };
    }

    /** All options, by name, in a form that {@link #with} reads. Tokens and secrets are among them. */
    public Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("transport", values.transport.name().toLowerCase(Locale.ROOT));
        settings.put("syncMethod", values.syncMethod.toString());
        settings.put("burstSize", values.burstSize.toString());
        settings.put("storeSize", values.storeSize.toString());
        settings.put("clientBufferSoftMax", values.softLimit.toString());
        settings.put("clientBufferMax", values.hardLimit.toString());
        settings.put("recoverPolicy", values.recoverPolicy.toString());
        settings.put("contentType", values.contentType);
        settings.put("detachGrace", values.detachGrace.toMillis() + "ms");
        settings.put("keepalive", values.keepalive.toMillis() + "ms");
        settings.put("staleAfter", values.staleAfter.toMillis() + "ms");
        settings.putAll(values.access.settings());
        return settings;
    }

    /**
     * The options as a user writes them, by name, for messages and comparison. Tokens and secrets are told by a hash: enough
     * to see that two differ.
     */
    public Map<String, Object> options() {
        Map<String, Object> options = new LinkedHashMap<>(settings());
        for (String secret : new String[] {"tokens", "tokenSecret"}) {
            options.computeIfPresent(secret, (name, value) -> SignedToken.fingerprint((String) value));
        }
        return options;
    }

    public String name() {
        return values.name;
    }

    /** {@code host:port}, or null for the engine's default listener. */
    public String listener() {
        return values.listener;
    }

    public TransportMode transport() {
        return values.transport;
    }

    public SyncMethod syncMethod() {
        return values.syncMethod;
    }

    public MediaAmount burstSize() {
        return values.burstSize;
    }

    /** As set. */
    public MediaAmount storeSize() {
        return values.storeSize;
    }

    /** In bytes, with a time worked out. */
    public long storeBytes() {
        return values.storeSize.isTime() ? bytesAtStoreRate(values.storeSize.time()) : values.storeSize.bytes();
    }

    /** {@code clientBufferSoftMax} as set. */
    public MediaAmount softLimit() {
        return values.softLimit;
    }

    /** {@code clientBufferMax} as set. */
    public MediaAmount hardLimit() {
        return values.hardLimit;
    }

    /** The lag at which the {@link #recoverPolicy()} acts: the soft limit, or the hard one if there is none. */
    public MediaAmount recoverLimit() {
        return values.softLimit.isDefault() ? values.hardLimit : values.softLimit;
    }

    /** {@code clientBufferMax} in bytes, with the default worked out, never more than three quarters of the store. */
    public long clientBufferMax() {
        return limitBytes(values.hardLimit);
    }

    /** A limit in bytes; what is not set, and a time, is three quarters of the store. */
    public long limitBytes(MediaAmount limit) {
        long most = storeBytes() / 4 * 3;
        return limit.isTime() || limit.isDefault() ? most : Math.min(limit.bytes(), most);
    }

    public RecoverPolicy recoverPolicy() {
        return values.recoverPolicy;
    }

    public String contentType() {
        return values.contentType;
    }

    public Duration detachGrace() {
        return values.detachGrace;
    }

    /** Zero for none. */
    public Duration keepalive() {
        return values.keepalive;
    }

    /** Zero for never. */
    public Duration staleAfter() {
        return values.staleAfter;
    }

    public AccessRule access() {
        return values.access;
    }
}
