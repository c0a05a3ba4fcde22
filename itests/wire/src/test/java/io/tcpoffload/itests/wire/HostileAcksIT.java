// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.clauses.Hostile;
import io.tcpoffload.clauses.Layer;
import io.tcpoffload.itests.peer.Craft;
import io.tcpoffload.itests.peer.Expect;
import io.tcpoffload.itests.peer.Segment;
import io.tcpoffload.itests.peer.SynOptions;
import java.util.List;
import java.util.Map;

/** A viewer that lies about what it got. */
@OnPeerWorld
class HostileAcksIT {

    private static final int MSS = 1448;
    private static final int INITIAL = 10;
    private static final String VOID = "kernel_sack_blocks_void";

    private final PeerWorld world;

    HostileAcksIT(PeerWorld world) {
        this.world = world;
    }

    @EachSide
    @Hostile(value = "ACK for unsent data", layer = Layer.WIRE, counter = "kernel_acks")
    @Clause(rfc = "RFC 3465", section = "2.1", does = "many acknowledgements of one segment open the window by one segment at most")
    void dividedAcknowledgementsDoNotOpenTheWindowFaster(Side side) {
        try (Dialog d = world.open(side, SynOptions.usual())) {
            d.fill(100 * MSS);
            for (int i = 1; i <= MSS; i += 13) {
                d.peer.ack(i).send();
            }
            d.peer.ack(MSS).send();
            long sent = d.peer.drain(20).stream().mapToLong(Segment::length).sum();
            // one segment is gone from the network, slow start adds one, and a tail loss probe may come
            assertTrue(sent <= 3 * MSS, () -> sent + " bytes\n" + d.peer.conversation());
            d.goesOn();
        }
    }

    /** Each duplicate says that something has left the network, so new data may go: but nothing beyond the window, ever. */
    @EachSide
    @Hostile(value = "ACK for unsent data", layer = Layer.WIRE, counter = "kernel_acks_duplicate")
    void aFloodOfDuplicatesRepeatsAFlightAtMost(Side side) {
        try (Dialog d = world.open(side, SynOptions.plain())) {
            long flight = d.fill(200 * 1460);
            Map<String, Long> before = world.engine.counters();
            for (int i = 0; i < 500; i++) {
                d.peer.ack(0).send();
            }
            d.peer.drain(50);
            assertTrue(d.peer.repeated() <= flight / 1460, d.peer::conversation);
            world.assertCounted(side, "kernel_acks_duplicate", before, "duplicates");
            d.goesOn();
        }
    }

    @EachSide
    @Hostile(value = "SACK outside", layer = Layer.WIRE, counter = "kernel_sack_blocks_void")
    @Clause(rfc = "RFC 2018", section = "5", does = "blocks that cannot be true are ignored")
    void impossibleBlocksAreIgnored(Side side) {
        try (Dialog d = world.open(side, SynOptions.usual())) {
            d.push(INITIAL * MSS);
            d.peer.pause();
            List<Craft> impossible = List.of(d.peer.ack(0).sack(INITIAL * MSS, 20 * MSS), // not sent
                    d.peer.ack(0).sack(2 * MSS, 100 * MSS), // half of it not sent
                    d.peer.ack(0).sack(4 * MSS, 2 * MSS), // reversed
                    d.peer.ack(0).sack(3 * MSS, 3 * MSS), // empty
                    d.peer.ack(0).sack(2_000_000_000, -2_000_000_000), // around the far side of the sequence space
                    d.peer.ack(0).sack(-50_000_000, 4 * MSS)); // too old
            long before = world.engine.counters().get(VOID);
            impossible.forEach(Craft::send);
            // nothing is taken for lost: at most a tail loss probe comes
            assertTrue(d.peer.drain(20).stream().allMatch(s -> s.sequence() == d.peer.sequenceOf((INITIAL - 1) * MSS)),
                    d.peer::conversation);
            if (side != Side.KERNEL) {
                assertEquals(impossible.size(), world.engine.counters().get(VOID) - before);
            }
            d.acknowledge();
            d.goesOn();
        }
    }

    @EachSide
    @Hostile(value = "SACK outside", layer = Layer.WIRE, counter = "kernel_acks_sack")
    void overlappingAndTinyBlocksAreSurvived(Side side) {
        try (Dialog d = world.open(side, SynOptions.usual())) {
            d.push(INITIAL * MSS);
            Map<String, Long> before = world.engine.counters();
            d.peer.ack(0).sack(MSS, 5 * MSS).sack(2 * MSS, 3 * MSS).sack(4 * MSS, 8 * MSS).send();
            for (int i = MSS; i < INITIAL * MSS; i += 5) {
                d.peer.ack(0).sack(i, i + 1).sack(i + 2, i + 3).send();
            }
            world.assertCounted(side, "kernel_acks_sack", before, "blocks");
            d.peer.drain(50);
            d.acknowledge();
            d.peer.drain(50);
            d.goesOn();
        }
    }

    @EachSide
    @Hostile(value = "SACK outside", layer = Layer.WIRE)
    @Clause(rfc = "RFC 2018", section = "8", does = "data is kept until it is acknowledged cumulatively: a receiver may throw away what it SACKed")
    void whatWasSackedAndThrownAwayComesAgain(Side side) {
        try (Dialog d = world.open(side, SynOptions.usual())) {
            d.push(INITIAL * MSS);
            d.peer.ack(0).sack(MSS, INITIAL * MSS).send();
            d.peer.await(d.peer.data(0, MSS), 1000);
            d.peer.ack(MSS).send();
            for (int i = 1; i < INITIAL; i++) {
                long at = (long) i * MSS;
                d.peer.await(new Expect("again from " + at, s -> s.length() > 0 && s.sequence() == d.peer.sequenceOf(at)), 3000);
                d.peer.ack(at + MSS).send();
            }
            d.goesOn();
        }
    }
}
