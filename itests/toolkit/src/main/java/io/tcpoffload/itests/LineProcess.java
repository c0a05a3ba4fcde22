// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A process that takes commands as lines and ends each answer with the line {@code end}. */
public final class LineProcess implements AutoCloseable {

    private static final long EXIT_SECONDS = 20;
    private static final long ANSWER_SECONDS = 60;

    private final String name;
    private final Process process;
    private final Writer in;
    private final BlockingQueue<Optional<String>> out = new LinkedBlockingQueue<>();

    public LineProcess(String name, Process process) {
        this.name = name;
        this.process = process;
        this.in = process.outputWriter(StandardCharsets.UTF_8);
        Thread reader = new Thread(() -> readAll(process.inputReader(StandardCharsets.UTF_8)), name);
        reader.setDaemon(true);
        reader.start();
    }

    /** Sends a command that has no answer. */
    public void tell(String command) {
        try {
            in.write(command + "\n");
            in.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(name + " does not take '" + command + "'", e);
        }
    }

    /** Sends a command and waits for its answer, without the closing line. Safe from several threads. */
    public synchronized List<String> ask(String command) {
        tell(command);
        List<String> answer = new ArrayList<>();
        for (String line = read(); !line.equals("end"); line = read()) {
            answer.add(line);
        }
        return answer;
    }

    /** Waits for the next line, a minute at most. */
    public String read() {
        try {
            Optional<String> line = out.poll(ANSWER_SECONDS, TimeUnit.SECONDS);
            if (line == null) {
                throw new IllegalStateException(name + " does not answer within " + ANSWER_SECONDS + " s");
            }
            return line.orElseThrow(() -> new IllegalStateException(name + " has ended"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void readAll(BufferedReader lines) {
        try {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                out.add(Optional.of(line));
            }
        } catch (IOException e) {
            // the process has been ended with its pipe open: the same as the end of its output
        }
        out.add(Optional.empty());
    }

    public long pid() {
        return process.pid();
    }

    public Process process() {
        return process;
    }

    /** Closes its input and waits for it to end by itself. */
    @Override
    public void close() {
        try {
            in.close();
            if (!process.waitFor(EXIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException(name + " did not end within " + EXIT_SECONDS + " s");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(name, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
    }
}
