// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.bench;

import io.tcpoffload.itests.Await;
import io.tcpoffload.itests.Fields;
import io.tcpoffload.itests.KernelBulk;
import io.tcpoffload.itests.LineProcess;
import io.tcpoffload.itests.Netns;
import io.tcpoffload.itests.Relay;
import io.tcpoffload.itests.RelayLink;
import io.tcpoffload.itests.Viewer;
import io.tcpoffload.itests.ViewerFarm;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Our engine and the kernel's CUBIC side by side: in one namespace, on one device, to viewers behind one relay. Both
 * serve the same stream on ports of their own, and the relay's chances for the n-th packet of the m-th viewer are the
 * same for both.
 */
final class Race implements AutoCloseable {

    /** Bytes each side has at its viewers, at a moment. */
    record Mark(long nanos, long ours, long kernels) {

        /** Megabits a second of ours since an earlier mark. */
        double oursSince(Mark earlier) {
            return (ours - earlier.ours) * 8e3 / (nanos - earlier.nanos);
        }

        double kernelsSince(Mark earlier) {
            return (kernels - earlier.kernels) * 8e3 / (nanos - earlier.nanos);
        }
    }

    private static final int OUR_PORT = 8080;
    private static final int KERNEL_PORT = 8081;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    final Relay relay;
    private final Netns servers = Netns.create("s");
    private final Netns viewers = Netns.create("v");
    private final KernelBulk kernel;
    private final LineProcess engine;
    private final KernelBulk inOursPlace;
    private final ViewerFarm ourViewers;
    private final ViewerFarm kernelViewers;
    private int ourCount;
    private int kernelCount;

    /**
     * Starts both.
     *
     * @param storeBytes of our channel; three quarters of it is the most that may be published ahead
     * @param settings   of the engine, {@code key=value}, beside those the race sets
     */
    Race(long storeBytes, String... settings) {
        this(false, storeBytes, settings);
    }

    /** The kernel's against itself: by how much two senders differ that are the same. */
    static Race ofKernels() {
        return new Race(true, 0);
    }

    private Race(boolean kernels, long storeBytes, String... settings) {
        relay = Relay.connect(servers, viewers, 1);
        String address = relay.veth().serverAddress();
        inOursPlace = kernels ? new KernelBulk(servers, address, OUR_PORT) : null;
        engine = kernels ? null : startEngine(address, storeBytes, settings);
        kernel = new KernelBulk(servers, address, KERNEL_PORT);
        ourViewers = new ViewerFarm(viewers, address, OUR_PORT, kernels ? "/" : "/" + EngineBulk.CHANNEL);
        kernelViewers = new ViewerFarm(viewers, address, KERNEL_PORT, "/");
    }

    private LineProcess startEngine(String address, long storeBytes, String... settings) {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC", "-Xms64m", "-Xmx64m", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp",
                System.getProperty("java.class.path"), EngineBulk.class.getName(),
                "devices=" + relay.veth().serverDevice(), "listener=" + address + ":" + OUR_PORT, "transport=offload",
                "instance=race" + ProcessHandle.current().pid(), "store=" + storeBytes));
        command.addAll(List.of(settings));
        LineProcess started = new LineProcess("engine",
                servers.start(ProcessBuilder.Redirect.INHERIT, command.toArray(String[]::new)));
        started.read();
        return started;
    }

    void joinOurs(int count) {
        ourViewers.open(count);
        ourViewers.await(PATIENCE, v -> v.state().equals("open"));
        ourCount += count;
        if (inOursPlace != null) {
            return;
        }
        Await.until("the engine owns its viewers", () -> ourSessions().stream()
                .filter(s -> s.text("owned").equals("true")).count() == ourCount);
    }

    void joinKernels(int count) {
        kernelViewers.open(count);
        kernelViewers.await(PATIENCE, v -> v.state().equals("open"));
        kernelCount += count;
    }

    void publishOurs(long bytes) {
        if (inOursPlace != null) {
            inOursPlace.publish(bytes);
        } else {
            engine.ask("publish " + bytes);
        }
    }

    void publishKernels(long bytes) {
        kernel.publish(bytes);
    }

    /** As {@link EngineBulk} prints them. */
    List<Fields> ourSessions() {
        return engine.ask("sessions").stream().map(Fields::new).toList();
    }

    /** The engine's, {@code name=value}. */
    List<String> counters() {
        return engine.ask("counters");
    }

    long ourRetransmissions() {
        return inOursPlace != null ? retransmissions(inOursPlace)
                : ourSessions().stream().mapToLong(s -> s.number("retransmitted")).sum();
    }

    List<KernelBulk.Connection> kernelConnections() {
        return kernel.report();
    }

    long kernelRetransmissions() {
        return retransmissions(kernel);
    }

    private static long retransmissions(KernelBulk sender) {
        return sender.report().stream().mapToLong(KernelBulk.Connection::retransmitted).sum();
    }

    /** What has arrived by now; fails if a byte was wrong. */
    Mark mark() {
        long nanos = System.nanoTime();
        return new Mark(nanos, received(ourViewers), received(kernelViewers));
    }

    private static long received(ViewerFarm farm) {
        long sum = 0;
        for (Viewer viewer : farm.report()) {
            if (!viewer.exact() || !viewer.state().equals("open")) {
                throw new IllegalStateException("not exact: " + viewer);
            }
            sum += viewer.received();
        }
        return sum;
    }

    /** The relay must not be what is measured. */
    void requireRelaySound() {
        Relay.Counters to = relay.towardsViewers();
        Relay.Counters from = relay.fromViewers();
        if (to.failed() + to.missed() + from.failed() + from.missed() > 0) {
            throw new IllegalStateException("the relay lost packets of its own: " + to + " " + from);
        }
    }

    /** Share of the packets that left the relay more than 0.2 ms late, in percent. */
    double latePercent() {
        Relay.Counters to = relay.towardsViewers();
        Relay.Counters from = relay.fromViewers();
        return 100.0 * (to.late() + from.late()) / Math.max(1, to.sent() + from.sent());
    }

    static void sleep(double seconds) {
        Await.sleep(Math.round(seconds * 1000));
    }

    @Override
    public void close() {
        try {
            ourViewers.close();
            kernelViewers.close();
            kernel.close();
            if (inOursPlace != null) {
                inOursPlace.close();
            } else {
                engine.close();
            }
        } finally {
            relay.close();
            viewers.close();
            servers.close();
        }
    }
}
