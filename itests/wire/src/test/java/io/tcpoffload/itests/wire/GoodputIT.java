// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.itests.KernelBulk;
import io.tcpoffload.itests.LineProcess;
import io.tcpoffload.itests.Netns;
import io.tcpoffload.itests.RelayLink;
import io.tcpoffload.itests.Viewer;
import io.tcpoffload.itests.ViewerFarm;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Our sender and the kernel's CUBIC at the same time over one link that loses one packet in a hundred, the same of each:
 * both exact, how long each takes is printed. {@code bench/goodput} compares them at length.
 */
class GoodputIT {

    private static final long SEED = Long.getLong("itests.seed", 7);
    private static final int PORT = 8100;
    private static final int KERNEL_PORT = 8101;
    private static final int VIEWERS = 4;
    private static final int SEGMENTS = 40;
    private static final int SEGMENT_BYTES = 65_800;
    private static final double LOSS = 0.01;
    private static final int RTT_MICROS = 20_000;

    @TempDir
    Path directory;

    @Test
    void bothSendersDeliverEveryByteOverALossyLink() {
        World world = new World("goodput", SEED, false, true, true, true, 0, 1500, VIEWERS, RTT_MICROS,
                RelayLink.CLEAN.drop(LOSS), RelayLink.CLEAN, SEGMENTS, SEGMENT_BYTES, 0);
        System.out.println(world);
        try (Netns servers = Netns.create("s"); Link link = new Link(world, servers, 1, PORT, directory);
                KernelBulk kernel = new KernelBulk(servers, link.address(), KERNEL_PORT);
                ViewerFarm kernelViewers = link.farm(KERNEL_PORT)) {
            try (LineProcess engine = new LineProcess("engine", servers.start(ProcessBuilder.Redirect.to(
                    directory.resolve("engine.log").toFile()), Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xms64m", "-Xmx64m", "-cp", System.getProperty("java.class.path"), WorldsEngine.class.getName(),
                    "transport=offload", "instance=goodput" + ProcessHandle.current().pid()))) {
                engine.read();
                engine.ask("open " + world.name() + " " + link.listener() + " " + (16 << 20));
                link.open();
                link.awaitOpen();
                Setup.await("the engine owns all viewers", () -> engine.ask("sessions").stream()
                        .filter(line -> line.contains("transport=OFFLOAD")).count() == VIEWERS);
                kernelViewers.open(VIEWERS);
                kernelViewers.await(Setup.PATIENCE, v -> v.state().equals("open"));
                engine.ask("publish " + world.name() + " 1 " + SEGMENT_BYTES + " 0");
                link.awaitStart();
                long start = System.nanoTime();
                kernel.publish(world.bytes());
                engine.ask("publish " + world.name() + " " + (SEGMENTS - 1) + " " + SEGMENT_BYTES + " 0");
                link.awaitEverything();
                double ours = (System.nanoTime() - start) / 1e9;
                List<Viewer> others = kernelViewers.await(Setup.PATIENCE, v -> v.end() == world.bytes());
                double kernels = (System.nanoTime() - start) / 1e9;
                System.out.printf("%d bytes each: ours after %.1f s, all of the kernel's after %.1f s; dropped %d%n",
                        world.bytes(), ours, kernels, link.towardsViewers().dropped());
                assertTrue(others.stream().allMatch(Viewer::exact), others::toString);
                assertTrue(link.towardsViewers().dropped() > 0);
                link.leave();
                Setup.await("no session is left", () -> engine.ask("sessions").isEmpty());
            }
            link.judge();
        }
    }
}
