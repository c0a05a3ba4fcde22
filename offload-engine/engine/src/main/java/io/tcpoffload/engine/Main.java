// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.engine;

import io.tcpoffload.api.ChannelSpec;
import io.tcpoffload.api.OffloadException;
import io.tcpoffload.api.Publisher;
import io.tcpoffload.kernel.KernelException;
import io.tcpoffload.kernel.KernelSide;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/**
 * The engine without OSGi. With {@code control=PATH} it serves connections of other processes, which they give it by
 * that socket, until it is told to end; with {@code channel=NAME} what comes in on standard input goes out on one
 * channel: {@code java -cp ... io.tcpoffload.engine.Main channel=news listener=127.0.0.1:8080 < media.ts}
 */
public final class Main {

    /** Netty makes names of channels of a device's address, and complains where none has one, as in a namespace. */
    private static final String MACHINE_ID = "io.netty.machineId";
    private static final String NO_MACHINE_ID = "00:00:00:00:00:00";

    private Main() {
    }

    /**
     * @param args {@code channel=NAME} and any setting of {@link EngineConfig} as {@code key=value}
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        Map<String, String> settings = new HashMap<>();
        for (String arg : args) {
            int equals = arg.indexOf('=');
            if (equals < 1) {
                fail("argument '" + arg + "' is not valid: key=value, such as channel=news or control=/run/tcpoffload.sock");
            }
            settings.put(arg.substring(0, equals), arg.substring(equals + 1));
        }
        // A misspelt one must not start a server.
        String unknown = EngineConfig.unknown(settings.keySet(), "channel");
        if (unknown != null) {
            fail(unknown);
        }
        if (System.getProperty(MACHINE_ID) == null) {
            System.setProperty(MACHINE_ID, NO_MACHINE_ID);
        }
        if (settings.containsKey("control") && !settings.containsKey("channel")) {
            settings.putIfAbsent("devices", "none");
        }
        settings.putIfAbsent("onStop", "end");
        EngineConfig config = EngineConfig.defaults().with(settings, Main::fail);
        if (config.control() != null) {
            setLoopbackUp();
        }
        try (Engine engine = start(config)) {
            if (config.control() != null) {
                System.err.println("control socket " + config.control() + ", transport " + engine.info().transport() + ": "
                        + engine.info().reason());
            }
            if (config.control() == null || settings.containsKey("channel")) {
                publish(engine, settings.getOrDefault("channel", "live"));
            } else {
                new CountDownLatch(1).await();
            }
        } catch (OffloadException e) {
            fail(e.getMessage());
        }
    }

    private static void setLoopbackUp() {
        try {
            if (KernelSide.setLoopbackUp()) {
                System.err.println("the loopback device was down and is set up: frames enter the kernel by it");
            }
        } catch (KernelException e) {
            System.err.println("the loopback device is down, and can't be set up: " + e.getMessage());
        }
    }

    private static void publish(Engine engine, String channel) throws IOException {
        try (Publisher publisher = engine.openChannel(ChannelSpec.channel(channel))) {
            System.err.println("http://" + engine.info().listeners().get(0) + "/" + publisher.channel() + " by "
                    + engine.info().transport() + ": " + engine.info().reason());
            publisher.publish(System.in, true);
        }
    }

    /** Starts an engine that leaves nothing behind whenever the process is told to end. */
    private static Engine start(EngineConfig config) {
        CompletableFuture<Engine> started = new CompletableFuture<>();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            Engine engine = started.join();
            if (engine != null) {
                if (config.continuity().keepViewers()) {
                    engine.suspend();
                } else {
                    engine.close();
                }
            }
        }, "tcpoffload-shutdown"));
        try {
            started.complete(Engine.start(config));
        } finally {
            started.complete(null);
        }
        return started.join();
    }

    private static void fail(String problem) {
        System.err.println(problem);
        System.exit(2);
    }
}
