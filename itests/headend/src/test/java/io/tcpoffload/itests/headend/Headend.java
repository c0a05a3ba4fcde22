// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.headend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.itests.Await;
import io.tcpoffload.itests.Command;
import io.tcpoffload.itests.Leftovers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** One installation, driven by {@code ./headend}. Closing it stops it and checks that nothing is left. */
final class Headend implements AutoCloseable {

    private static final Path SCRIPT = Path.of("../../headend").toAbsolutePath().normalize();
    private static final Path HOMES = Path.of("target/homes").toAbsolutePath();
    private static final Set<Headend> OPEN = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> OPEN.forEach(headend -> headend.run("stop"))));
    }

    /** What a run of the script gave: exit code, and both outputs together. */
    record Result(int code, String output) {
    }

    private final List<String> command = new ArrayList<>();
    private final Path home;
    private final String user;
    private final int port;

    private Headend(Path script, Path home, String user) {
        this.home = home;
        this.user = user;
        this.port = freePort();
        if (!user.equals("root")) {
            command.addAll(List.of("runuser", "-u", user, "--"));
        }
        command.add(script.toString());
        OPEN.add(this);
    }

    /** An installation of this source tree, by this user; not started. */
    static Headend named(String name) {
        return new Headend(SCRIPT, HOMES.resolve(name), "root");
    }

    /** An installation by another user; the script and the home must be that user's to read and to write. */
    static Headend of(String user, Path script, Path home) {
        return new Headend(script, home, user);
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs the script with its options for home and port, and waits until it ends and its output is closed. */
    Result run(String... arguments) {
        List<String> all = new ArrayList<>(command);
        all.addAll(List.of(arguments));
        all.addAll(List.of("--home", home.toString(), "--port", Integer.toString(port)));
        try {
            ProcessBuilder builder = new ProcessBuilder(all).redirectErrorStream(true);
            builder.environment().keySet().removeIf(name -> name.startsWith("HEADEND_") || name.startsWith("KARAF_"));
            builder.directory(Path.of("/").toFile());
            Process process = builder.start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes());
            return new Result(process.waitFor(), output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Starts it; fails if the demo does not play. Returns the banner. */
    String start(String... options) {
        List<String> arguments = new ArrayList<>(List.of("start"));
        arguments.addAll(List.of(options));
        Result result = run(arguments.toArray(String[]::new));
        assertEquals(0, result.code(), result.output());
        return result.output();
    }

    /** Removes the installation of an earlier run, with what was installed and updated there. */
    void discard() {
        Command.run("rm", "-rf", home.toString());
    }

    /** Writes the engine's settings of an installation that has not been started yet. */
    void configure(String... settings) throws IOException {
        Path file = file("etc/io.tcpoffload.engine.cfg");
        Files.createDirectories(file.getParent());
        Files.write(file, List.of(settings));
    }

    /** Stops and starts it, by {@code ./headend restart}. */
    void restart() {
        Result result = run("restart");
        assertEquals(0, result.code(), result.output());
    }

    /** Ends Karaf as the machine's OOM killer would. */
    void kill() {
        ProcessHandle karaf = karaf().orElseThrow();
        karaf.destroyForcibly();
        karaf.onExit().join();
    }

    /** Runs a Karaf command that must succeed. */
    String shell(String karafCommand) {
        Result result = run("shell", karafCommand);
        assertEquals(0, result.code(), result.output());
        return result.output();
    }

    /** The number of an installed bundle. */
    String bundle(String symbolicName) {
        return shell("bundle:id " + symbolicName).strip();
    }

    /** The version of an installed bundle. */
    String version(String symbolicName) {
        return shell("bundle:list -t 0 -s").lines().map(line -> line.split("\\s*[│|]\\s*"))
                .filter(cells -> cells[cells.length - 1].equals(symbolicName)).map(cells -> cells[cells.length - 2])
                .findFirst().orElseThrow();
    }

    /** Updates a bundle in place. */
    void update(String symbolicName, Path jar) {
        shell("bundle:update " + bundle(symbolicName) + " file:" + jar);
    }

    /** {@code host:port} of the stream listener. */
    String listener() {
        return "127.0.0.1:" + port;
    }

    String url(String path) {
        return "http://" + listener() + path;
    }

    Path file(String pathInKaraf) {
        return home.resolve("karaf").resolve(pathInKaraf);
    }

    /** The engine's instance name, which its pins, filters and stores bear. */
    String instance() throws IOException {
        var settings = new Properties();
        try (var in = Files.newBufferedReader(file("etc/io.tcpoffload.engine.cfg"))) {
            settings.load(in);
        }
        return settings.getProperty("instance");
    }

    List<String> leftovers() throws IOException {
        return Leftovers.of(instance(), user);
    }

    /** The Karaf process, if it runs. */
    Optional<ProcessHandle> karaf() {
        return ProcessHandle.allProcesses().filter(process -> process.info().arguments()
                .map(arguments -> List.of(arguments).contains("-Dkaraf.home=" + home.resolve("karaf")))
                .orElse(false)).findFirst();
    }

    /** All that was logged. */
    String log() throws IOException {
        Path log = file("data/log/karaf.log");
        return Files.exists(log) ? Files.readString(log) : "";
    }

    /** Waits for text in the log, after the first {@code from} characters of it. */
    void awaitLog(int from, String text) {
        Await.until("the log says: " + text, () -> log().substring(from).contains(text));
    }

    /** As {@link #awaitLog} for a line that matches. */
    void awaitLogLine(int from, Pattern line) {
        Await.until("the log has a line like: " + line, () -> log().substring(from).lines()
                .anyMatch(l -> line.matcher(l).find()));
    }

    @Override
    public void close() throws IOException {
        OPEN.remove(this);
        Optional<ProcessHandle> karaf = karaf();
        Result stop = run("stop");
        karaf.ifPresent(ProcessHandle::destroyForcibly);
        assertEquals(0, stop.code(), stop.output());
        assertTrue(karaf().isEmpty(), "Karaf still runs");
        if (Files.exists(file("etc/io.tcpoffload.engine.cfg"))) {
            assertEquals(List.of(), leftovers(), "left behind");
            Await.none("left on devices", Leftovers::onIdleDevices);
        }
    }
}
