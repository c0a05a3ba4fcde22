// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tcpoffload.clauses.Hostile;
import io.tcpoffload.clauses.Layer;
import io.tcpoffload.itests.peer.Craft;
import io.tcpoffload.itests.peer.SynOptions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/** What lies below TCP: fragments, VLAN tags, extension headers, IPv6. */
@OnPeerWorld
class NetworkLayerIT {

    private static final int HOP_BY_HOP = 0;
    private static final int FRAGMENT = 44;
    private static final int DESTINATION_OPTIONS = 60;
    /** One option PadN that fills the header. */
    private static final byte[] PADDING = {1, 4, 0, 0, 0, 0};
    private static final int MORE_THAN_THE_CAP = 40;

    /** Never the same twice: what the engine lets through of one case would be put together with another's. */
    private static final AtomicInteger IDENTIFICATION = new AtomicInteger();

    private final PeerWorld world;

    NetworkLayerIT(PeerWorld world) {
        this.world = world;
    }

    /** The kernel puts fragments together; the engine drops them all, as no viewer's acknowledgement is ever cut. */
    @EachSide
    @Hostile(value = "fragments", layer = Layer.WIRE, counter = "kernel_drop_fragment")
    void fragmentsAreDroppedAndCounted(Side side) {
        try (Dialog d = world.open(side, SynOptions.usual())) {
            if (side == Side.KERNEL) {
                d.takesWhatIsSent("two fragments", c -> fragments(c, 16));
            } else {
                Map<String, Long> before = world.engine.counters();
                d.ignoresWhatIsSent("two fragments", c -> fragments(c, 16));
                d.ignoresWhatIsSent("ports only in the first", c -> fragments(c, 8));
                world.assertCounted(side, "kernel_drop_fragment", before, "a fragment");
            }
            d.goesOn();
        }
    }

    private void fragments(Craft craft, int first) {
        craft.sendFragments(first, IDENTIFICATION.incrementAndGet());
    }

    @EachSide
    @Hostile(value = "fragments", layer = Layer.WIRE, counter = "kernel_acks")
    void aPriorityTagMakesNoDifference(Side side) {
        world.takesAll(side, SynOptions.usual(), Map.of("priority 0", c -> c.tags(0), "priority 7", c -> c.tags(7 << 13),
                "802.1ad", c -> c.tags(0x88a8 << 16)));
    }

    /** Tags of a network that no device is in: the kernel drops them, the engine finds the session all the same. */
    @EachSide
    @Hostile(value = "fragments", layer = Layer.WIRE, counter = "kernel_acks")
    void tagsOfOtherNetworksNeverReachTheKernelOfAnOwnedPort(Side side) {
        Map<String, UnaryOperator<Craft>> tags = Map.of("one", c -> c.tags(5), "two", c -> c.tags(0x88a8 << 16 | 7, 9));
        try (Dialog d = world.open(side, SynOptions.usual())) {
            tags.forEach(side == Side.KERNEL ? d::ignores : d::takes);
            d.goesOn();
        }
    }

    @EachSide
    void ipv6IsServedAlike(Side side) {
        try (Dialog d = world.openIpv6(side, SynOptions.usual())) {
            d.push(2800);
            d.acknowledge();
            d.ignores("checksum", Craft::badTcpChecksum);
            d.answers("after the window", c -> c.seqMore(50_000_000));
            d.peer.fin();
            d.peer.expect(d.peer.pureAck(1));
            d.goesOn();
        }
    }

    @EachSide
    @Hostile(value = "blind segment", layer = Layer.WIRE)
    void devicesWithoutLinkHeaderAreServedAlike(Side side) {
        try (Dialog d = world.openByTunnel(side, SynOptions.usual())) {
            d.push(2800);
            d.acknowledge();
            d.ignores("checksum", Craft::badTcpChecksum);
            d.answers("after the window", c -> c.seqMore(50_000_000));
            d.takes("unknown option", c -> c.options(253, 4, 0, 0));
            d.goesOn();
        }
    }

    @EachSide
    @Hostile(value = "fragments", layer = Layer.WIRE, counter = "kernel_acks")
    void extensionHeadersAreLookedThrough(Side side) {
        try (Dialog d = world.openIpv6(side, SynOptions.usual())) {
            d.takes("destination options", c -> c.extension(DESTINATION_OPTIONS, PADDING));
            d.takes("hop-by-hop, then destination options",
                    c -> c.extension(HOP_BY_HOP, PADDING).extension(DESTINATION_OPTIONS, PADDING));
            d.takes("five", c -> extensions(c, 5));
            d.takes("a fragment that is the whole packet", c -> c.extension(FRAGMENT, new byte[] {0, 0, 0, 0, 0, 9}));
            d.goesOn();
        }
    }

    @EachSide
    @Hostile(value = "fragments", layer = Layer.WIRE, counter = "kernel_drop_extension_headers, kernel_drop_fragment")
    void extensionHeadersPastTheCapAreDroppedAndCounted(Side side) {
        try (Dialog d = world.openIpv6(side, SynOptions.usual())) {
            Map<String, Long> before = world.engine.counters();
            d.ignores("forty", c -> extensions(c, MORE_THAN_THE_CAP));
            world.assertCounted(side, "kernel_drop_extension_headers", before, "too many");
            d.ignores("a first fragment", c -> c.extension(FRAGMENT, new byte[] {0, 1, 0, 0, 0, 9}));
            world.assertCounted(side, "kernel_drop_fragment", before, "a fragment");
            d.goesOn();
        }
    }

    @EachSide
    @Hostile(value = "truncated headers", layer = Layer.WIRE, counter = "kernel_drop_bad_ip_header")
    void brokenIpv6HeadersAreDropped(Side side) {
        try (Dialog d = world.openIpv6(side, SynOptions.usual())) {
            for (Damage damage : List.of(
                    Damage.of("version 4", "kernel_drop_bad_ip_header", c -> c.edit(b -> b.put(0, (byte) 0x40))),
                    Damage.of("payload length above the frame's", "kernel_drop_bad_ip_header",
                            c -> c.edit(b -> b.putShort(4, (short) (b.capacity() - 40 + 8)))),
                    Damage.of("cut off", "kernel_drop_bad_ip_header", c -> c.cut(4)),
                    Damage.of("data offset past the end", "kernel_drop_bad_tcp_header", c -> c.dataOffset(14)))) {
                Map<String, Long> before = world.engine.counters();
                d.ignores(damage.name(), damage.craft());
                world.assertCounted(side, damage.counter(), before, damage.name());
            }
            d.goesOn();
            assertEquals(6, d.peer.synAck().ipVersion());
        }
    }

    private static Craft extensions(Craft craft, int count) {
        for (int i = 0; i < count; i++) {
            craft.extension(DESTINATION_OPTIONS, PADDING);
        }
        return craft;
    }
}
