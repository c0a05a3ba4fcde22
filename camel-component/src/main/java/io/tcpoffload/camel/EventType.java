// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import io.tcpoffload.api.ViewerEvent;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/** What a consumer hears of, by the names of the option {@code events} and of the header {@code CamelTcpOffloadEvent}. */
enum EventType {

    REQUEST(null),
    SUBSCRIBE(ViewerEvent.Type.SUBSCRIBE),
    UNSUBSCRIBE(ViewerEvent.Type.UNSUBSCRIBE),
    SLOW(ViewerEvent.Type.SLOW),
    RESYNC(ViewerEvent.Type.RESYNC),
    ERROR(ViewerEvent.Type.ERROR);

    private static final String ALL = "all";

    private final ViewerEvent.Type type;

    EventType(ViewerEvent.Type type) {
        this.type = type;
    }

    /** @param list names separated by commas, or {@code all} */
    static Set<EventType> parse(String option, String list) {
        if (list != null && ALL.equalsIgnoreCase(list.strip())) {
            return EnumSet.allOf(EventType.class);
        }
        Set<EventType> types = EnumSet.noneOf(EventType.class);
        Arrays.stream(list == null ? new String[] {""} : list.split(","))
                .forEach(name -> types.add(OptionWord.parse(option, EventType.class, name.strip())));
        return types;
    }

    /** Those of them that the engine tells as events, rather than asks. */
    static Set<ViewerEvent.Type> notifications(Set<EventType> types) {
        Set<ViewerEvent.Type> told = EnumSet.noneOf(ViewerEvent.Type.class);
        types.stream().filter(event -> event.type != null).forEach(event -> told.add(event.type));
        return told;
    }
}
