// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.clauses.Hostile;
import io.tcpoffload.clauses.Layer;
import io.tcpoffload.itests.Await;
import io.tcpoffload.itests.peer.Segment;
import io.tcpoffload.itests.peer.SynOptions;
import io.tcpoffload.itests.peer.TcpPeer;

/** The ends of connections (RFC 9293 section 3.6). */
@OnPeerWorld
class ClosingIT {

    private final PeerWorld world;

    ClosingIT(PeerWorld world) {
        this.world = world;
    }

    @EachSide
    @Clause(rfc = "RFC 9293", section = "3.6", does = "an active close sends the FIN after the last byte and answers the peer's")
    void activeClose(Side side) {
        try (Dialog d = world.open(side, SynOptions.usual())) {
            d.write(2800);
            d.shutdown();
            Segment s = d.peer.next(2000);
            while (s != null && !d.peer.finAfter(2800).test().test(s)) {
                s = d.peer.next(2000);
            }
            assertTrue(s != null, d.peer::conversation);
            d.peer.ack(2801).send();
            d.peer.quiet(50);
            d.peer.acknowledgeTo(2801);
            d.peer.fin();
            d.peer.expect(d.peer.pureAck(1).and("after the FIN", a -> a.sequence() == d.peer.sequenceOf(2801)));
            // TIME-WAIT: a repeated FIN is acknowledged again
            Await.sleep(600);
            d.peer.next().seq(0).with(Segment.FIN).send();
            d.peer.expect(d.peer.pureAck(1));
            d.verify();
        }
    }

    @EachSide
    @Clause(rfc = "RFC 9293", section = "3.6", does = "a passive close acknowledges the FIN at once and sends its own after the last byte")
    void passiveClose(Side side) {
        try (Dialog d = world.open(side, SynOptions.usual())) {
            d.push(2800);
            d.acknowledge();
            d.peer.fin();
            d.peer.expect(d.peer.pureAck(1));
            d.push(2800);
            d.acknowledge();
            d.shutdown();
            d.peer.expect(d.peer.finAfter(5600));
            d.peer.ack(5601).send();
            Await.until("the connection is gone", () -> !d.alive() || side == Side.KERNEL);
            d.peer.quiet(50);
            d.verify();
        }
    }

    @EachSide
    @Hostile(value = "FIN in order", layer = Layer.WIRE, counter = "kernel_fins")
    @Clause(rfc = "RFC 9293", section = "3.6", does = "when both close at once each FIN is acknowledged")
    void simultaneousClose(Side side) {
        try (Dialog d = world.open(side, SynOptions.usual())) {
            d.push(2800);
            d.acknowledge();
            d.shutdown();
            d.peer.expect(d.peer.finAfter(2800));
            d.peer.next().with(Segment.FIN).send(); // before the other's FIN was seen
            d.peer.advance(1);
            d.peer.await(d.peer.pureAck(1), 2000);
            d.peer.ack(2801).send();
            d.peer.quiet(50);
            d.verify();
        }
    }

    @EachSide
    @Clause(rfc = "RFC 9293", section = "3.8.1", does = "a FIN that is lost goes again")
    void aLostFinGoesAgain(Side side) {
        try (Dialog d = world.open(side, SynOptions.usual())) {
            d.push(2800);
            d.acknowledge();
            d.shutdown();
            Segment first = d.peer.expect(d.peer.finAfter(2800));
            Segment again = d.peer.expect(d.peer.finAfter(2800), 5000);
            assertTrue(TcpPeer.msBetween(first, again) > 70, d.peer::conversation);
            d.peer.ack(2801).send();
            d.peer.quiet(300);
            d.verify();
        }
    }

    @EachSide
    @Clause(rfc = "RFC 9293", section = "3.6", does = "after its own close the sender still takes what the peer sends")
    void halfClosedByTheSender(Side side) {
        try (Dialog d = world.open(side, SynOptions.usual())) {
            d.shutdown();
            d.peer.expect(d.peer.finAfter(0));
            d.peer.ack(1).send();
            d.peer.acknowledgeTo(1);
            d.peer.say(new byte[500]);
            d.peer.await(d.peer.pureAck(500), 2000);
            d.verify();
        }
    }

    @EachSide
    @Clause(rfc = "RFC 9293", section = "3.10.5", does = "an abort is one reset at SND.NXT")
    void abort(Side side) {
        try (Dialog d = world.open(side, SynOptions.usual())) {
            d.push(2800);
            d.acknowledge();
            d.peer.drain(5);
            d.abort();
            d.peer.expect(d.peer.resetSegment().and("at SND.NXT", s -> s.sequence() == d.peer.sequenceOf(2800)));
            d.peer.quiet(100);
            d.verify();
        }
    }

    @EachSide
    @Hostile(value = "FIN in order", layer = Layer.WIRE)
    void finBeforeTheSendersDataIsDone(Side side) {
        try (Dialog d = world.open(side, SynOptions.usual())) {
            d.fill(100_000);
            d.peer.next().ack(0).with(Segment.FIN).send();
            d.peer.advance(1);
            d.peer.takeTo(100_000, 5000);
            d.shutdown();
            d.peer.await(d.peer.finAfter(100_000), 2000);
            d.verify();
        }
    }
}
