// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.clauses.Hostile;
import io.tcpoffload.clauses.Layer;
import io.tcpoffload.itests.Await;
import io.tcpoffload.itests.peer.Craft;
import io.tcpoffload.itests.peer.Segment;
import io.tcpoffload.itests.peer.SynOptions;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;

/** Segments of strangers, who know addresses and ports but not the sequence numbers (RFC 5961), and of the viewer itself. */
@OnPeerWorld
class BlindSegmentsIT {

    private static final int FAR = 50_000_000;
    private static final int ALL_FLAGS = 0xff;
    /** An answer to a stranger is limited to one in half a second (net.ipv4.tcp_invalid_ratelimit). */
    private static final long LIMIT_MILLIS = 500;

    private final PeerWorld world;

    BlindSegmentsIT(PeerWorld world) {
        this.world = world;
    }

    private void ignored(Side side, String counter, Map<String, UnaryOperator<Craft>> all) {
        try (Dialog d = world.open(side, SynOptions.usual())) {
            all.forEach((name, craft) -> {
                Map<String, Long> before = world.engine.counters();
                d.answers(name, craft);
                world.assertCounted(side, counter, before, name);
            });
            d.goesOn();
        }
    }

    @EachSide
    @Hostile(value = "blind segment", layer = Layer.WIRE, counter = "kernel_segments_stale")
    void aSegmentOutsideTheWindowChangesNothing(Side side) {
        ignored(side, "kernel_segments_stale", Map.of("after the window", c -> c.seqMore(FAR),
                "after the window, with payload", c -> c.seqMore(FAR).payload(100),
                "long before the window", c -> c.seqMore(-FAR)));
    }

    @EachSide
    @Hostile(value = "ACK for unsent data", layer = Layer.WIRE, counter = "kernel_drop_ack_unsent")
    @Hostile(value = "blind segment", layer = Layer.WIRE, counter = "kernel_drop_ack_unsent")
    @Clause(rfc = "RFC 9293", section = "3.10.7.4", does = "an acknowledgement of something not yet sent is dropped")
    void anAcknowledgementOfUnsentDataChangesNothing(Side side) {
        ignored(side, "kernel_drop_ack_unsent", Map.of("one byte", c -> c.ackMore(1), "much", c -> c.ackMore(FAR),
                "half the sequence space", c -> c.ackMore(Integer.MAX_VALUE - 10_000), "with payload",
                c -> c.ackMore(1).payload(100)));
    }

    @EachSide
    @Hostile(value = "blind segment", layer = Layer.WIRE, counter = "kernel_drop_ack_too_old")
    @Clause(rfc = "RFC 5961", section = "5.2", does = "an acknowledgement older than the largest window is dropped and challenged")
    void anAcknowledgementOfThePastChangesNothing(Side side) {
        ignored(side, "kernel_drop_ack_too_old", Map.of("before the largest window", c -> c.ackMore(-FAR),
                "with payload", c -> c.ackMore(-FAR).payload(100)));
    }

    @EachSide
    @Hostile(value = "blind segment", layer = Layer.WIRE)
    void randomSegmentsChangeNothing(Side side) {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        try (Dialog d = world.open(side, SynOptions.usual())) {
            d.answers("random segments, seed " + seed, c -> {
                for (int i = 0; i < 200; i++) {
                    d.peer.next().seqMore(FAR + random.nextInt(Integer.MAX_VALUE)).ackMore(random.nextInt())
                            .ts(random.nextInt(), random.nextInt()).window(random.nextInt(65536))
                            .flags(random.nextInt(256) & ~(Segment.RST | Segment.SYN)).payload(random.nextInt(100)).hostile()
                            .send();
                }
                return c.seqMore(FAR);
            });
            d.goesOn();
        }
    }

    @EachSide
    @Hostile(value = "RST exact", layer = Layer.WIRE, counter = "kernel_resets")
    @Clause(rfc = "RFC 5961", section = "3.2", does = "a reset at the next expected sequence number ends the connection")
    void anExactResetEndsTheConnection(Side side) {
        try (Dialog d = world.open(side, SynOptions.usual())) {
            d.push(2800);
            Map<String, Long> before = world.engine.counters();
            d.peer.next().flags(Segment.RST).send();
            Await.until("the connection is gone", () -> !d.alive());
            world.assertCounted(side, "kernel_resets", before, "an exact reset");
            d.peer.quiet(300);
            d.verify();
        }
    }

    @EachSide
    @Hostile(value = "RST exact", layer = Layer.WIRE, counter = "kernel_resets_challenged")
    @Clause(rfc = "RFC 5961", section = "3.2", does = "a reset elsewhere in the window is challenged")
    void aResetInTheWindowIsChallenged(Side side) {
        try (Dialog d = world.open(side, SynOptions.usual())) {
            Map<String, Long> before = world.engine.counters();
            d.peer.next().flags(Segment.RST).seqMore(1).hostile().send();
            d.peer.expect(d.peer.pureAck(0).and("at SND.NXT", s -> s.sequence() == d.peer.sequenceOf(d.written())));
            Await.sleep(LIMIT_MILLIS);
            d.peer.next().flags(Segment.RST | Segment.ACK).seqMore(4000).hostile().send();
            d.peer.expect(d.peer.pureAck(0));
            world.assertCounted(side, "kernel_resets_challenged", before, "a reset in the window");
            d.goesOn();
        }
    }

    @EachSide
    @Hostile(value = "RST exact", layer = Layer.WIRE, counter = "kernel_drop_reset_outside")
    @Clause(rfc = "RFC 5961", section = "3.2", does = "a reset outside the window is dropped in silence")
    void aResetOutsideTheWindowIsDroppedInSilence(Side side) {
        try (Dialog d = world.open(side, SynOptions.usual())) {
            Map<String, Long> before = world.engine.counters();
            d.peer.next().flags(Segment.RST).seqMore(-1).hostile().send();
            d.peer.next().flags(Segment.RST).seqMore(FAR).hostile().send();
            d.peer.next().flags(Segment.RST | Segment.ACK).seqMore(-FAR).hostile().send();
            d.peer.quiet(100);
            world.assertCounted(side, "kernel_drop_reset_outside", before, "a reset outside the window");
            d.goesOn();
        }
    }

    @EachSide
    @Hostile(value = "RST exact", layer = Layer.WIRE, counter = "kernel_syns_challenged")
    @Clause(rfc = "RFC 5961", section = "4.2", does = "a SYN in an established connection is challenged, whatever its sequence number")
    void aSynIsChallenged(Side side) {
        try (Dialog d = world.open(side, SynOptions.usual())) {
            Map<String, Long> before = world.engine.counters();
            for (UnaryOperator<Craft> where : java.util.List.<UnaryOperator<Craft>>of(c -> c, c -> c.seqMore(100),
                    c -> c.seqMore(-FAR), c -> c.flags(Segment.SYN | Segment.ACK))) {
                where.apply(d.peer.next().flags(Segment.SYN)).hostile().send();
                d.peer.expect(d.peer.pureAck(0).and("at SND.NXT", s -> s.sequence() == d.peer.sequenceOf(d.written())));
                Await.sleep(LIMIT_MILLIS + 50);
            }
            world.assertCounted(side, "kernel_syns_challenged", before, "a SYN");
            d.goesOn();
        }
    }

    @EachSide
    @Hostile(value = "RST exact", layer = Layer.WIRE, counter = "kernel_events_limited")
    @Clause(rfc = "RFC 5961", section = "7", does = "challenges are limited for each connection")
    void challengesAreLimited(Side side) {
        try (Dialog d = world.open(side, SynOptions.usual())) {
            for (int i = 0; i < 500; i++) {
                d.peer.next().flags(Segment.SYN).seqMore(i).hostile().send();
            }
            long answers = d.peer.drain(200).size();
            assertEquals(1, answers, d.peer::conversation);
            d.goesOn();
        }
    }

    /** With the exact number Linux takes it for the reset it also is; the engine drops what contradicts itself. */
    @EachSide
    @Hostile(value = "RST exact", layer = Layer.WIRE, counter = "kernel_drop_flags")
    void allFlagsAtOnceDoNothing(Side side) {
        try (Dialog d = world.open(side, SynOptions.usual())) {
            Map<String, Long> before = world.engine.counters();
            d.peer.next().flags(ALL_FLAGS).seqMore(1).hostile().send();
            d.peer.drain(50);
            world.assertCounted(side, "kernel_drop_flags", before, "all flags");
            if (side != Side.KERNEL) {
                d.peer.next().flags(ALL_FLAGS).hostile().send();
                d.peer.quiet(50);
            }
            d.goesOn();
        }
    }
}
