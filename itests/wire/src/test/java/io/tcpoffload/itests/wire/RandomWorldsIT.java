// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.engine.EngineConfig;
import io.tcpoffload.itests.Fields;
import io.tcpoffload.itests.LineProcess;
import io.tcpoffload.itests.Netns;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Links of any quality, ten at a time under one engine: every viewer gets every byte, whatever is lost, doubled,
 * damaged, late or out of order. {@code -Ditests.seed=N} is the first world's seed, {@code -Ditests.worlds=N} how many of
 * a batch there are.
 */
class RandomWorldsIT {

    private static final long SEED = Long.getLong("itests.seed", 4200);
    /** Of a batch. */
    private static final int WORLDS = Integer.getInteger("itests.worlds", 10);
    private static final int FIRST_PORT = 8100;
    private static final long STORE = 16L << 20;
    private static final int THREADS = 4;
    /** The batch whose viewers offer no selective acknowledgements. */
    private static final int WITHOUT_SACK = 0;

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(ints = {WITHOUT_SACK, 1, 2, 3, 4})
    @Clause(rfc = "RFC 9293", section = "3.10", does = "delivers every byte once and in order over links that lose, double, "
            + "damage, delay and reorder, IPv4 and IPv6, MTU 576 to 9000")
    @Clause(rfc = "RFC 8985", section = "6", does = "sends no more again than was lost or probed for, though packets are late and out of order")
    void everyViewerGetsEveryByte(int batch) throws Exception {
        List<World> worlds = new ArrayList<>();
        for (int i = 0; i < WORLDS; i++) {
            worlds.add(World.of(SEED + (long) batch * WORLDS + i, batch != WITHOUT_SACK));
        }
        worlds.forEach(System.out::println);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        Netns servers = Netns.create("s");
        List<Link> links = new ArrayList<>();
        try {
            List<Callable<Link>> making = new ArrayList<>();
            for (int i = 0; i < WORLDS; i++) {
                int number = i;
                making.add(() -> new Link(worlds.get(number), servers, 1 + number, FIRST_PORT + number, directory));
            }
            for (Future<Link> made : threads.invokeAll(making)) {
                links.add(made.get());
            }
            run(servers, links, threads, batch != WITHOUT_SACK);
        } finally {
            for (Link link : links) {
                link.close();
            }
            servers.close();
            threads.shutdownNow();
        }
    }

    private void run(Netns servers, List<Link> links, ExecutorService threads, boolean sack) throws Exception {
        String instance = "worlds" + ProcessHandle.current().pid();
        Path log = directory.resolve("engine.log");
        try (LineProcess engine = new LineProcess("engine", servers.start(ProcessBuilder.Redirect.to(log.toFile()),
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xms64m", "-Xmx64m", "-cp",
                System.getProperty("java.class.path"), WorldsEngine.class.getName(), "transport=offload",
                "instance=" + instance))) {
            engine.read();
            for (Link link : links) {
                engine.ask("open " + link.world.name() + " " + link.listener() + " " + STORE);
                link.open();
            }
            int viewers = links.stream().mapToInt(link -> link.world.viewers()).sum();
            each(threads, links, Link::awaitOpen);
            Setup.await("the engine owns all viewers", () -> engine.ask("sessions").stream()
                    .filter(line -> line.contains("transport=OFFLOAD")).count() == viewers);
            links.forEach(link -> publish(engine, link.world, 1));
            each(threads, links, Link::awaitStart);
            links.forEach(link -> publish(engine, link.world, link.world.segments() - 1));
            each(threads, links, Link::awaitEverything);
            assertRepetitions(engine, links, sack);
            links.forEach(Link::leave);
            Setup.await("no session is left", () -> engine.ask("sessions").isEmpty());
        }
        assertEquals(List.of(), Stream.of(Path.of("/sys/fs/bpf/tcpoffload", instance),
                EngineConfig.defaults().storeDirectory().resolve(instance)).filter(Files::exists).toList(), "left behind");
        assertEquals(List.of(), Files.readAllLines(log).stream().filter(line -> line.contains(" WARN ")
                || line.contains(" ERROR ") || line.startsWith("Exception in thread")).toList());
        each(threads, links, Link::judge);
    }

    private static void publish(LineProcess engine, World w, int segments) {
        engine.ask("publish " + w.name() + " " + segments + " " + w.segmentBytes() + " " + w.pauseMillis());
    }

    /**
     * What was sent again, against what the relay lost; a lost acknowledgement can make a probe or a timeout. Without SACK a
     * timeout repeats what had arrived; how much of that there is says nothing.
     */
    private static void assertRepetitions(LineProcess engine, List<Link> links, boolean sack) {
        long repeated = engine.ask("sessions").stream().mapToLong(line -> new Fields(line).number("retransmissions")).sum();
        Map<String, Long> counters = engine.ask("counters").stream().map(line -> line.split("="))
                .collect(Collectors.toMap(p -> p[0], p -> Long.parseLong(p[1]), (a, b) -> a));
        long lost = links.stream().mapToLong(link -> link.towardsViewers().lost()).sum();
        long late = links.stream().mapToLong(link -> link.towardsViewers().reordered()).sum();
        long probes = counters.get("sender_loss_probes") + counters.get("sender_timeouts");
        System.out.println("sent again " + repeated + ", lost " + lost + ", held back " + late + ", probes and timeouts "
                + probes + ", duplicates reported " + counters.get("sender_dsack_blocks"));
        assertTrue(lost > 0, "nothing was lost");
        if (sack) {
            assertTrue(repeated <= 1.1 * lost + probes, () -> repeated + " sent again of " + lost + " lost");
        }
    }

    private interface Work {
        void on(Link link) throws Exception;
    }

    private static void each(ExecutorService threads, List<Link> links, Work work) throws Exception {
        List<Callable<Void>> all = new ArrayList<>();
        for (Link link : links) {
            all.add(() -> {
                work.on(link);
                return null;
            });
        }
        for (Future<Void> done : threads.invokeAll(all)) {
            try {
                done.get();
            } catch (ExecutionException e) {
                if (e.getCause() instanceof Error error) {
                    throw error;
                }
                throw e;
            }
        }
    }
}
