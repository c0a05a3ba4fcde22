// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.clauses.Hostile;
import io.tcpoffload.clauses.Layer;
import io.tcpoffload.itests.peer.Segment;
import io.tcpoffload.itests.peer.SynOptions;
import io.tcpoffload.itests.peer.TcpPeer;
import java.util.List;
import java.util.Map;

/** Sequence numbers that wrap, ports that are used again, congestion notification. */
@OnPeerWorld
class OddConnectionsIT {

    private static final int MSS = 1460;
    private static final int ECT0 = 2;

    private final PeerWorld world;

    OddConnectionsIT(PeerWorld world) {
        this.world = world;
    }

    @EachSide
    @Hostile(value = "4-tuple reuse", layer = Layer.WIRE)
    @Clause(rfc = "RFC 9293", section = "3.4", does = "a stream and its recovery run across the end of the sequence space")
    void sequenceNumbersWrap(Side side) {
        try (Dialog d = world.repaired(side, -3 * MSS - 1, Integer.MAX_VALUE, MSS)) {
            int size = d.push(9 * MSS).get(0).length();
            d.peer.pause();
            d.peer.ack(0).sack(2L * size, 3L * size).sack(4L * size, d.written()).send(); // 2^32 lies between the two
            d.peer.await(d.peer.data(0, size), 1000);
            d.peer.await(d.peer.data(3L * size, size), 1000);
            d.peer.drain(20);
            d.acknowledge();
            d.goesOn();
        }
    }

    @EachSide
    @Hostile(value = "4-tuple reuse", layer = Layer.WIRE, counter = "kernel_linger_ended_by_syn")
    void portsCanBeUsedAgainAtOnce(Side side) {
        int port;
        try (Dialog d = world.open(side, SynOptions.usual())) {
            port = d.peer.localPort();
            d.goesOn();
        }
        Map<String, Long> before = world.engine.counters();
        try (Dialog d = world.open(side, world.peer(side, SynOptions.usual(), port))) {
            d.goesOn();
        }
        world.assertCounted(side, "kernel_linger_ended_by_syn", before, "the same ports again");
    }

    @EachSide
    @Clause(rfc = "RFC 3168", section = "6.1", does = "data is ECT(0), what has no data is not; ECE reduces the window once a "
            + "round trip, and the next new segment says CWR")
    void congestionNotificationIsObeyed(Side side) {
        try (Dialog d = world.open(side, SynOptions.usual().withEcn())) {
            assertTrue(d.peer.synAck().has(Segment.ECE), d.peer::conversation);
            List<Segment> flight = d.push(10 * 1448);
            assertTrue(flight.stream().allMatch(s -> s.ecn() == ECT0 && !s.has(Segment.CWR)), d.peer::conversation);
            long before = d.cwnd();
            d.peer.pause();
            d.peer.ack(2 * 1448).with(Segment.ECE).send();
            d.peer.ack(10 * 1448).with(Segment.ECE).send();
            d.peer.acknowledgeTo(10 * 1448);
            d.peer.drain(20);
            assertTrue(d.cwnd() < before, () -> before + " then " + d.cwnd() + "\n" + d.peer.conversation());
            List<Segment> next = d.push(2 * 1448);
            assertTrue(next.get(0).has(Segment.CWR) && !next.get(1).has(Segment.CWR), d.peer::conversation);
            d.acknowledge();
            d.peer.say(new byte[10]);
            assertEquals(0, d.peer.await(d.peer.pureAck(10), 2000).ecn(), d.peer::conversation);
            d.goesOn();
        }
    }

    @EachSide
    @Clause(rfc = "RFC 3168", section = "6.1.3", does = "a mark of congestion on what the peer sends is echoed until it says CWR")
    void marksAreEchoedUntilCwr(Side side) {
        try (Dialog d = world.open(side, SynOptions.usual().withEcn())) {
            d.push(2 * 1448);
            d.acknowledge();
            d.peer.next().payload(10).with(Segment.PSH).tos(3).send(); // CE
            d.peer.advance(10);
            d.peer.await(d.peer.pureAck(10).with(Segment.ECE), 2000);
            d.peer.next().payload(10).with(Segment.PSH | Segment.CWR).tos(ECT0).send();
            d.peer.advance(10);
            d.peer.await(d.peer.pureAck(20).without(Segment.ECE), 2000);
            d.goesOn();
        }
    }

    @EachSide
    @Clause(rfc = "RFC 7323", section = "4.3", does = "segments echo the timestamp of the last one in order, not of one after a gap")
    void theTimestampOfASegmentAfterAGapIsNotEchoed(Side side) {
        try (Dialog d = world.open(side, SynOptions.usual())) {
            d.peer.next().payload(10).send();
            d.peer.advance(10);
            int echo = d.peer.await(d.peer.pureAck(10), 2000).timestampEcho();
            d.peer.pause();
            d.peer.next().seq(100).payload(10).send();
            assertEquals(echo, d.peer.await(d.peer.pureAck(10), 2000).timestampEcho(), d.peer::conversation);
            d.goesOn();
        }
    }

    @EachSide
    @Clause(rfc = "RFC 9293", section = "3.7.1", does = "segments are as large as the peer's MSS allows")
    void theSegmentSizeIsThePeers(Side side) {
        for (int mss : new int[] {536, 1000, 1460}) {
            TcpPeer peer = world.peer(side, SynOptions.plain().withMss(mss));
            try (Dialog d = world.open(side, peer)) {
                assertTrue(d.push(4 * mss).stream().allMatch(s -> s.length() == mss), d.peer::conversation);
                d.goesOn();
            }
        }
    }
}
