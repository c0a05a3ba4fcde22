// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import io.tcpoffload.engine.EngineConfig;
import io.tcpoffload.itests.Command;
import io.tcpoffload.itests.Fields;
import io.tcpoffload.itests.LineProcess;
import io.tcpoffload.itests.Netns;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The {@link EngineMain} under test, seen from the test's JVM. */
final class EngineProcess implements AutoCloseable {

    static final int PORT = 8080;
    static final String CHANNEL = "test";

    private final Netns ns;
    private final List<String> command;
    private final String instance;
    private final Path log;
    private LineProcess process;

    /**
     * Starts an engine and returns when it listens.
     *
     * @param transport offload or nio
     * @param policy    KEYFRAME or DISCONNECT
     * @param settings  more of the engine's, {@code key=value}
     */
    EngineProcess(Netns ns, String device, String address, String transport, long storeBytes, String policy, Path log,
            String... settings) {
        this.ns = ns;
        this.log = log;
        this.instance = "it" + ProcessHandle.current().pid() + "-" + device;
        command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xms64m", "-Xmx64m",
                "-XX:+AlwaysPreTouch", "-cp", System.getProperty("java.class.path"), EngineMain.class.getName(),
                "devices=" + device, "listener=" + address + ":" + PORT, "transport=" + transport, "instance=" + instance,
                "channel=" + CHANNEL, "store=" + storeBytes, "policy=" + policy));
        command.addAll(List.of(settings));
        start();
    }

    private void start() {
        process = new LineProcess("engine", ns.start(ProcessBuilder.Redirect.appendTo(log.toFile()),
                command.toArray(String[]::new)));
        process.read();
    }

    /** Ends it as the machine's OOM killer would: nothing of it gets another instruction. */
    void kill() {
        process.process().destroyForcibly();
        process.process().onExit().join();
    }

    /** Stops it in good order and lets it leave its viewers to the next one. */
    void suspend() {
        process.tell("suspend");
        process.process().onExit().join();
    }

    /** What it has outside its process, at this moment. */
    StateCopy copyState(Path into) throws IOException {
        return StateCopy.of(process.pid(), pins(), stores(), into);
    }

    /** Another one beside it, of the same name; fails when that ends instead of listening. */
    void startSecond() {
        new LineProcess("second engine", ns.start(ProcessBuilder.Redirect.appendTo(log.toFile()),
                command.toArray(String[]::new))).read();
    }

    String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Another one in its place, after {@link #kill} or {@link #suspend}. */
    void startAgain() {
        start();
    }

    void publish(int segments, int bytes, int pauseMillis) {
        process.ask("publish " + segments + " " + bytes + " " + pauseMillis);
    }

    void startPublishing(int bytes, int pauseMillis) {
        process.ask("start " + bytes + " " + pauseMillis);
    }

    void stopPublishing() {
        process.ask("stop");
    }

    /**
     * Publishes a body for these sessions alone.
     *
     * @return how many of them are there
     */
    int choose(int bytes, List<Long> ids) {
        return Integer.parseInt(process.ask("choose " + bytes + " " + ids.stream().map(String::valueOf)
                .collect(Collectors.joining(" "))).get(0));
    }

    /** What has become of the last body, after so long at the most. */
    Fields sent(int millis) {
        return new Fields(process.ask("sent " + millis).get(0));
    }

    void closeSession(long id) {
        process.ask("close " + id);
    }

    /** What has happened to viewers, in order. */
    List<Fields> events() {
        return process.ask("events").stream().map(Fields::new).toList();
    }

    /** Answers requests for a path with a file. */
    void serve(String path, Path file) {
        process.ask("serve " + path + " " + file);
    }

    /**
     * Gives sessions back to the kernel.
     *
     * @return why those were refused that were
     */
    List<String> handBack(List<Long> ids) {
        return process.ask("handback " + ids.stream().map(String::valueOf).collect(Collectors.joining(" ")));
    }

    /** The stream position after the last byte published. */
    long published() {
        return Long.parseLong(process.ask("published").get(0));
    }

    List<Fields> sessions() {
        return process.ask("sessions").stream().map(Fields::new).toList();
    }

    /** Viewers that the engine itself serves. */
    long owned() {
        return sessions().stream().filter(s -> s.text("transport").equals("OFFLOAD")).count();
    }

    Fields channel() {
        return new Fields(process.ask("channel").get(0));
    }

    Map<String, Long> counters() {
        return process.ask("counters").stream().map(line -> line.split("="))
                .collect(Collectors.toMap(p -> p[0], p -> Long.parseLong(p[1]), (a, b) -> a, TreeMap::new));
    }

    /** Frames on all devices. */
    long frames() {
        return Long.parseLong(process.ask("frames").get(0));
    }

    long pid() {
        return process.pid();
    }

    int openFiles() {
        try (var files = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
            return (int) files.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Memory of its own, in kB; the heap is touched from the start, so that growth is native memory. What the compiler has
     * given back to the C library, megabytes on a busy machine, goes back to the system first.
     */
    long privateKb() {
        Command.run("jcmd", String.valueOf(process.pid()), "System.trim_native_heap");
        try (var lines = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
            return lines.filter(line -> line.startsWith("RssAnon:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", ""))).findFirst().orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Connections in the kernel side's flow table. */
    long flows() {
        return Command.run("bpftool", "map", "dump", "pinned", pins().resolve("flows").toString()).lines()
                .filter(line -> line.contains("key")).count();
    }

    /** What it has in the kernel and in memory outside its process, by path; nothing after it has been closed. */
    List<Path> leftovers() {
        return Stream.of(pins(), stores()).filter(Files::exists).toList();
    }

    private Path pins() {
        return Path.of("/sys/fs/bpf/tcpoffload", instance);
    }

    private Path stores() {
        return EngineConfig.defaults().storeDirectory().resolve(instance);
    }

    /** Lines of the log at WARN or ERROR. */
    List<String> warnings() {
        try (var lines = Files.lines(log)) {
            return lines.filter(line -> line.contains(" WARN ") || line.contains(" ERROR ")
                    || line.startsWith("Exception in thread")).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.close();
    }
}
