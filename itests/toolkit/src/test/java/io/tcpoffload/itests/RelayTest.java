// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The relay under the kernel's own TCP, and under datagrams, of which each one's fate can be counted. */
class RelayTest {

    private static final int PORT = 8080;
    private static final int BYTES = 188 * 7 * 500;
    private static final int ECHOES = 2000;
    private static final int RATE_KILOBITS = 200_000;
    private static final int RTT_MICROS = 30_000;
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private Netns servers;
    private Netns viewers;
    private Relay relay;

    @BeforeEach
    void start() {
        servers = Netns.create("s");
        viewers = Netns.create("v");
        relay = Relay.connect(servers, viewers, 1);
    }

    @AfterEach
    void stop() {
        Relay.Counters to = relay.towardsViewers();
        Relay.Counters from = relay.fromViewers();
        System.out.println("relay to viewers " + to + ", from viewers " + from);
        relay.close();
        viewers.close();
        servers.close();
        assertEquals(0, to.failed() + to.missed() + from.failed() + from.missed());
    }

    private static LineProcess java(Netns ns, Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(List.of("java", "-XX:TieredStopAtLevel=1", "-cp",
                System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        var process = new LineProcess(main.getSimpleName(), ns.start(ProcessBuilder.Redirect.INHERIT,
                command.toArray(String[]::new)));
        process.read();
        return process;
    }

    /** 50 viewers of the kernel's sender. */
    private List<Viewer> watch() {
        try (LineProcess server = java(servers, KernelServer.class, relay.veth().serverAddress(), "" + PORT)) {
            try (ViewerFarm farm = new ViewerFarm(viewers, relay.veth().serverAddress(), PORT, "/x")) {
                farm.open(50);
                farm.await(TIMEOUT, v -> v.state().equals("open"));
                server.ask("publish " + BYTES);
                return farm.await(TIMEOUT, v -> v.end() == BYTES);
            }
        }
    }

    @Test
    void delaysEachDirection() {
        relay.roundTrip(RelayLink.CLEAN, RelayLink.CLEAN, RTT_MICROS);
        try (LineProcess answering = java(viewers, UdpEcho.class);
                LineProcess asking = java(servers, UdpEcho.class, relay.veth().viewerAddress())) {
            Fields echo = new Fields(asking.ask("200 2000").get(0));
            System.out.println("echo through " + RTT_MICROS + " us: fastest " + echo.text("fastest_us") + " us, median "
                    + echo.text("median_us") + " us");
            assertEquals(echo.number("sent"), echo.number("answers"));
            assertTrue(echo.number("fastest_us") >= RTT_MICROS, () -> echo.text("fastest_us"));
        }
    }

    @Test
    void theSameSeedBringsTheSameFateToTheSamePackets() {
        long[] answers = new long[3];
        try (LineProcess answering = java(viewers, UdpEcho.class);
                LineProcess asking = java(servers, UdpEcho.class, relay.veth().viewerAddress())) {
            for (int run = 0; run < answers.length; run++) {
                relay.seed(run == 2 ? 78 : 77);
                relay.towardsViewers(RelayLink.CLEAN.drop(0.1).jitterMicros(run == 1 ? 1000 : 0));
                answers[run] = new Fields(asking.ask(ECHOES + " 100").get(0)).number("answers");
            }
        }
        assertEquals(answers[0], answers[1]);
        assertNotEquals(answers[0], answers[2]);
        assertTrue(answers[0] > 0.88 * ECHOES && answers[0] < 0.92 * ECHOES, () -> answers[0] + " of " + ECHOES);
    }

    @Test
    void whatItDoesToPacketsIsCountedAndSurvived() {
        Snmp snmp = new Snmp(viewers);
        RelayLink bad = RelayLink.CLEAN.drop(0.01).duplicate(0.01).corrupt(0.01).reorder(0.01, 3000).jitterMicros(2000);
        relay.roundTrip(bad, bad, RTT_MICROS);
        assertTrue(watch().stream().allMatch(v -> v.exact() && v.status() == 200));
        Relay.Counters to = relay.towardsViewers();
        assertTrue(to.dropped() > 0 && to.duplicated() > 0 && to.corrupted() > 0 && to.reordered() > 0, to::toString);
        Map<String, Long> delta = snmp.delta();
        assertTrue(delta.get("TcpExtTCPOFOQueue") > 0, delta::toString);
        assertEquals(to.corrupted(), delta.get("TcpInCsumErrors") + delta.getOrDefault("IpInHdrErrors", 0L),
                delta::toString);
    }

    @Test
    void aBottleneckDropsWhatItsQueueHasNoRoomFor() {
        relay.roundTrip(RelayLink.CLEAN.bottleneck(RATE_KILOBITS, 65_536), RelayLink.CLEAN, RTT_MICROS);
        long start = System.nanoTime();
        List<Viewer> all = watch();
        double seconds = (System.nanoTime() - start) / 1e9;
        assertTrue(all.stream().allMatch(Viewer::exact));
        Relay.Counters to = relay.towardsViewers();
        assertTrue(to.overflowed() > 0, to::toString);
        assertTrue(8.0 * all.size() * BYTES / seconds < 1000 * RATE_KILOBITS, () -> "all in " + seconds + " s");
    }

    @Test
    void packetsAreOfWireSizeUpToTheMtu() {
        for (int mtu : new int[] {576, 9000}) {
            relay.mtu(mtu);
            Relay.Counters before = relay.towardsViewers();
            assertTrue(watch().stream().allMatch(Viewer::exact));
            Relay.Counters after = relay.towardsViewers();
            double mean = (double) (after.bytes() - before.bytes()) / (after.packets() - before.packets());
            assertTrue(mean > 0.5 * mtu && mean <= mtu, () -> "mean packet " + mean + " at MTU " + mtu);
        }
    }
}
