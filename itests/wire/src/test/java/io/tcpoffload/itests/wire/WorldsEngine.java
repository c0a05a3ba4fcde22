// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import io.tcpoffload.api.ChannelSpec;
import io.tcpoffload.api.Publisher;
import io.tcpoffload.api.SessionInfo;
import io.tcpoffload.api.TransportMode;
import io.tcpoffload.engine.Engine;
import io.tcpoffload.engine.EngineConfig;
import io.tcpoffload.itests.Stream;
import java.util.HashMap;
import java.util.Map;
import java.util.Scanner;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * An engine in a process of its own, with a channel and a listener for each of many links. Arguments are those of
 * {@link EngineConfig}. Commands are lines; every answer ends with {@code end}:
 * <ul>
 * <li>{@code open CHANNEL LISTENER STORE_BYTES};
 * <li>{@code publish CHANNEL SEGMENTS BYTES PAUSE_MS}: that many segments, each so long after the one before, meanwhile
 *     other commands are taken;
 * <li>{@code sessions}, {@code counters}.
 * </ul>
 */
final class WorldsEngine {

    private final Engine engine;
    private final Map<String, Publisher> channels = new ConcurrentHashMap<>();
    private final Map<String, Long> positions = new ConcurrentHashMap<>();

    private WorldsEngine(Engine engine) {
        this.engine = engine;
    }

    public static void main(String[] args) {
        Map<String, String> settings = new HashMap<>();
        for (String arg : args) {
            settings.put(arg.substring(0, arg.indexOf('=')), arg.substring(arg.indexOf('=') + 1));
        }
        EngineConfig config = EngineConfig.defaults().with(settings, problem -> {
            throw new IllegalArgumentException(problem);
        });
        try (Engine engine = Engine.start(config); Scanner in = new Scanner(System.in)) {
            WorldsEngine worlds = new WorldsEngine(engine);
            System.out.println("ready");
            while (in.hasNextLine()) {
                worlds.command(in.nextLine().split(" "));
                System.out.println("end");
            }
            worlds.channels.values().forEach(Publisher::close);
        }
    }

    private void command(String[] words) {
        switch (words[0]) {
            case "open" -> channels.put(words[1], engine.openChannel(ChannelSpec.channel(words[1])
                    .withListener(words[2]).withTransport(TransportMode.OFFLOAD)
                    .withStoreBytes(Long.parseLong(words[3]))));
            case "publish" -> {
                Thread thread = new Thread(() -> publish(words[1], Long.parseLong(words[2]), Integer.parseInt(words[3]),
                        Long.parseLong(words[4])), words[1]);
                thread.setDaemon(true);
                thread.start();
            }
            case "sessions" -> engine.sessions().forEach(WorldsEngine::print);
            case "counters" -> engine.info().counters().forEach((name, value) -> System.out.println(name + "=" + value));
            default -> throw new IllegalArgumentException(words[0]);
        }
    }

    private void publish(String channel, long segments, int bytes, long pauseMillis) {
        try {
            for (long i = 0; i < segments; i++) {
                long position = positions.merge(channel, (long) bytes, Long::sum) - bytes;
                channels.get(channel).publish(Stream.bytes(position, bytes), true);
                TimeUnit.MILLISECONDS.sleep(pauseMillis);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void print(SessionInfo s) {
        System.out.println("channel=" + s.channel() + " remote=" + s.remote() + " transport=" + s.transport() + " state="
                + s.state() + " lag=" + s.lagBytes() + " retransmissions=" + s.retransmissions() + " skips=" + s.skips());
    }
}
