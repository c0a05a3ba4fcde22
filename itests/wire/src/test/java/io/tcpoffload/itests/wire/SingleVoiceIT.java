// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tcpoffload.clauses.Hostile;
import io.tcpoffload.clauses.Layer;
import io.tcpoffload.itests.Snmp;
import io.tcpoffload.itests.peer.Craft;
import io.tcpoffload.itests.peer.Segment;
import io.tcpoffload.itests.peer.SynOptions;
import io.tcpoffload.itests.peer.Tally;
import io.tcpoffload.itests.peer.TcpPeer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * For a connection that the engine owns the kernel never says a word: every frame on the wire is one that the engine
 * counted. The device keeps its offloads here, so that a frame on the wire is a frame of the engine's.
 */
class SingleVoiceIT {

    private static final int CONNECTIONS = 6;
    private static final int ROUNDS = 40;
    private static final int PIECE = 20_000;
    private static final int UNREACHABLE = 3;
    /** What is on its way is counted then. */
    private static final long QUIET_MILLIS = 500;
    /** What the kernel counts when it sends. */
    private static final List<String> KERNEL_SPOKE = List.of("IpOutRequests", "TcpOutSegs", "TcpOutRsts", "TcpRetransSegs",
            "IcmpOutMsgs");

    private static Tally tally(PeerWorld world) {
        return new Tally(world.port, EngineProcess.PORT, PeerWorld.SENDER_PORT);
    }

    /** Frames on the wire are those that the engine counted and those that the kernel did: packets, before it cuts them. */
    private static void assertVoices(PeerWorld world, Tally tally, long engineBefore, Snmp kernel, boolean kernelSilent) {
        long wire;
        long engine;
        Map<String, Long> spoken;
        do { // a timer may end while they are asked
            wire = tally.frames();
            engine = world.engine.frames() - engineBefore;
            spoken = kernel.delta();
            Setup.sleep(QUIET_MILLIS);
        } while (tally.frames() != wire);
        assertVoices(wire, engine, spoken, kernelSilent);
    }

    private static void assertVoices(long wire, long engine, Map<String, Long> spoken, boolean kernelSilent) {
        long byKernel = spoken.getOrDefault("IpOutRequests", 0L);
        assertEquals(engine + byKernel, wire, () -> "frames on the wire, " + engine + " of the engine and " + byKernel
                + " of the kernel\n" + spoken);
        if (kernelSilent) {
            spoken.keySet().retainAll(KERNEL_SPOKE);
            assertEquals(Map.of(), spoken);
        }
    }

    @Test
    @Hostile(value = "fragments", layer = Layer.WIRE)
    @Hostile(value = "blind segment", layer = Layer.WIRE)
    void nothingThatComesMakesTheKernelSpeak() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        try (PeerWorld world = new PeerWorld(false)) {
            List<Dialog> dialogs = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                dialogs.add(i % 2 == 0 ? world.open(Side.ADOPTED, SynOptions.usual())
                        : world.openIpv6(Side.ADOPTED, SynOptions.usual()));
            }
            dialogs.add(world.open(Side.VIEWER, SynOptions.usual()));
            Setup.sleep(200);
            Tally tally = tally(world);
            Snmp kernel = new Snmp(world.servers);
            long frames = world.engine.frames();
            for (int round = 0; round < ROUNDS; round++) {
                for (Dialog d : dialogs) {
                    if (round % 10 == 0) {
                        d.write(PIECE);
                    }
                    strange(d.peer, random, round);
                }
            }
            dialogs.forEach(Dialog::goesOn);
            assertVoices(world, tally, frames, kernel, true);
            dialogs.forEach(Dialog::close);
        } catch (AssertionError e) {
            throw new AssertionError("seed " + seed, e);
        }
    }

    /** One segment that no connection wants, and whatever else names the tuple. */
    private static void strange(TcpPeer peer, Random random, int round) {
        Craft craft = peer.next().hostile().window(random.nextInt(65536)).seqMore(40_000_000 + random.nextInt(1 << 30));
        switch (round % 14) {
            case 0 -> craft.flags(Segment.SYN).send();
            case 1 -> craft.flags(Segment.RST).send();
            case 2 -> peer.next().flags(Segment.RST).seqMore(1 + random.nextInt(1000)).hostile().send();
            case 3 -> peer.next().flags(Segment.SYN | Segment.ACK).hostile().send();
            case 4 -> craft.payload(random.nextInt(1000)).with(Segment.FIN).send();
            case 5 -> craft.badTcpChecksum().send();
            case 6 -> craft.flags(0).send();
            case 7 -> craft.tags(5).send();
            case 8 -> craft.tags(0x88a8 << 16 | 5, 6).send();
            case 9 -> peer.next().ackMore(random.nextInt(1 << 30) + 10_000_000).hostile().send();
            case 10 -> peer.icmp(UNREACHABLE, 3, 0, peer.quote(peer.synAck()));
            case 11 -> {
                if (peer.synAck().ipVersion() == 4) {
                    craft.ipOptions(7, 7, 4, 0, 0, 0, 0, 0).send();
                } else {
                    craft.extension(60, new byte[] {1, 4, 0, 0, 0, 0}).send();
                }
            }
            case 12 -> {
                if (peer.synAck().ipVersion() == 4) {
                    craft.payload(64).sendFragments(32, random.nextInt(65536));
                } else {
                    craft.extension(44, new byte[] {0, 1, 0, 0, 0, (byte) random.nextInt()}).send();
                }
            }
            default -> craft.dataOffset(random.nextInt(16)).send();
        }
    }

    @Test
    @Hostile(value = "segments that arrive during take-over", layer = Layer.WIRE, counter = "kernel_eaten_taking")
    void whatArrivesDuringTakeOverIsAnsweredByOneVoice() {
        try (PeerWorld world = new PeerWorld(false)) {
            Tally tally = tally(world);
            Snmp kernel = new Snmp(world.servers);
            long frames = world.engine.frames();
            for (int i = 0; i < CONNECTIONS; i++) {
                TcpPeer peer = world.peer(Side.KERNEL, SynOptions.usual());
                peer.connect();
                int fd = world.sender.find(peer.localPort());
                world.sender.write(fd, 5 * 1448); // in flight while it changes hands
                Thread babble = new Thread(() -> {
                    for (int k = 0; k < 50; k++) {
                        peer.next().send();
                        peer.next().seqMore(-1).hostile().send();
                        peer.next().flags(Segment.SYN).hostile().send();
                    }
                });
                babble.start();
                try (Dialog d = world.adopt(peer, fd)) {
                    join(babble);
                    peer.takeTo(5 * 1448, 5000);
                    d.write(10_000);
                    peer.takeTo(5 * 1448 + 10_000, 5000);
                    assertEquals(List.of(), peer.complaints(), peer::conversation);
                }
            }
            assertVoices(world, tally, frames, kernel, false);
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Test
    @Hostile(value = "segments that arrive during take-over", layer = Layer.WIRE, counter = "handed_back")
    void afterAHandBackTheKernelIsTheOnlyVoice() {
        try (PeerWorld world = new PeerWorld(false)) {
            Tally tally = tally(world);
            Snmp kernel = new Snmp(world.servers);
            long frames = world.engine.frames();
            try (Dialog d = world.open(Side.VIEWER, SynOptions.usual())) {
                d.fill(50_000); // in flight while it changes hands
                long session = world.engine.sessions().get(0).number("id");
                assertEquals(List.of(), world.engine.handBack(List.of(session)));
                long last = world.engine.frames();
                d.goesOn();
                assertEquals(last, world.engine.frames(), d.peer::conversation);
            }
            assertVoices(world, tally, frames, kernel, false);
        }
    }
}
