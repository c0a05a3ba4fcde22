// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.itests.Await;
import io.tcpoffload.itests.Fields;
import io.tcpoffload.itests.Netns;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The engine's plain main in a process of its own, with nothing but a control socket, and a client of that. */
final class AdoptingEngine implements AutoCloseable {

    private static final long EXIT_SECONDS = 20;

    private final Process process;
    private final String instance = "ad" + ProcessHandle.current().pid() + "-" + System.nanoTime() % 1_000_000;
    private final Path control;
    private final Path log;
    private final SocketChannel socket;
    private final BufferedReader answers;
    private long answerNs;

    /** Starts one, with further arguments, and returns when it answers. */
    AdoptingEngine(Netns ns, Path directory, String... arguments) {
        control = directory.resolve("control" + arguments.length);
        log = directory.resolve("engine" + arguments.length + ".log");
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m", "-cp", System.getProperty("java.class.path"), "io.tcpoffload.engine.Main", "control=" + control,
                "instance=" + instance));
        command.addAll(List.of(arguments));
        process = ns.start(ProcessBuilder.Redirect.to(log.toFile()), command.toArray(new String[0]));
        Await.until("the control socket is there", () -> Files.exists(control));
        try {
            socket = SocketChannel.open(UnixDomainSocketAddress.of(control));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        answers = new BufferedReader(Channels.newReader(socket, StandardCharsets.UTF_8));
        ask("help");
    }

    Path control() {
        return control;
    }

    /** Its standard input. */
    OutputStream input() {
        return process.getOutputStream();
    }

    /** A line in, a line out. */
    String ask(String line) {
        try {
            long start = System.nanoTime();
            socket.write(StandardCharsets.UTF_8.encode(line + "\n"));
            String answer = answers.readLine();
            answerNs = System.nanoTime() - start;
            return String.valueOf(answer);
        } catch (IOException e) {
            throw new UncheckedIOException(line, e);
        }
    }

    /** How long the last answer took, in microseconds. */
    long answerMicros() {
        return TimeUnit.NANOSECONDS.toMicros(answerNs);
    }

    /** The same, of a line that must be done. */
    String order(String line) {
        String answer = ask(line);
        assertTrue(answer.equals("ok") || answer.startsWith("ok "), line + ": " + answer);
        return answer;
    }

    /** @return the session's number */
    long adopt(long pid, int fd) {
        return Long.parseLong(order("adopt pid=" + pid + " fd=" + fd).substring("ok ".length()));
    }

    Fields info(long session) {
        return new Fields(ask("info " + session));
    }

    void awaitState(long session, String state) {
        Await.until("session " + session + " is " + state, () -> info(session).text("state").equals(state));
    }

    Fields counters() {
        return new Fields(ask("counters"));
    }

    /** Lines of the log at WARN or ERROR. */
    List<String> warnings() {
        try (var lines = Files.lines(log)) {
            return lines.filter(line -> line.contains(" WARN ") || line.contains(" ERROR ")).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends it as an operator would. */
    @Override
    public void close() {
        try {
            socket.close();
            process.destroy();
            assertTrue(process.waitFor(EXIT_SECONDS, TimeUnit.SECONDS), "it does not end");
            assertTrue(Files.notExists(control), "the control socket stays");
            assertTrue(Files.notExists(Path.of("/sys/fs/bpf/tcpoffload", instance)), "the pins stay");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            process.destroyForcibly();
        }
    }
}
