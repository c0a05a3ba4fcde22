// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.tcpoffload.itests.Netns;
import io.tcpoffload.itests.Veth;
import io.tcpoffload.itests.Viewer;
import io.tcpoffload.itests.ViewerFarm;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * An engine and its viewers in two namespaces, with a veth pair between them. Closing it checks that the engine leaves
 * nothing behind.
 */
final class Setup implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long POLL_MILLIS = 50;

    final Netns servers = Netns.create("s");
    final Netns viewers = Netns.create("v");
    final Veth veth = Veth.connect(servers, viewers, 1);
    final EngineProcess engine;
    final ViewerFarm farm;

    /** @param settings of the engine, {@code key=value} */
    Setup(Path directory, long storeBytes, String policy, String... settings) {
        engine = new EngineProcess(servers, veth.serverDevice(), veth.serverAddress(),
                System.getProperty("itests.transport", "offload"), storeBytes, policy,
                directory.resolve("engine.log"), settings);
        farm = new ViewerFarm(viewers, veth.serverAddress(), EngineProcess.PORT, "/" + EngineProcess.CHANNEL);
    }

    /** Opens viewers and waits until the engine serves all that are open. */
    void join(int count) {
        farm.open(count);
        List<Viewer> all = farm.await(PATIENCE, v -> !v.state().equals("connecting") && !v.state().equals("head"));
        long open = all.stream().filter(v -> v.state().equals("open")).count();
        await("the engine owns " + open + " viewers", () -> engine.sessions().size() == open);
    }

    /** Waits until all open viewers have everything that was published. */
    List<Viewer> awaitEverything() {
        long published = engine.published();
        return farm.await(PATIENCE, v -> !v.state().equals("open") || v.end() == published);
    }

    static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within " + PATIENCE + ": " + what);
            }
            sleep(POLL_MILLIS);
        }
    }

    static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        try {
            farm.close();
            List<Path> before = engine.leftovers();
            engine.close();
            assertEquals(List.of(), engine.leftovers(), "left behind");
            assertEquals("", servers.run("tc", "filter", "show", "dev", veth.serverDevice(), "ingress"));
            assertFalse(servers.run("tc", "qdisc", "show", "dev", veth.serverDevice()).contains("clsact"));
            assertFalse(before.isEmpty(), "the engine pins nothing where this test looks for it");
        } finally {
            viewers.close();
            servers.close();
        }
    }
}
