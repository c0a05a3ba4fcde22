// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.clauses.Hostile;
import io.tcpoffload.clauses.Layer;
import io.tcpoffload.clauses.Way;
import io.tcpoffload.itests.peer.Segment;
import io.tcpoffload.itests.peer.SynOptions;
import io.tcpoffload.itests.peer.TcpPeer;

/** Windows that close, shrink and flap; segment sizes that nobody can want. */
@OnPeerWorld
class HostileWindowsIT {

    private static final int MSS = 1448;

    private final PeerWorld world;

    HostileWindowsIT(PeerWorld world) {
        this.world = world;
    }

    @EachSide
    @Hostile(value = "zero window", layer = Layer.WIRE, counter = "kernel_zero_windows")
    @Clause(rfc = "RFC 9293", section = "3.8.6.1", does = "a zero window is probed without payload at SND.UNA - 1, "
            + "at exponentially growing intervals", way = Way.LINUX)
    void aZeroWindowIsProbedWithBackOffForAsLongAsItIsAnswered(Side side) {
        try (Dialog d = world.open(side, SynOptions.usual())) {
            d.push(2 * MSS);
            d.peer.pause();
            Segment last = null;
            d.peer.window(0).ack(2 * MSS).send();
            d.peer.acknowledgeTo(2 * MSS);
            d.write(2 * MSS);
            double before = 0;
            for (int i = 0; i < 4; i++) {
                Segment probe = d.peer.expect(d.peer.emptyAt(2 * MSS - 1), 5000);
                if (last != null) {
                    double gap = TcpPeer.msBetween(last, probe);
                    assertTrue(gap > 1.5 * before && gap > 190, () -> gap + " ms\n" + d.peer.conversation());
                    before = gap;
                }
                last = probe;
                d.peer.next().send();
            }
            d.peer.window(65535).next().send();
            d.goesOn();
        }
    }

    @EachSide
    @Hostile(value = "zero window", layer = Layer.WIRE)
    @Clause(rfc = "RFC 9293", section = "3.8.6.2.1", does = "a window smaller than a segment is not filled at once")
    void oneByteWindowsGetNoShowerOfBytes(Side side) {
        try (Dialog d = world.open(side, SynOptions.plain())) {
            d.push(2 * 1460);
            d.peer.pause();
            d.peer.window(1).ack(2 * 1460).send();
            d.peer.acknowledgeTo(2 * 1460);
            d.write(2 * 1460);
            d.peer.quiet(100);
            for (long taken = 2 * 1460; taken < 2 * 1460 + 3;) {
                Segment s = d.peer.next(5000);
                assertTrue(s != null && s.length() <= 1, d.peer::conversation);
                taken += s.length();
                d.peer.ack(taken).send();
                if (s.length() == 0) {
                    break; // probed without payload
                }
            }
            d.peer.window(65535).next().send();
            d.goesOn();
        }
    }

    @EachSide
    @Hostile(value = "zero window", layer = Layer.WIRE)
    @Clause(rfc = "RFC 9293", section = "3.8.6", does = "a window that shrinks is respected from then on; what is beyond it may be repeated")
    void aShrinkingWindowIsRespected(Side side) {
        try (Dialog d = world.open(side, SynOptions.plain().withWindow(10 * 1460))) {
            long flight = d.fill(30 * 1460);
            d.peer.window(2 * 1460).ack(4 * 1460).send();
            // the right edge goes back, from 10 segments to 6: nothing new, and what is repeated lies below the old edge
            for (Segment s : d.peer.drain(300)) {
                assertTrue(s.sequence() + s.length() - d.peer.sequenceOf(flight) <= 0, d.peer::conversation);
            }
            d.peer.window(65535).ack(flight).send();
            d.goesOn();
        }
    }

    @EachSide
    @Hostile(value = "zero window", layer = Layer.WIRE, counter = "kernel_zero_windows")
    void aFlappingWindowIsFollowed(Side side) {
        try (Dialog d = world.open(side, SynOptions.usual())) {
            d.push(2 * MSS);
            d.peer.pause();
            for (int i = 0; i < 200; i++) {
                d.peer.window(i % 2 == 0 ? 0 : 65535).ack(2 * MSS).send();
            }
            d.peer.acknowledgeTo(2 * MSS);
            d.goesOn();
        }
    }

    @EachSide
    @Hostile(value = "tiny MSS", layer = Layer.WIRE)
    void aTinySegmentSizeHasAFloorAndAHugeOneTheDevices(Side side) {
        for (int mss : new int[] {1, 64, 536, 1460, 9000, 65535}) {
            try (Dialog d = world.open(side, SynOptions.plain().withMss(mss))) {
                int floor = 48; // net.ipv4.tcp_min_snd_mss
                int most = Math.max(floor, Math.min(mss, 1460));
                d.write(10 * most);
                int largest = d.peer.expectData(0, 10L * most).stream().mapToInt(Segment::length).max().orElse(0);
                assertTrue(largest == most, () -> "MSS " + mss + ": " + largest + "\n" + d.peer.conversation());
                d.acknowledge();
                d.verify();
            }
        }
        try (Dialog d = world.open(side, SynOptions.plain().withMss(0))) { // no option: 536, RFC 9293 section 3.7.1
            d.write(5360);
            assertTrue(d.peer.expectData(0, 5360).stream().allMatch(s -> s.length() <= 536), d.peer::conversation);
            d.goesOn();
        }
    }
}
