// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.clauses.Way;
import io.tcpoffload.itests.peer.Segment;
import io.tcpoffload.itests.peer.SynOptions;
import io.tcpoffload.itests.peer.TcpPeer;

/** Which segments a stream leaves in, and leaves in again: small writes, Nagle, and the FIN. */
@OnPeerWorld
class SegmentBoundariesIT {

    private static final int MSS = 1000;
    private static final long PATIENCE = 5000;
    private static final SynOptions SACK = SynOptions.plain().withMss(MSS).withSack();

    private final PeerWorld world;

    SegmentBoundariesIT(PeerWorld world) {
        this.world = world;
    }

    private static void pushEach(Dialog d, int... lengths) {
        for (int length : lengths) {
            assertEquals(1, d.push(length).size(), d.peer::conversation);
        }
    }

    @EachSide
    @Clause(rfc = "RFC 9293", section = "3.8.1", way = Way.LINUX,
            does = "after a timeout small segments go again as one, as many as fit; what does not fit stays as it was")
    void smallSegmentsThatFitInOneAreJoinedWhenTheyGoAgain(Side side) {
        try (Dialog d = world.open(side, SACK)) {
            pushEach(d, 100, 200, 300, 450, MSS);
            d.peer.await(d.peer.data(0, 600), PATIENCE);
            d.peer.pause();
            d.peer.ack(600).send();
            d.peer.expect(d.peer.data(600, 450), PATIENCE);
            d.peer.await(d.peer.data(1050, MSS), PATIENCE);
            d.goesOn();
        }
    }

    @EachSide
    @Clause(rfc = "RFC 9293", section = "3.8.1", way = Way.LINUX,
            does = "a segment that goes again is not filled up with what followed it")
    void aSegmentThatGoesAgainIsNotFilledUp(Side side) {
        try (Dialog d = world.open(side, SACK)) {
            pushEach(d, 700, 600, 500);
            d.peer.await(d.peer.data(0, 700), PATIENCE);
            d.peer.pause();
            d.peer.ack(700).send();
            d.peer.expect(d.peer.data(700, 600), PATIENCE);
            d.peer.await(d.peer.data(1300, 500), PATIENCE);
            d.goesOn();
        }
    }

    @EachSide
    @Clause(rfc = "RFC 9293", section = "3.8.1", way = Way.LINUX,
            does = "a hole of small segments is repaired by the segments that were lost")
    void aHoleOfSmallSegmentsIsRepairedByThem(Side side) {
        try (Dialog d = world.open(side, SACK)) {
            pushEach(d, 800, 700, MSS, MSS, MSS, MSS);
            d.peer.pause();
            d.peer.ack(0).sack(1500, 1500 + 4 * MSS).send();
            d.peer.await(d.peer.data(0, 800), 1000);
            d.peer.await(d.peer.data(800, 700), 1000);
            d.peer.ack(1500 + 4 * MSS).send();
            d.goesOn();
        }
    }

    @EachSide
    @Clause(rfc = "RFC 8985", section = "7.3", way = Way.LINUX,
            does = "the tail loss probe is the last small segment, as it was")
    void theProbeIsTheLastSmallSegment(Side side) {
        try (Dialog d = world.open(side, SACK)) {
            pushEach(d, MSS, 300, 200);
            d.peer.expect(d.peer.data(MSS + 300, 200), PATIENCE);
            d.goesOn();
        }
    }

    @EachSide
    @Clause(rfc = "RFC 9293", section = "3.7.4", way = Way.LINUX,
            does = "without TCP_NODELAY a second small segment waits for the acknowledgement of the first, full ones do not")
    void aSecondSmallSegmentWaits(Side side) {
        try (Dialog d = world.openWithNagle(side, SACK)) {
            pushEach(d, 100);
            d.write(100);
            d.peer.quiet(50);
            d.write(MSS);
            d.peer.expect(d.peer.data(100, MSS));
            d.peer.quiet(20);
            d.peer.ack(100 + MSS).send();
            d.peer.expect(d.peer.data(100 + MSS, 100));
            d.goesOn();
        }
    }

    @EachSide
    @Clause(rfc = "RFC 8985", section = "7.3", way = Way.LINUX,
            does = "data that waits for Nagle is the tail loss probe")
    void whatNagleHoldsBackIsTheProbe(Side side) {
        try (Dialog d = world.openWithNagle(side, SACK)) {
            d.push(MSS + 100);
            d.write(50);
            Segment probe = d.peer.expect(d.peer.data(MSS + 100, 50), PATIENCE);
            assertTrue(probe.has(Segment.PSH), d.peer::conversation);
            d.goesOn();
        }
    }

    @EachSide
    @Clause(rfc = "RFC 9293", section = "3.8.1", way = Way.LINUX,
            does = "a FIN that left on data goes again on it")
    void aFinOnDataGoesAgainOnIt(Side side) {
        try (Dialog d = world.open(side, SACK)) {
            assertEquals(10 * MSS, d.fill(12 * MSS - 400));
            d.shutdown();
            d.peer.ack(10 * MSS).send();
            d.peer.expect(d.peer.data(10 * MSS, MSS));
            Segment last = d.peer.expect(d.peer.finAfter(12 * MSS - 400));
            assertEquals(600, last.length());
            Segment again = d.peer.expect(d.peer.finAfter(12 * MSS - 400), PATIENCE);
            assertEquals(600, again.length(), d.peer::conversation);
            d.peer.ack(12 * MSS - 399).send();
            d.peer.quiet(50);
            d.verify();
        }
    }

    @EachSide
    @Clause(rfc = "RFC 9293", section = "3.8.1", way = Way.LINUX,
            does = "a FIN of its own goes again with the small segment before it, if that goes again")
    void aFinJoinsTheSmallSegmentBeforeIt(Side side) {
        try (Dialog d = world.open(side, SACK)) {
            pushEach(d, 400);
            d.shutdown();
            assertEquals(0, d.peer.expect(d.peer.finAfter(400)).length());
            d.peer.await(d.peer.finAfter(400).and("with the data", s -> s.length() == 400), PATIENCE);
            d.peer.ack(401).send();
            d.peer.quiet(50);
            d.verify();
        }
    }

    @EachSide
    @Clause(rfc = "RFC 9293", section = "3.6.1", way = Way.LINUX,
            does = "what comes after a close draws a reset, of the number that it acknowledges, without ACK")
    void whatComesAfterACloseDrawsAReset(Side side) {
        try (Dialog d = world.open(side, SACK)) {
            pushEach(d, 400);
            d.acknowledge();
            d.closeSender();
            d.peer.expect(d.peer.finAfter(400));
            d.peer.ack(401).payload(10).send();
            Segment reset = d.peer.await(d.peer.resetSegment(), TcpPeer.SOON);
            assertEquals(d.peer.sequenceOf(401), reset.sequence(), d.peer::conversation);
            assertTrue(!reset.has(Segment.ACK), d.peer::conversation);
        }
    }
}
