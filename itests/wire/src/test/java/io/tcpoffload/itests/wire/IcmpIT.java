// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.clauses.Hostile;
import io.tcpoffload.clauses.Layer;
import io.tcpoffload.itests.peer.Segment;
import io.tcpoffload.itests.peer.SynOptions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** ICMP errors about segments in flight, and about segments that never were. */
@OnPeerWorld
@Execution(ExecutionMode.SAME_THREAD) // the kernel remembers a path for all connections to an address
class IcmpIT {

    private static final int UNREACHABLE = 3;
    private static final int FRAGMENTATION_NEEDED = 4;
    private static final int TIME_EXCEEDED = 11;
    private static final int TOO_BIG_IPV6 = 2;
    /** net.ipv4.route.min_pmtu. */
    private static final int LEAST_MTU = 552;
    /** IP and TCP headers with timestamps. */
    private static final int HEADERS = 52;
    private static final long PATIENCE = 2000;

    private final PeerWorld world;

    IcmpIT(PeerWorld world) {
        this.world = world;
    }

    /** What the kernel has learned of the path to the peer. */
    @AfterEach
    void forgetPaths() {
        world.servers.run("ip", "route", "flush", "cache");
        world.servers.run("ip", "-6", "route", "flush", "cache");
    }

    @EachSide
    @Hostile(value = "ICMP", layer = Layer.WIRE, counter = "kernel_icmp_mtu")
    @Clause(rfc = "RFC 1191", section = "6.4", does = "a segment that was too large for the path is sent again at once, in smaller ones")
    void fragmentationNeededMakesSegmentsSmaller(Side side) {
        smaller(side, 1000, 1000);
    }

    @EachSide
    @Hostile(value = "ICMP", layer = Layer.WIRE, counter = "kernel_icmp_mtu")
    void anMtuBelowTheFloorIsTheFloor(Side side) {
        smaller(side, 68, LEAST_MTU);
        forgetPaths();
        smaller(side, 0, LEAST_MTU);
    }

    private void smaller(Side side, int mtu, int effective) {
        try (Dialog d = world.openElsewhere(side, SynOptions.usual(), false)) {
            Map<String, Long> before = world.engine.counters();
            List<Segment> sent = d.push(5792);
            d.peer.pause();
            d.peer.icmp(UNREACHABLE, FRAGMENTATION_NEEDED, mtu, quote(d, sent.get(0)));
            Segment again = d.peer.expect(d.peer.data(0, effective - HEADERS), PATIENCE);
            assertTrue(again.length() > 0);
            world.assertCounted(side, "kernel_icmp_mtu", before, "fragmentation needed");
            d.peer.takeTo(d.written(), PATIENCE);
            d.peer.drain(100);
            d.acknowledge();
            assertTrue(d.push(8 * (effective - HEADERS)).stream().allMatch(s -> s.length() <= effective - HEADERS), d.peer::conversation);
            d.goesOn();
        }
    }

    @EachSide
    @Hostile(value = "ICMP", layer = Layer.WIRE, counter = "kernel_icmp_mtu")
    @Clause(rfc = "RFC 8201", section = "4", does = "packet too big makes the segments of an IPv6 connection smaller")
    void packetTooBigMakesSegmentsSmaller(Side side) {
        try (Dialog d = world.openElsewhere(side, SynOptions.usual(), true)) {
            Map<String, Long> before = world.engine.counters();
            List<Segment> sent = d.push(5712);
            d.peer.pause();
            d.peer.icmp(TOO_BIG_IPV6, 0, 1300, quote(d, sent.get(0)));
            d.peer.expect(d.peer.data(0, 1300 - HEADERS - 20), PATIENCE);
            world.assertCounted(side, "kernel_icmp_mtu", before, "packet too big");
            d.goesOn();
        }
    }

    @EachSide
    @Hostile(value = "ICMP", layer = Layer.WIRE, counter = "kernel_icmp_void, kernel_icmp_mtu_void")
    @Clause(rfc = "RFC 5927", section = "4.1", does = "an ICMP error whose quoted sequence number is not in flight is ignored")
    void forgedErrorsAreIgnored(Side side) {
        try (Dialog d = world.openElsewhere(side, SynOptions.usual(), false)) {
            Map<String, Long> before = world.engine.counters();
            byte[] old = quote(d, d.push(2896).get(0));
            d.peer.pause();
            d.acknowledge();
            byte[] current = quote(d, d.push(2896).get(0));
            d.peer.icmp(UNREACHABLE, FRAGMENTATION_NEEDED, 1000, old);
            byte[] never = current.clone();
            never[24] ^= 0x55;
            d.peer.icmp(UNREACHABLE, FRAGMENTATION_NEEDED, 1000, never);
            world.assertCounted(side, "kernel_icmp_void", before, "a forged error");
            d.peer.icmp(UNREACHABLE, FRAGMENTATION_NEEDED, 9000, current); // larger than what there is
            world.assertCounted(side, "kernel_icmp_mtu_void", before, "a larger MTU");
            d.peer.quiet(10);
            d.acknowledge();
            assertEquals(1448, d.push(5792).get(0).length(), d.peer::conversation);
            d.goesOn();
        }
    }

    @EachSide
    @Hostile(value = "ICMP", layer = Layer.WIRE, counter = "kernel_icmp_unreachable")
    @Clause(rfc = "RFC 5927", section = "5.2", does = "unreachable and time exceeded are soft errors of an established connection")
    void unreachableAndTimeExceededAreSoft(Side side) {
        try (Dialog d = world.openElsewhere(side, SynOptions.usual(), false)) {
            Map<String, Long> before = world.engine.counters();
            byte[] quoted = quote(d, d.push(2896).get(0));
            for (int code : new int[] {0, 1, 2, 3, 5, 9, 10, 13}) {
                d.peer.icmp(UNREACHABLE, code, 0, quoted);
            }
            d.peer.icmp(TIME_EXCEEDED, 0, 0, quoted);
            d.peer.icmp(12, 0, 0, quoted);
            d.peer.icmp(4, 0, 0, quoted); // source quench
            world.assertCounted(side, "kernel_icmp_unreachable", before, "unreachable");
            d.goesOn();
        }
    }

    private static byte[] quote(Dialog d, Segment segment) {
        return java.util.Arrays.copyOf(d.peer.quote(segment), 60);
    }
}
