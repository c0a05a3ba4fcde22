// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import io.tcpoffload.api.ChannelSpec;
import io.tcpoffload.api.OffloadException;
import io.tcpoffload.api.RecoverPolicy;
import io.tcpoffload.api.TransportMode;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;

/**
 * A channel as its store's file describes it: a line {@code key=value} for each setting.
 *
 * @param spec        as its publisher wanted it
 * @param listenerKey {@code host:port} it is registered under: the specification's listener or the engine's default
 */
record ChannelDescription(ChannelSpec spec, String listenerKey) {

    private static final String NAME = "name";
    private static final String LISTENER = "listener";
    private static final String LISTENER_KEY = "listenerKey";

    String toText() {
        var text = new StringBuilder();
        line(text, NAME, spec.name());
        line(text, LISTENER_KEY, listenerKey);
        if (spec.listener() != null) {
            line(text, LISTENER, spec.listener());
        }
        spec.options().forEach((key, value) -> line(text, key, value));
        return text.toString();
    }

    private static void line(StringBuilder text, String key, Object value) {
        text.append(key).append('=').append(value).append('\n');
    }

    static ChannelDescription parse(String text) throws StoreRefusedException {
        ChannelSpec spec = null;
        String listenerKey = null;
        for (String line : text.lines().toList()) {
            String key = line.substring(0, Math.max(0, line.indexOf('=')));
            String value = line.substring(line.indexOf('=') + 1);
            try {
                if (key.equals(NAME)) {
                    spec = ChannelSpec.channel(value);
                } else if (key.equals(LISTENER_KEY)) {
                    listenerKey = value;
                } else {
                    spec = with(spec, key, value);
                }
            } catch (OffloadException | IllegalArgumentException | DateTimeParseException e) {
                throw new StoreRefusedException("its description's line '" + line + "' is not valid: " + e.getMessage());
            }
        }
        if (spec == null || listenerKey == null) {
            throw new StoreRefusedException("its description names no channel and listener: '" + text.replace("\n", " ")
                    + "'");
        }
        return new ChannelDescription(spec, listenerKey);
    }

    private static ChannelSpec with(ChannelSpec spec, String key, String value) {
        if (spec == null) {
            throw new IllegalArgumentException("the channel's name has to be before it");
        }
        return switch (key) {
            case LISTENER -> spec.withListener(value);
            case "transport" -> spec.withTransport(TransportMode.valueOf(value.toUpperCase(Locale.ROOT)));
            case "storeSize" -> spec.withStoreBytes(Long.parseLong(value));
            case "clientBufferMax" -> spec.withClientBufferMax(Long.parseLong(value));
            case "recoverPolicy" -> spec.withRecoverPolicy(RecoverPolicy.valueOf(value.toUpperCase(Locale.ROOT)));
            case "contentType" -> spec.withContentType(value);
            case "detachGrace" -> spec.withDetachGrace(Duration.parse(value));
            default -> throw new IllegalArgumentException("no such setting");
        };
    }
}
