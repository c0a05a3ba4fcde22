// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.bench;

import com.sun.management.ThreadMXBean;
import io.tcpoffload.api.ChannelInfo;
import io.tcpoffload.api.ChannelSpec;
import io.tcpoffload.api.Publisher;
import io.tcpoffload.api.RecoverPolicy;
import io.tcpoffload.api.TransportMode;
import io.tcpoffload.engine.Engine;
import io.tcpoffload.engine.EngineConfig;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.util.Scanner;

/**
 * The engine as a sender to be measured, with the same manners as {@code kernel_send.c}: prints "listening", then
 * "viewers N" when it owns N connections; then, for each line "run PIECE SECONDS" on its input, publishes pieces of
 * that many bytes for that long, never faster than the slowest viewer takes them, and prints "sent BYTES"; for
 * "live PIECE SECONDS MBITS" at that rate, and what the session thread has allocated meanwhile: "sent BYTES allocated BYTES".
 */
public final class EngineSend {

    private static final String CHANNEL = "bench";
    private static final long STORE_BYTES = 64L << 20;
    private static final long POLL_MILLIS = 20;

    private EngineSend() {
    }

    /** Arguments: device, address, port, viewers. */
    public static void main(String[] args) throws InterruptedException {
        String listener = args[1] + ":" + args[2];
        int viewers = Integer.parseInt(args[3]);
        EngineConfig config = EngineConfig.defaults().withDevices(args[0]).withListener(listener)
                .withTransport("offload").withInstance("bench" + ProcessHandle.current().pid());
        ChannelSpec channel = ChannelSpec.channel(CHANNEL).withStoreBytes(STORE_BYTES)
                .withTransport(TransportMode.OFFLOAD).withRecoverPolicy(RecoverPolicy.DISCONNECT);
        Engine engine = Engine.start(config);
        Runtime.getRuntime().addShutdownHook(new Thread(engine::close)); // bench/run ends it by a signal
        try (Publisher publisher = engine.openChannel(channel); Scanner commands = new Scanner(System.in)) {
            System.out.println("listening");
            while (owned(engine) < viewers) {
                Thread.sleep(POLL_MILLIS);
            }
            System.out.println("viewers " + viewers);
            while (commands.hasNextLine()) {
                String[] words = commands.nextLine().split(" ");
                PacedPublisher source = new PacedPublisher(engine, publisher, Integer.parseInt(words[1]));
                double seconds = Double.parseDouble(words[2]);
                String report;
                if (words[0].equals("live")) {
                    long before = allocatedByLoop();
                    report = source.runLive(seconds, Double.parseDouble(words[3])) * viewers + " allocated "
                            + (allocatedByLoop() - before);
                    source.awaitTaken();
                } else {
                    report = String.valueOf(source.run(seconds) * viewers);
                }
                requireAll(engine, viewers);
                System.out.println("sent " + report);
            }
        }
    }

    /** Bytes that the session thread has allocated so far. */
    private static long allocatedByLoop() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
            if (thread != null && thread.getThreadName().equals("tcpoffload-sessions")) {
                return threads.getThreadAllocatedBytes(thread.getThreadId());
            }
        }
        throw new IllegalStateException("no session thread");
    }

    private static long owned(Engine engine) {
        return engine.sessions().stream().filter(session -> session.transport() == TransportMode.OFFLOAD).count();
    }

    /** A sender that leaves somebody out is no faster, it does less. */
    private static void requireAll(Engine engine, int viewers) {
        ChannelInfo channel = engine.channels().get(0);
        if (channel.viewers() != viewers || channel.skips() != 0 || owned(engine) != viewers) {
            System.err.println("not every viewer got everything: " + channel + " " + engine.info().counters());
            System.exit(1);
        }
    }
}
