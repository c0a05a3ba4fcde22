// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.peer;

import java.util.function.Predicate;

/** What the next segment has to be like; made by {@link TcpPeer}. */
public record Expect(String text, Predicate<Segment> test) {

    public Expect and(String more, Predicate<Segment> further) {
        return new Expect(text + ", " + more, test.and(further));
    }

    public Expect or(Expect other) {
        return new Expect(text + " or " + other.text, test.or(other.test));
    }

    /** With that flag. */
    public Expect with(int flag) {
        return and("flag 0x" + Integer.toHexString(flag), s -> s.has(flag));
    }

    /** Without that flag. */
    public Expect without(int flag) {
        return and("no flag 0x" + Integer.toHexString(flag), s -> !s.has(flag));
    }
}
