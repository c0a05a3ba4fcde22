// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import io.tcpoffload.api.ChannelInfo;
import io.tcpoffload.api.ChannelSpec;
import io.tcpoffload.api.Content;
import io.tcpoffload.api.Decision;
import io.tcpoffload.api.Delivery;
import io.tcpoffload.api.DeviceInfo;
import io.tcpoffload.api.EventSpec;
import io.tcpoffload.api.HandlerSpec;
import io.tcpoffload.api.OffloadException;
import io.tcpoffload.api.Published;
import io.tcpoffload.api.Publisher;
import io.tcpoffload.api.RecoverPolicy;
import io.tcpoffload.api.SessionInfo;
import io.tcpoffload.api.ViewerEvent;
import io.tcpoffload.engine.Engine;
import io.tcpoffload.engine.EngineConfig;
import io.tcpoffload.itests.Stream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Scanner;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * An engine in a process of its own, in the servers' namespace, with one channel. Arguments are {@code key=value}:
 * those of {@link EngineConfig}, and {@code channel}, {@code store}, {@code policy}. Commands are lines; every answer
 * ends with {@code end}:
 * <ul>
 * <li>{@code publish SEGMENTS BYTES PAUSE_MS}: that many segments, each so long after the one before;
 * <li>{@code start BYTES PAUSE_MS}: the same without end, until {@code stop};
 * <li>{@code suspend}: stops the engine and leaves its viewers to the next one; no answer, the process ends;
 * <li>{@code choose BYTES ID...}: a body for these sessions alone; {@code sent MILLIS}: what has become of the last one;
 * <li>{@code close ID}: disconnects a session; {@code events}: what has happened to viewers so far;
 * <li>{@code serve PATH FILE}: answers requests for a path with a file;
 * <li>{@code handback ID...}: gives sessions back to the kernel; a line for each that is refused;
 * <li>{@code published}, {@code sessions}, {@code counters}, {@code frames}, {@code channel}.
 * </ul>
 */
final class EngineMain {

    private final Engine engine;
    private final Publisher publisher;
    private final List<ViewerEvent> events = new CopyOnWriteArrayList<>();
    private Published last;
    private long position;
    private Thread background;

    private EngineMain(Engine engine, Publisher publisher) {
        this.engine = engine;
        this.publisher = publisher;
        position = engine.channels().get(0).publishedBytes();
    }

    public static void main(String[] args) throws InterruptedException {
        Map<String, String> settings = new HashMap<>();
        for (String arg : args) {
            settings.put(arg.substring(0, arg.indexOf('=')), arg.substring(arg.indexOf('=') + 1));
        }
        EngineConfig config = EngineConfig.defaults().with(settings, problem -> {
            throw new IllegalArgumentException(problem);
        });
        ChannelSpec channel = ChannelSpec.channel(settings.get("channel")).withTransport(config.transport())
                .withStoreBytes(Long.parseLong(settings.get("store")))
                .withRecoverPolicy(RecoverPolicy.valueOf(settings.get("policy")));
        try (Engine engine = Engine.start(config); Publisher publisher = engine.openChannel(channel);
                Scanner in = new Scanner(System.in)) {
            EngineMain main = new EngineMain(engine, publisher);
            engine.watch(EventSpec.all(), main.events::add);
            System.out.println("ready");
            while (in.hasNextLine()) {
                String[] words = in.nextLine().split(" ");
                if (words[0].equals("suspend")) {
                    main.stop();
                    engine.suspend();
                    return;
                }
                main.command(words);
                System.out.println("end");
            }
            main.stop();
        }
    }

    private void command(String[] words) throws InterruptedException {
        switch (words[0]) {
            case "publish" -> publish(Long.parseLong(words[1]), Integer.parseInt(words[2]), Long.parseLong(words[3]));
            case "start" -> {
                background = new Thread(() -> publishOn(Integer.parseInt(words[1]), Long.parseLong(words[2])));
                background.start();
            }
            case "stop" -> stop();
            case "serve" -> engine.handle(HandlerSpec.path(words[1]), request -> CompletableFuture.completedFuture(
                    Decision.answer(Content.file(Path.of(words[2]), "video/mp2t"))));
            case "choose" -> choose(words);
            case "sent" -> {
                Delivery d = publisher.whenSent(last.position(), Duration.ofMillis(Long.parseLong(words[1])))
                        .toCompletableFuture().join();
                System.out.println("sent=" + d.sent() + " skipped=" + d.skipped() + " gone=" + d.gone() + " pending="
                        + d.pending());
            }
            case "close" -> engine.closeSession(Long.parseLong(words[1]), "asked");
            case "events" -> events.forEach(e -> System.out.println("type=" + e.type() + " session=" + e.session()
                    + " transport=" + e.transport() + " sent=" + e.sentBytes() + " reason="
                    + e.reason().replace(' ', '-')));
            case "handback" -> handBack(words);
            case "published" -> System.out.println(position);
            case "sessions" -> engine.sessions().forEach(EngineMain::print);
            case "counters" -> engine.info().counters().forEach((name, value) -> System.out.println(name + "=" + value));
            case "frames" -> System.out.println(
                    engine.info().devices().stream().mapToLong(DeviceInfo::frames).sum());
            case "channel" -> print(engine.channels().get(0));
            default -> throw new IllegalArgumentException(words[0]);
        }
    }

    private void choose(String[] words) {
        int bytes = Integer.parseInt(words[1]);
        last = publisher.publish(Stream.bytes(position, bytes),
                Arrays.stream(words).skip(2).map(Long::valueOf).collect(Collectors.toSet()));
        position += last.acceptedBytes();
        System.out.println(last.subscribers());
    }

    private void handBack(String[] words) {
        for (int i = 1; i < words.length; i++) {
            try {
                engine.handBack(Long.parseLong(words[i]));
            } catch (OffloadException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    private void publish(long segments, int bytes, long pauseMillis) throws InterruptedException {
        for (long i = 0; i < segments; i++) {
            last = publisher.publish(Stream.bytes(position, bytes), true);
            position += bytes;
            TimeUnit.MILLISECONDS.sleep(pauseMillis);
        }
    }

    private void publishOn(int bytes, long pauseMillis) {
        try {
            publish(Long.MAX_VALUE, bytes, pauseMillis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void stop() throws InterruptedException {
        if (background != null) {
            background.interrupt();
            background.join();
            background = null;
        }
    }

    private static void print(SessionInfo s) {
        System.out.println("id=" + s.id() + " remote=" + s.remote() + " transport=" + s.transport() + " state="
                + s.state() + " acked=" + s.ackedBytes() + " lag=" + s.lagBytes() + " retransmissions="
                + s.retransmissions() + " skips=" + s.skips());
    }

    private static void print(ChannelInfo c) {
        System.out.println("viewers=" + c.viewers() + " published=" + c.publishedBytes() + " skips=" + c.skips()
                + " slowClosed=" + c.slowClosed());
    }
}
