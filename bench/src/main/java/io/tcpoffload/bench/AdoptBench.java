// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.bench;

import io.tcpoffload.itests.Await;
import io.tcpoffload.itests.ControlClient;
import io.tcpoffload.itests.Fields;
import io.tcpoffload.itests.Netns;
import io.tcpoffload.itests.SocketHolder;
import io.tcpoffload.itests.Veth;
import io.tcpoffload.kernel.Urgency;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** {@code bench/adopt}: how long a program waits for the answer to {@code adopt}. */
public final class AdoptBench {

    private static final double LIMIT_MS = 2;
    private static final double NS_PER_MS = 1e6;

    private AdoptBench() {
    }

    /** Arguments: {@code --count N --busy N --pause MS}. */
    public static void main(String[] args) throws IOException, InterruptedException {
        int count = 200;
        int busy = 0;
        long pauseMillis = 5;
        for (int i = 0; i + 1 < args.length; i += 2) {
            switch (args[i]) {
                case "--count" -> count = Integer.parseInt(args[i + 1]);
                case "--busy" -> busy = Integer.parseInt(args[i + 1]);
                case "--pause" -> pauseMillis = Long.parseLong(args[i + 1]);
                default -> throw new IllegalArgumentException("'" + args[i] + "' is unknown: --count, --busy or --pause");
            }
        }
        Path directory = Files.createTempDirectory("adopt");
        List<Process> load = new ArrayList<>();
        try (Netns servers = Netns.create("s"); Netns viewers = Netns.create("v")) {
            for (int i = 0; i < busy; i++) {
                load.add(new ProcessBuilder("sh", "-c", "while :; do :; done").start());
            }
            Times times = new Times(new long[count], new long[count]);
            measure(servers, viewers, directory, times, pauseMillis);
            System.out.printf("%d calls, %d busy processes beside%n", count, busy);
            print("adopt", times.adopt);
            print("help", times.help);
        } finally {
            load.forEach(Process::destroy);
            Files.deleteIfExists(directory.resolve("engine.log"));
            Files.deleteIfExists(directory);
        }
    }

    /** In ns. {@code help} has the engine do nothing: what is left is the way there and back. */
    private record Times(long[] adopt, long[] help) {
    }

    private static void measure(Netns servers, Netns viewers, Path directory, Times times, long pauseMillis)
            throws InterruptedException {
        Path control = directory.resolve("control");
        Process engine = servers.start(ProcessBuilder.Redirect.to(directory.resolve("engine.log").toFile()),
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx128m", "-cp",
                System.getProperty("java.class.path"), "io.tcpoffload.engine.Main", "control=" + control,
                "instance=adopt" + ProcessHandle.current().pid());
        try (Veth veth = Veth.connect(servers, viewers, 1); SocketHolder owner = new SocketHolder(servers);
                SocketHolder peers = new SocketHolder(viewers)) {
            Fields listening = owner.listen(veth.serverAddress());
            long port = listening.number("port");
            int listener = (int) listening.number("fd");
            Await.until("the control socket is there", () -> Files.exists(control));
            try (ControlClient client = new ControlClient(control)) {
                adopt(client, owner, peers, veth, listener, port); /* the first attaches the device */
                for (int i = 0; i < times.adopt.length; i++) {
                    Thread.sleep(pauseMillis);
                    times.help[i] = ask(client, "help").ns;
                    Thread.sleep(pauseMillis);
                    times.adopt[i] = adopt(client, owner, peers, veth, listener, port);
                }
            }
        } finally {
            engine.destroy();
            engine.waitFor();
        }
    }

    private static long adopt(ControlClient client, SocketHolder owner, SocketHolder peers, Veth veth, int listener,
            long port) {
        int peer = (int) peers.connect(veth.serverAddress(), port).number("fd");
        int fd = owner.accept(listener);
        Answer session = ask(client, "adopt pid=" + owner.pid() + " fd=" + fd);
        owner.close(fd);
        client.order("abort " + session.text);
        peers.close(peer);
        return session.ns;
    }

    private record Answer(String text, long ns) {
    }

    /** What is measured is the engine's time, and not what the asking process waits for a processor. */
    private static Answer ask(ControlClient client, String line) {
        Urgency.raise();
        long start = System.nanoTime();
        String text = client.order(line);
        long ns = System.nanoTime() - start;
        Urgency.lower();
        return new Answer(text, ns);
    }

    private static void print(String command, long[] ns) {
        Arrays.sort(ns);
        long over = Arrays.stream(ns).filter(t -> t > LIMIT_MS * NS_PER_MS).count();
        System.out.printf("%-5s: p50 %.2f ms, p90 %.2f ms, p99 %.2f ms, max %.2f ms, over %.0f ms: %d%n", command,
                ns[ns.length / 2] / NS_PER_MS, ns[ns.length * 9 / 10] / NS_PER_MS, ns[ns.length * 99 / 100] / NS_PER_MS,
                ns[ns.length - 1] / NS_PER_MS, LIMIT_MS, over);
    }
}
