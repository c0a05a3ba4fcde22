// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.clauses.Way;
import io.tcpoffload.itests.peer.SynOptions;

/** How the congestion window opens; segments of 1000 bytes. */
@OnPeerWorld
class SlowStartIT {

    private static final int MSS = 1000;
    private static final int INITIAL = 10;
    private static final int MUCH = 200 * MSS;
    private static final SynOptions OPTIONS = SynOptions.plain().withMss(MSS).withSack();

    private final PeerWorld world;

    SlowStartIT(PeerWorld world) {
        this.world = world;
    }

    @EachSide
    @Clause(rfc = "RFC 6928", section = "2", does = "the first flight is ten segments")
    void theFirstFlightIsTenSegments(Side side) {
        try (Dialog d = world.open(side, OPTIONS)) {
            assertEquals(INITIAL * MSS, d.fill(MUCH), d.peer::conversation);
            d.verify();
        }
    }

    @EachSide
    @Clause(rfc = "RFC 5681", section = "3.1", does = "in slow start each acknowledged segment lets two more go")
    void acknowledgementsOfOneSegmentLetTwoGo(Side side) {
        grows(side, 1);
    }

    @EachSide
    @Clause(rfc = "RFC 5681", section = "3.1", does = "in slow start an acknowledgement of two segments lets four go")
    void acknowledgementsOfTwoSegmentsLetFourGo(Side side) {
        grows(side, 2);
    }

    @EachSide
    @Clause(rfc = "RFC 3465", section = "2.2", does = "in slow start an acknowledgement of four segments lets eight go", way = Way.LINUX)
    void acknowledgementsOfFourSegmentsLetEightGo(Side side) {
        grows(side, 4);
    }

    private void grows(Side side, int segments) {
        try (Dialog d = world.open(side, OPTIONS)) {
            long sent = d.fill(MUCH);
            long acknowledged = 0;
            for (int i = 0; i < 3; i++) {
                acknowledged += (long) segments * MSS;
                d.peer.ack(acknowledged).send();
                for (int more = 0; more < 2 * segments; more++) {
                    d.peer.expect(d.peer.data(sent, MSS));
                    sent += MSS;
                }
                d.peer.quiet(5);
            }
            d.verify();
        }
    }

    @EachSide
    @Clause(rfc = "RFC 7661", section = "4.3", does = "a window that is not used does not grow", way = Way.LINUX)
    void anUnusedWindowDoesNotGrow(Side side) {
        try (Dialog d = world.open(side, OPTIONS)) {
            for (int i = 0; i < 8; i++) {
                d.push(2 * MSS);
                d.peer.pause();
                d.acknowledge();
            }
            long flight = d.fill(MUCH);
            assertTrue(flight <= (INITIAL + 2) * MSS, () -> flight + "\n" + d.peer.conversation());
            d.verify();
        }
    }

    @EachSide
    @Clause(rfc = "RFC 9293", section = "3.8.6", does = "never more in flight than the window offers")
    void theReceiveWindowIsNeverExceeded(Side side) {
        try (Dialog d = world.open(side, OPTIONS.withWindow(5 * MSS))) {
            assertEquals(5 * MSS, d.fill(MUCH), d.peer::conversation);
            d.peer.window(3 * MSS).ack(2 * MSS).send(); // the right edge stays
            d.peer.quiet(10);
            d.peer.window(4 * MSS).ack(3 * MSS).send(); // two more
            d.peer.expectData(5 * MSS, 7 * MSS);
            d.peer.quiet(10);
            d.verify();
        }
    }

    @EachSide
    @Clause(rfc = "RFC 7323", section = "2.3", does = "windows are scaled as both sides said in their SYNs")
    void windowsAreScaled(Side side) {
        try (Dialog d = world.open(side, OPTIONS.withScale(3).withWindow(1000))) { // 8000 bytes, but not in the SYN
            assertEquals(8 * MSS, d.fill(MUCH), d.peer::conversation);
            d.verify();
        }
    }
}
