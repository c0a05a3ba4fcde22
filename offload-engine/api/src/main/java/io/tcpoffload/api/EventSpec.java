// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.api;

import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;

/**
 * Which events a {@link ViewerListener} hears. Immutable.
 *
 * @param listener {@code host:port} as it was asked for, null for all listeners
 * @param path     of the channels, null for all
 * @param types    what kinds
 * @param capacity most events that may wait, 1 to {@value #MAX_CAPACITY}; the next ones are dropped and counted
 * @param owner    who registers it, for messages
 */
public record EventSpec(String listener, PathTemplate path, Set<ViewerEvent.Type> types, int capacity, String owner) {

    /** 10,000 viewers that leave at once, as in a power cut, are heard of to the last. */
    public static final int DEFAULT_CAPACITY = 20_000;
    /** 250 MB of heap. */
    public static final int MAX_CAPACITY = 1_000_000;

    public EventSpec {
        ChannelSpec.requireListener(listener);
        types = Set.copyOf(types);
        Objects.requireNonNull(owner);
        if (capacity < 1 || capacity > MAX_CAPACITY) {
            throw new OffloadException("capacity " + capacity + " is out of range: 1 to " + MAX_CAPACITY);
        }
    }

    /** All events of all channels. */
    public static EventSpec all() {
        return new EventSpec(null, null, EnumSet.allOf(ViewerEvent.Type.class), DEFAULT_CAPACITY, "events");
    }

    /** @param templateOrChannel see {@link PathTemplate#parse} */
    public EventSpec withPath(String templateOrChannel) {
        return new EventSpec(listener, PathTemplate.parse(templateOrChannel), types, capacity, owner);
    }

    public EventSpec withListener(String hostAndPort) {
        return new EventSpec(hostAndPort, path, types, capacity, owner);
    }

    public EventSpec withTypes(Set<ViewerEvent.Type> kinds) {
        return new EventSpec(listener, path, kinds, capacity, owner);
    }

    public EventSpec withCapacity(int most) {
        return new EventSpec(listener, path, types, most, owner);
    }

    public EventSpec withOwner(String name) {
        return new EventSpec(listener, path, types, capacity, name);
    }
}
