// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.bench;

import io.tcpoffload.itests.Command;
import io.tcpoffload.itests.Fields;
import io.tcpoffload.itests.LineProcess;
import io.tcpoffload.itests.Netns;
import io.tcpoffload.itests.Veth;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Where servers and their clients are measured: a server is bound to core 0, clients to core 1, each in a namespace of its own
 * with a veth pair between. What either end's kernel does with packets that it receives, it does on that end's core.
 */
final class Stage implements AutoCloseable {

    static final int PORT = 8080;
    private static final int SERVER_CORE = 0;
    private static final int CLIENT_CORE = 1;
    private static final long TICK_NS = 10_000_000;

    private final Netns servers = Netns.create("s");
    private final Netns viewers = Netns.create("v");
    private final Veth veth = Veth.connect(servers, viewers, 1);

    Stage() {
        receiveOn(SERVER_CORE, servers, veth.serverDevice());
        receiveOn(CLIENT_CORE, viewers, veth.viewerDevice());
    }

    /** Receive packet steering, see Documentation/networking/scaling.rst: else the sender's core did the receiver's work. */
    private static void receiveOn(int core, Netns ns, String device) {
        Command.run("ip", "netns", "exec", ns.name(), "sh", "-c",
                "echo " + Integer.toHexString(1 << core) + " > /sys/class/net/" + device + "/queues/rx-0/rps_cpus");
    }

    String address() {
        return veth.serverAddress();
    }

    /** Starts a server with those settings and the ones that name this stage. It has said that it is ready. */
    LineProcess server(Class<?> program, String... settings) {
        List<String> arguments = new ArrayList<>(List.of("devices=" + veth.serverDevice(),
                "listener=" + address() + ":" + PORT, "instance=bench" + ProcessHandle.current().pid()));
        arguments.addAll(List.of(settings));
        var server = new LineProcess("server", start(servers, SERVER_CORE, program, arguments));
        server.read();
        return server;
    }

    /** Runs a client to its end, and returns what it printed. */
    Fields client(Class<?> program, Object... arguments) {
        try (var client = new LineProcess("client", start(viewers, CLIENT_CORE, program,
                Arrays.stream(arguments).map(Object::toString).toList()))) {
            return new Fields(client.read());
        }
    }

    private static Process start(Netns ns, int core, Class<?> program, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of("taskset", "-c", Integer.toString(core),
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:+UseSerialGC", "-Xms256m", "-Xmx256m",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", System.getProperty("java.class.path"),
                program.getName()));
        command.addAll(arguments);
        return ns.start(ProcessBuilder.Redirect.INHERIT, command.toArray(String[]::new));
    }

    /**
     * Processor time up to now, in nanoseconds: differences count.
     *
     * @param process what the server's process was charged, exact, but without what interrupts did while it slept
     * @param core    what core 0 was not idle, packet work in interrupts included, and whatever else runs on it
     */
    record Cpu(long process, long core) {

        Cpu since(Cpu before) {
            return new Cpu(process - before.process, core - before.core);
        }
    }

    static Cpu cpu(LineProcess server) {
        return new Cpu(Long.parseLong(server.ask("cpu").get(0)), busyNs());
    }

    /**
     * The kernel measures how long a core is idle and only samples what it does else, see proc_stat(5): user, nice, system,
     * idle, iowait, in hundredths of a second.
     */
    private static long busyNs() {
        try {
            String[] times = Files.readAllLines(Path.of("/proc/stat")).stream()
                    .filter(line -> line.startsWith("cpu" + SERVER_CORE + " ")).findFirst().orElseThrow().split(" ");
            return System.nanoTime() - (Long.parseLong(times[4]) + Long.parseLong(times[5])) * TICK_NS;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        viewers.close();
        servers.close();
    }
}
