// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.clauses.Way;
import io.tcpoffload.itests.peer.Expect;
import io.tcpoffload.itests.peer.Segment;
import io.tcpoffload.itests.peer.SynOptions;
import io.tcpoffload.itests.peer.TcpPeer;
import java.util.List;

/** How losses are found and repaired; segments of 1000 bytes, flights of ten. */
@OnPeerWorld
class RecoveryIT {

    private static final int MSS = 1000;
    private static final int FLIGHT = 10 * MSS;
    private static final double MIN_RTO = 200;
    private static final SynOptions RENO = SynOptions.plain().withMss(MSS);
    private static final SynOptions SACK = RENO.withSack();
    private static final long PATIENCE = 5000;

    private final PeerWorld world;

    RecoveryIT(PeerWorld world) {
        this.world = world;
    }

    @EachSide
    @Clause(rfc = "RFC 5681", section = "3.2", does = "the third duplicate acknowledgement makes the first segment go again")
    @Clause(rfc = "RFC 3042", section = "2", does = "the first two duplicates let one new segment go each")
    void theThirdDuplicateMeansLossWithoutSack(Side side) {
        try (Dialog d = world.open(side, RENO)) {
            assertTrue(d.fill(30 * MSS) == FLIGHT);
            d.peer.ack(0).send();
            d.peer.expect(d.peer.data(FLIGHT, MSS));
            d.peer.ack(0).send();
            Segment s = d.peer.next(20); // Linux may let it wait for more
            assertTrue(s == null || d.peer.data(FLIGHT + MSS, MSS).test().test(s), d.peer::conversation);
            d.peer.ack(0).send();
            d.peer.await(d.peer.data(0, MSS), 100);
            d.peer.drain(10);
            d.goesOn();
        }
    }

    @EachSide
    @Clause(rfc = "RFC 6675", section = "5", does = "with three segments SACKed above it, the hole goes again, and nothing else")
    void aHoleIsRepairedBySack(Side side) {
        try (Dialog d = world.open(side, SACK)) {
            d.push(FLIGHT);
            d.peer.pause();
            d.peer.ack(0).sack(MSS, 2 * MSS).send();
            d.peer.ack(0).sack(MSS, 3 * MSS).send();
            d.peer.ack(0).sack(MSS, 4 * MSS).send();
            d.peer.expect(d.peer.data(0, MSS));
            d.peer.ack(4 * MSS).send();
            d.peer.quiet(5);
            d.peer.ack(FLIGHT).send();
            d.goesOn();
        }
    }

    @EachSide
    @Clause(rfc = "RFC 6675", section = "5", does = "several holes are repaired in order, none twice")
    void severalHolesAreRepairedInOrder(Side side) {
        try (Dialog d = world.open(side, SACK)) {
            d.push(FLIGHT);
            d.peer.pause();
            // lost: 0, 3, 6
            d.peer.ack(0).sack(7 * MSS, FLIGHT).sack(4 * MSS, 6 * MSS).sack(MSS, 3 * MSS).send();
            for (long lost : new long[] {0, 3 * MSS, 6 * MSS}) {
                d.peer.expect(d.peer.data(lost, MSS), 1000);
            }
            d.peer.ack(FLIGHT).send();
            d.peer.quiet(20);
            d.goesOn();
        }
    }

    @EachSide
    @Clause(rfc = "RFC 8985", section = "6.2", does = "a segment that is late by less than a quarter of a round trip is not taken for lost")
    void aLateSegmentIsNotTakenForLost(Side side) {
        try (Dialog d = world.open(side, SACK.withTimestamps().withMss(MSS + 12))) {
            d.push(FLIGHT);
            d.peer.pause();
            // order of arrival: 1, 0, 2, 3 ... : the SACK of 1 and, 1 ms later, the acknowledgement of all
            d.peer.ack(0).sack(MSS, 2 * MSS).send();
            d.peer.ack(2 * MSS).send();
            d.peer.ack(FLIGHT).send();
            d.peer.quiet(120);
            d.goesOn();
        }
    }

    @EachSide
    @Clause(rfc = "RFC 8985", section = "7.3", does = "two round trips after the last segment of a flight it is sent again, as a probe")
    void aTailLossIsProbedAfterTwoRoundTrips(Side side) {
        try (Dialog d = world.open(side, SACK)) {
            List<Segment> sent = d.push(FLIGHT);
            Segment probe = d.peer.expect(d.peer.data(9 * MSS, MSS), PATIENCE);
            double ms = TcpPeer.msBetween(sent.get(9), probe);
            assertTrue(ms > 1.8 * TcpPeer.ROUND_TRIP, () -> ms + " ms\n" + d.peer.conversation());
            // the probe tells what is missing
            d.peer.ack(0).sack(9 * MSS, FLIGHT).send();
            d.peer.await(d.peer.data(0, MSS), 1000);
            d.goesOn();
        }
    }

    @EachSide
    @Clause(rfc = "RFC 6298", section = "5", does = "the timeout is 200 ms at least and doubles each time", way = Way.LINUX)
    void timeoutsBackOff(Side side) {
        try (Dialog d = world.open(side, SACK)) {
            Segment first = d.push(MSS).get(0); // one segment: Linux adds the worst delayed ACK to the probe's time
            Segment last = first;
            double gap = 0;
            for (int i = 0; i < 4; i++) {
                Segment again = d.peer.expect(d.peer.data(0, MSS), PATIENCE);
                double ms = TcpPeer.msBetween(last, again);
                double least = i < 2 ? MIN_RTO : 1.7 * gap; // the first may be the probe
                assertTrue(ms >= least, () -> ms + " ms, at least " + least + "\n" + d.peer.conversation());
                last = again;
                gap = ms;
            }
            d.goesOn();
        }
    }

    @EachSide
    @Clause(rfc = "RFC 5681", section = "3.1", does = "after a timeout one segment goes, then slow start")
    void afterATimeoutOneSegmentGoes(Side side) {
        try (Dialog d = world.open(side, RENO)) {
            d.push(FLIGHT);
            d.peer.await(new Expect("the first segment again",
                    s -> s.sequence() == d.peer.sequenceOf(0) && s.length() == MSS), PATIENCE);
            d.peer.quiet(100);
            d.peer.ack(MSS).send();
            d.peer.expect(d.peer.data(MSS, MSS));
            d.goesOn();
        }
    }

    @EachSide
    @Clause(rfc = "RFC 6582", section = "3.2", does = "without SACK a partial acknowledgement makes the next hole go again")
    void aPartialAcknowledgementRepairsTheNextHole(Side side) {
        try (Dialog d = world.open(side, RENO)) {
            d.push(FLIGHT);
            d.peer.pause();
            for (int i = 0; i < 3; i++) {
                d.peer.ack(0).send();
            }
            d.peer.expect(d.peer.data(0, MSS));
            d.peer.pause();
            d.peer.ack(4 * MSS).send();
            d.peer.await(d.peer.data(4 * MSS, MSS), 1000);
            d.goesOn();
        }
    }

    @EachSide
    @Clause(rfc = "RFC 6937", section = "3", does = "in recovery no more than a fraction of what arrives is sent")
    void recoveryIsNoBurst(Side side) {
        try (Dialog d = world.open(side, SACK)) {
            assertTrue(d.fill(100 * MSS) == FLIGHT);
            d.peer.ack(0).sack(MSS, FLIGHT).send();
            long sent = d.peer.drain(10).stream().filter(s -> s.length() > 0).count();
            assertTrue(sent <= 8, () -> sent + " segments\n" + d.peer.conversation()); // 0.7 of ten, and the repetition
            d.peer.next().ack(FLIGHT).send();
            d.goesOn();
        }
    }

    @EachSide
    @Clause(rfc = "RFC 8985", section = "6.2", does = "a repetition that is lost, too, goes again without a timeout or by one")
    void aLostRepetitionGoesAgain(Side side) {
        try (Dialog d = world.open(side, SACK.withTimestamps().withMss(MSS + 12))) {
            assertTrue(d.fill(30 * MSS) == FLIGHT);
            d.peer.ack(0).sack(MSS, FLIGHT).send();
            d.peer.await(d.peer.data(0, MSS), 1000);
            d.peer.await(d.peer.data(0, MSS), PATIENCE);
            d.goesOn();
        }
    }

    @EachSide
    @Clause(rfc = "RFC 2883", section = "4", does = "a reduction for a loss that was none is undone by DSACK", way = Way.LINUX)
    void aSpuriousRepetitionIsUndone(Side side) {
        try (Dialog d = world.open(side, SACK)) {
            d.push(FLIGHT);
            d.peer.pause();
            d.peer.ack(0).sack(MSS, 4 * MSS).send();
            d.peer.await(d.peer.data(0, MSS), 1000);
            long reduced = d.cwnd();
            d.peer.ack(FLIGHT).sack(0, MSS).send();
            d.peer.drain(20);
            assertTrue(reduced < 10 && d.cwnd() >= 10, () -> reduced + " then " + d.cwnd() + "\n" + d.peer.conversation());
            d.goesOn();
        }
    }
}
