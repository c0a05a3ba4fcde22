// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.clauses.Hostile;
import io.tcpoffload.clauses.Layer;
import io.tcpoffload.itests.peer.Craft;
import io.tcpoffload.itests.peer.Segment;
import io.tcpoffload.itests.peer.SynOptions;
import java.util.List;
import java.util.Map;

/** Acknowledgements in headers that are wrong, or odd but right. */
@OnPeerWorld
class HostileHeadersIT {

    private final PeerWorld world;

    HostileHeadersIT(PeerWorld world) {
        this.world = world;
    }

    @EachSide
    @Hostile(value = "truncated headers", layer = Layer.WIRE, counter = "kernel_drop_bad_ip_header, kernel_drop_bad_tcp_header")
    void truncatedAndContradictingHeadersAreDropped(Side side) {
        world.ignoresAll(side, SynOptions.usual(), List.of(
                Damage.of("header length below 20", "kernel_drop_bad_ip_header", c -> c.edit(b -> b.put(0, (byte) 0x44))),
                Damage.of("version 5", "kernel_drop_bad_ip_header", c -> c.edit(b -> b.put(0, (byte) 0x55))),
                Damage.of("total length above the frame's", "kernel_drop_bad_ip_header",
                        c -> c.edit(b -> b.putShort(2, (short) (b.capacity() + 4)))),
                Damage.of("cut off", "kernel_drop_bad_ip_header", c -> c.cut(6)),
                Damage.of("only 12 bytes of TCP", "kernel_drop_bad_ip_header", c -> c.edit(b -> b.putShort(2, (short) 32))),
                Damage.of("data offset below 5", "kernel_drop_bad_tcp_header", c -> c.dataOffset(4)),
                Damage.of("data offset 0", "kernel_drop_bad_tcp_header", c -> c.dataOffset(0)),
                Damage.of("data offset past the end", "kernel_drop_bad_tcp_header", c -> c.dataOffset(15))));
    }

    @EachSide
    @Hostile(value = "truncated headers", layer = Layer.WIRE, counter = "kernel_acks")
    void paddingIsNotPayload(Side side) {
        world.takesAll(side, SynOptions.usual(), Map.of("padding", c -> c.trailer(6), "much padding", c -> c.trailer(600)));
    }

    @EachSide
    @Hostile(value = "bad IP or TCP checksum", layer = Layer.WIRE, counter = "kernel_drop_ip_checksum, kernel_drop_tcp_checksum")
    void badChecksumsAreDropped(Side side) {
        world.ignoresAll(side, SynOptions.usual(), List.of(
                Damage.of("TCP", "kernel_drop_tcp_checksum", Craft::badTcpChecksum),
                Damage.of("TCP, with payload", "kernel_drop_tcp_checksum", c -> c.payload(1001).badTcpChecksum()),
                Damage.of("IP", "kernel_drop_ip_checksum", Craft::badIpChecksum)));
    }

    @EachSide
    @Hostile(value = "options of length 0 or 1", layer = Layer.WIRE, counter = "kernel_acks")
    void oddOptionsAreSkipped(Side side) {
        int[] nops = new int[40];
        java.util.Arrays.fill(nops, 1);
        world.takesAll(side, SynOptions.usual(), Map.of(
                "unknown kinds", c -> c.options(253, 4, 0, 0, 77, 2, 200, 6, 1, 2, 3, 4),
                "40 NOPs and no timestamps", c -> c.noTimestamps().options(nops),
                "garbage after the end of options", c -> c.options(0, 8, 0, 5, 3, 255, 1, 2),
                "an option that fills the header", c -> c.options(ofLength(253, 28)),
                "MSS, window scale and SACK permitted after the SYN", c -> c.options(2, 4, 0, 1, 3, 3, 14, 4, 2, 1, 1, 1)));
    }

    @EachSide
    @Hostile(value = "options of length 0 or 1", layer = Layer.WIRE, counter = "kernel_acks")
    void unalignedTimestampsAreRead(Side side) {
        try (Dialog d = world.open(side, SynOptions.usual())) {
            for (int shift = 1; shift < 4; shift++) {
                int nops = shift;
                d.takes("timestamps at offset " + shift, c -> c.noTimestamps().unalignedTimestamps(nops));
            }
            d.goesOn();
        }
    }

    /**
     * Linux stops to read options at an illegal length and takes the segment all the same ({@code tcp_parse_options}); the
     * engine drops it (RFC 9293 section 3.1 asks only to be prepared): so there is no case that both pass alike.
     */
    @EachSide
    @Hostile(value = "options of length 0 or 1", layer = Layer.WIRE, counter = "kernel_drop_tcp_option")
    void illegalOptionLengthsHarmNobody(Side side) {
        List<Damage> illegal = List.of(
                Damage.of("length 0", "kernel_drop_tcp_option", c -> c.options(253, 0, 0, 0)),
                Damage.of("length 1", "kernel_drop_tcp_option", c -> c.options(253, 1, 0, 0)),
                Damage.of("past the end", "kernel_drop_tcp_option", c -> c.options(1, 1, 253, 40)),
                Damage.of("the kind alone at the end", "kernel_drop_tcp_option", c -> c.options(1, 1, 1, 253)),
                Damage.of("SACK of odd length", "kernel_drop_tcp_option", c -> c.options(5, 11, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0)));
        if (side == Side.KERNEL) {
            try (Dialog d = world.open(side, SynOptions.usual())) {
                illegal.forEach(damage -> d.takes(damage.name(), damage.craft()));
                d.goesOn();
            }
        } else {
            world.ignoresAll(side, SynOptions.usual(), illegal);
        }
    }

    @EachSide
    @Hostile(value = "RST exact", layer = Layer.WIRE, counter = "kernel_drop_flags")
    void segmentsWithoutAckAreDropped(Side side) {
        world.ignoresAll(side, SynOptions.usual(), List.of(
                Damage.of("no flags", "kernel_drop_flags", c -> c.flags(0)),
                Damage.of("FIN alone", "kernel_drop_flags", c -> c.flags(Segment.FIN)),
                Damage.of("PSH and URG", "kernel_drop_flags", c -> c.flags(Segment.PSH | Segment.URG))));
    }

    @EachSide
    @Hostile(value = "fragments", layer = Layer.WIRE, counter = "kernel_drop_ip_options")
    void ipOptionsNeverReachTheKernelOfAnOwnedPort(Side side) {
        if (side == Side.KERNEL) {
            world.takesAll(side, SynOptions.usual(), Map.of("NOPs", c -> c.ipOptions(1, 1, 1, 0)));
        } else {
            world.ignoresAll(side, SynOptions.usual(), List.of(
                    Damage.of("NOPs", "kernel_drop_ip_options", c -> c.ipOptions(1, 1, 1, 0)),
                    Damage.of("record route", "kernel_drop_ip_options", c -> c.ipOptions(7, 7, 4, 0, 0, 0, 0, 0)),
                    Damage.of("router alert", "kernel_drop_ip_options", c -> c.ipOptions(148, 4, 0, 0))));
        }
    }

    private static int[] ofLength(int kind, int length) {
        int[] bytes = new int[length];
        bytes[0] = kind;
        bytes[1] = length;
        return bytes;
    }
}
