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
 * checks its value and throws an {@link OffloadException} that names the value and the allowed range.
 */
public final class ChannelSpec {

    /** Smallest store: room for a second of HD and a viewer's window. */
    public static final long MIN_STORE_BYTES = 1L << 20;
    /** Largest store: one Java mapping. */
    public static final long MAX_STORE_BYTES = 1L << 30;
    /** Default store: 25 s at 10 Mbit/s. */
    public static final long DEFAULT_STORE_BYTES = 32L << 20;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final Pattern LISTENER =
            Pattern.compile("(?:[A-Za-z0-9.-]{1,253}|\\[[0-9A-Fa-f:.]{2,45}(?:%[^\\s/:\\]]{1,15})?]):(\\d{1,5})");

    private final String name;
    private final String listener;
    private final TransportMode transport;
    private final long storeBytes;
    private final long clientBufferMax;
    private final RecoverPolicy recoverPolicy;
    private final String contentType;
    private final Duration detachGrace;

    private ChannelSpec(String name, String listener, TransportMode transport, long storeBytes, long clientBufferMax,
            RecoverPolicy recoverPolicy, String contentType, Duration detachGrace) {
        this.name = name;
        this.listener = listener;
        this.transport = transport;
        this.storeBytes = storeBytes;
        this.clientBufferMax = clientBufferMax;
        this.recoverPolicy = recoverPolicy;
        this.contentType = contentType;
        this.detachGrace = detachGrace;
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
        return new ChannelSpec(name, null, TransportMode.AUTO, DEFAULT_STORE_BYTES, 0, RecoverPolicy.KEYFRAME,
                "video/mp2t", Duration.ofSeconds(30));
    }

    /**
     * Listens on {@code host:port}, port 0 to 65535 (0 picks a free one); null means the engine's default listener. An IPv6
     * address is in brackets; {@code [::]} takes viewers of both families.
     */
    public ChannelSpec withListener(String hostAndPort) {
        if (hostAndPort != null) {
            var m = LISTENER.matcher(hostAndPort);
            if (!m.matches() || Integer.parseInt(m.group(1)) > 65535) {
                throw new OffloadException("listener '" + hostAndPort + "' is not valid: host:port with a host name, "
                        + "an IPv4 address or an IPv6 address in brackets, and a port from 0 to 65535");
            }
        }
        return new ChannelSpec(name, hostAndPort, transport, storeBytes, clientBufferMax, recoverPolicy, contentType,
                detachGrace);
    }

    public ChannelSpec withTransport(TransportMode mode) {
        return new ChannelSpec(name, listener, Objects.requireNonNull(mode), storeBytes, clientBufferMax,
                recoverPolicy, contentType, detachGrace);
    }

    /** Media retained, in bytes, {@link #MIN_STORE_BYTES} to {@link #MAX_STORE_BYTES}. */
    public ChannelSpec withStoreBytes(long bytes) {
        if (bytes < MIN_STORE_BYTES || bytes > MAX_STORE_BYTES) {
            throw new OffloadException("storeSize " + bytes + " is out of range: " + MIN_STORE_BYTES + " to "
                    + MAX_STORE_BYTES + " bytes");
        }
        return new ChannelSpec(name, listener, transport, bytes, clientBufferMax, recoverPolicy, contentType,
                detachGrace);
    }

    /** Largest lag of a viewer, in bytes, 0 to the store's size; 0 means three quarters of the store. */
    public ChannelSpec withClientBufferMax(long bytes) {
        if (bytes < 0 || bytes > MAX_STORE_BYTES) {
            throw new OffloadException("clientBufferMax " + bytes + " is out of range: 0 to " + MAX_STORE_BYTES
                    + " bytes, 0 meaning three quarters of the store");
        }
        return new ChannelSpec(name, listener, transport, storeBytes, bytes, recoverPolicy, contentType, detachGrace);
    }

    public ChannelSpec withRecoverPolicy(RecoverPolicy policy) {
        return new ChannelSpec(name, listener, transport, storeBytes, clientBufferMax, Objects.requireNonNull(policy),
                contentType, detachGrace);
    }

    /** The {@code Content-Type} of the response (RFC 9110 section 8.3). */
    public ChannelSpec withContentType(String type) {
        if (type == null || !type.matches("[\\x21-\\x7e][\\x20-\\x7e]{0,126}")) {
            throw new OffloadException("contentType '" + type + "' is not valid: 1 to 127 printable ASCII characters, "
                    + "such as video/mp2t");
        }
        return new ChannelSpec(name, listener, transport, storeBytes, clientBufferMax, recoverPolicy, type,
                detachGrace);
    }

    /** How long viewers are kept while nobody publishes, 0 to 24 hours. */
    public ChannelSpec withDetachGrace(Duration grace) {
        if (grace.isNegative() || grace.compareTo(Duration.ofHours(24)) > 0) {
            throw new OffloadException("detachGrace " + grace.toMillis() + " ms is out of range: 0 to 86400000 ms");
        }
        return new ChannelSpec(name, listener, transport, storeBytes, clientBufferMax, recoverPolicy, contentType,
                grace);
    }

    /** The options as a user writes them, by name, for messages and comparison. */
    public Map<String, Object> options() {
        Map<String, Object> options = new LinkedHashMap<>();
        options.put("transport", transport.name().toLowerCase(Locale.ROOT));
        options.put("storeSize", storeBytes);
        options.put("clientBufferMax", clientBufferMax);
        options.put("recoverPolicy", recoverPolicy.name().toLowerCase(Locale.ROOT));
        options.put("contentType", contentType);
        options.put("detachGrace", detachGrace);
        return options;
    }

    public String name() {
        return name;
    }

    /** {@code host:port}, or null for the engine's default listener. */
    public String listener() {
        return listener;
    }

    public TransportMode transport() {
        return transport;
    }

    public long storeBytes() {
        return storeBytes;
    }

    /** In bytes, with the default worked out, never more than three quarters of the store. */
    public long clientBufferMax() {
        long most = storeBytes / 4 * 3;
        return clientBufferMax == 0 ? most : Math.min(clientBufferMax, most);
    }

    public RecoverPolicy recoverPolicy() {
        return recoverPolicy;
    }

    public String contentType() {
        return contentType;
    }

    public Duration detachGrace() {
        return detachGrace;
    }
}
