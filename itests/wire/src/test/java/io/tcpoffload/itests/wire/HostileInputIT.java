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
import java.util.Map;

/** What a viewer sends of its own: FINs in every place, payload that nobody asked for, old and missing timestamps. */
@OnPeerWorld
class HostileInputIT {

    private static final long PATIENCE = 2000;

    private final PeerWorld world;

    HostileInputIT(PeerWorld world) {
        this.world = world;
    }

    @EachSide
    @Hostile(value = "FIN in order", layer = Layer.WIRE, counter = "kernel_fins")
    @Clause(rfc = "RFC 9293", section = "3.6", does = "a viewer that has closed its half still gets its stream")
    void aViewerThatHalfClosesStillGetsItsStream(Side side) {
        try (Dialog d = world.open(side, SynOptions.usual())) {
            Map<String, Long> before = world.engine.counters();
            d.push(2800);
            d.peer.next().ack(0).with(Segment.FIN).send();
            d.peer.advance(1);
            d.peer.expect(d.peer.pureAck(1));
            world.assertCounted(side, "kernel_fins", before, "a FIN");
            d.goesOn();
        }
    }

    @EachSide
    @Hostile(value = "FIN in order", layer = Layer.WIRE, counter = "kernel_segments_stale")
    void aRepeatedFinIsAcknowledgedAgain(Side side) {
        try (Dialog d = world.open(side, SynOptions.usual())) {
            d.peer.fin();
            d.peer.expect(d.peer.pureAck(1));
            Map<String, Long> before = world.engine.counters();
            d.peer.next().seq(0).with(Segment.FIN).send();
            d.peer.expect(d.peer.pureAck(1));
            world.assertCounted(side, "kernel_segments_stale", before, "a repeated FIN");
            d.goesOn();
        }
    }

    @EachSide
    @Hostile(value = "FIN in order", layer = Layer.WIRE, counter = "kernel_data_out_of_order")
    void aFinAfterAGapWaitsForTheGap(Side side) {
        try (Dialog d = world.open(side, SynOptions.usual())) {
            Map<String, Long> before = world.engine.counters();
            d.peer.next().seq(10).with(Segment.FIN).send();
            d.peer.expect(d.peer.pureAck(0));
            world.assertCounted(side, "kernel_data_out_of_order", before, "a FIN after a gap");
            d.push(2800);
            d.acknowledge();
            d.peer.next().payload(10).with(Segment.FIN).send();
            d.peer.advance(11);
            d.peer.expect(d.peer.pureAck(11));
            d.goesOn();
        }
    }

    @EachSide
    @Hostile(value = "upload", layer = Layer.WIRE, counter = "kernel_data_in_order")
    @Hostile(value = "GRO super-segments", layer = Layer.WIRE, counter = "kernel_data_in_order")
    @Clause(rfc = "RFC 9293", section = "3.10.7.4", does = "payload that is partly old is trimmed; its acknowledgement is taken in first")
    void partlyOldPayloadIsTrimmed(Side side) {
        try (Dialog d = world.open(side, SynOptions.usual())) {
            Map<String, Long> before = world.engine.counters();
            d.push(2800);
            d.peer.pause();
            d.peer.ack(2800).payload(100).with(Segment.PSH).send();
            d.peer.expect(d.peer.pureAck(100));
            d.peer.acknowledgeTo(2800);
            d.peer.next().seq(50).payload(100).with(Segment.PSH).send();
            d.peer.expect(d.peer.pureAck(150));
            d.peer.next().seq(0).payload(150).send(); // all of it old
            d.peer.expect(d.peer.pureAck(150));
            d.peer.advance(150);
            world.assertCounted(side, "kernel_data_in_order", before, "payload");
            d.goesOn();
        }
    }

    @EachSide
    @Hostile(value = "upload", layer = Layer.WIRE, counter = "kernel_data_out_of_order")
    void payloadAfterAGapIsAnsweredAndFilledIn(Side side) {
        try (Dialog d = world.open(side, SynOptions.usual())) {
            Map<String, Long> before = world.engine.counters();
            d.peer.next().seq(1000).payload(100).with(Segment.PSH).send();
            d.peer.expect(d.peer.pureAck(0));
            world.assertCounted(side, "kernel_data_out_of_order", before, "payload after a gap");
            d.peer.next().payload(1000).send();
            Segment ack = d.peer.expect(d.peer.pureAck(1000).or(d.peer.pureAck(1100)));
            // the engine keeps nothing that is out of order: as after any loss the viewer repeats it
            if (ack.has(Segment.ACK) && d.peer.pureAck(1000).test().test(ack)) {
                d.peer.next().seq(1000).payload(100).with(Segment.PSH).send();
                d.peer.expect(d.peer.pureAck(1100));
            }
            d.peer.advance(1100);
            d.goesOn();
        }
    }

    @EachSide
    @Hostile(value = "upload", layer = Layer.WIRE, counter = "kernel_data_in_order")
    void aFloodOfPayloadStallsNobody(Side side) {
        try (Dialog d = world.open(side, SynOptions.usual())) {
            for (int i = 0; i < 40; i++) {
                d.peer.say(new byte[1400]);
            }
            d.peer.await(d.peer.pureAck(40 * 1400), PATIENCE);
            d.peer.drain(20);
            d.goesOn();
        }
    }

    @EachSide
    @Clause(rfc = "RFC 9293", section = "3.8.5", does = "the urgent pointer of what a viewer sends is ignored")
    void theUrgentPointerIsIgnored(Side side) {
        try (Dialog d = world.open(side, SynOptions.usual())) {
            d.takes("URG without payload", c -> c.urgent(1));
            d.peer.next().payload(10).urgent(5).with(Segment.PSH).send();
            d.peer.advance(10);
            d.peer.await(d.peer.pureAck(10), PATIENCE);
            d.goesOn();
        }
    }

    @EachSide
    @Clause(rfc = "RFC 9293", section = "3.8.4", does = "a keep-alive probe of the viewer is answered")
    void aKeepAliveProbeIsAnswered(Side side) {
        try (Dialog d = world.open(side, SynOptions.usual())) {
            d.peer.next().seq(-1).send();
            d.peer.expect(d.peer.pureAck(0));
            Await.sleep(600); // answers to what is outside the window are limited to one in 500 ms
            d.peer.next().seq(-1).payload(1).send();
            d.peer.expect(d.peer.pureAck(0));
            d.goesOn();
        }
    }

    @EachSide
    @Hostile(value = "old timestamps", layer = Layer.WIRE, counter = "kernel_drop_paws")
    @Clause(rfc = "RFC 7323", section = "5.3", does = "a segment with an older timestamp than the last is dropped (PAWS)")
    void segmentsWithOldTimestampsAreDropped(Side side) {
        try (Dialog d = world.open(side, SynOptions.usual())) {
            Map<String, Long> before = world.engine.counters();
            d.answers("a second too old", c -> c.tsValueLess(101_000));
            d.answers("half the space too old", c -> c.tsValueLess(2_000_000_000));
            d.answers("old, with payload", c -> c.tsValueLess(101_000).payload(100));
            world.assertCounted(side, "kernel_drop_paws", before, "an old timestamp");
            d.goesOn();
        }
    }

    @EachSide
    @Hostile(value = "old timestamps", layer = Layer.WIRE, counter = "kernel_acks_without_timestamp")
    void missingTimestampsAreTolerated(Side side) {
        try (Dialog d = world.open(side, SynOptions.usual())) {
            Map<String, Long> before = world.engine.counters();
            d.takes("no timestamps", c -> c.noTimestamps());
            world.assertCounted(side, "kernel_acks_without_timestamp", before, "an acknowledgement without timestamps");
            d.goesOn();
        }
    }

    @EachSide
    @Hostile(value = "old timestamps", layer = Layer.WIRE)
    @Clause(rfc = "RFC 7323", section = "4.1", does = "an echo that was never sent gives no round-trip time")
    void anEchoThatWasNeverSentGivesNoRoundTripTime(Side side) {
        try (Dialog d = world.open(side, SynOptions.usual())) {
            d.takes("echo of zero", c -> c.tsEcho(0));
            d.takes("echo of long ago", c -> c.tsEcho(d.peer.lastTimestamp() - 2_000_000));
            d.takes("echo of the future", c -> c.tsEcho(d.peer.lastTimestamp() + 2_000_000));
            Segment last = d.push(2800).get(1);
            Segment again = d.peer.next(3000);
            assertTrue(again != null && again.length() > 0, d.peer::conversation);
            assertTrue(TcpPeer.msBetween(last, again) < 1000, d.peer::conversation);
            d.goesOn();
        }
    }
}
