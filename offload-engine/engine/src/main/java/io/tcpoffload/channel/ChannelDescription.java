// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import io.tcpoffload.api.AccessRule;
import io.tcpoffload.api.ChannelSpec;
import io.tcpoffload.api.OffloadException;
import java.util.Map;

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
    /** No viewer's address (RFC 919). */
    private static final String NOBODY = "255.255.255.255";

    /**
     * What is as by default is left out. An access rule with more tokens or addresses than there is room for is replaced by
     * one that lets nobody in: until the publisher is back, who is there stays, and nobody comes.
     */
    String toText() {
        String text = toText(spec);
        return text.length() <= StoreHeader.MAX_DESCRIPTION ? text
                : toText(spec.withAccess(AccessRule.NONE.withAllowedIps(NOBODY)));
    }

    private String toText(ChannelSpec spec) {
        Map<String, String> defaults = ChannelSpec.channel(spec.name()).settings();
        var text = new StringBuilder();
        line(text, NAME, spec.name());
        line(text, LISTENER_KEY, listenerKey);
        if (spec.listener() != null) {
            line(text, LISTENER, spec.listener());
        }
        spec.settings().forEach((key, value) -> {
            if (!value.equals(defaults.get(key))) {
                line(text, key, value);
            }
        });
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
            } catch (OffloadException | IllegalArgumentException e) {
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
        return key.equals(LISTENER) ? spec.withListener(value) : spec.with(key, value);
    }
}
