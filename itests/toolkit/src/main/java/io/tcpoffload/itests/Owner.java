// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests;

import java.nio.file.Path;
import java.util.List;

/**
 * A server, in a process of its own, that gives its viewers' connections to an engine and takes them back. Each method is
 * for all connections, and fails with what went wrong with some.
 */
public final class Owner implements AutoCloseable {

    private final LineProcess process;

    /**
     * @param control   of the engine
     * @param directory for files that the engine sends
     */
    public Owner(Netns ns, int port, Path control, Path directory) {
        process = new LineProcess("owner", ns.start(ProcessBuilder.Redirect.INHERIT,
                NativeTool.program("owner").toString(), Integer.toString(port), control.toString(), directory.toString()));
        ask("ready");
    }

    /** Waits for so many viewers and sends them response heads. */
    public void accept(int viewers) {
        ask("accept " + viewers);
    }

    /** Sends more of the stream by its own sockets. */
    public void send(int bytes) {
        ask("send " + bytes);
    }

    /** Gives the connections to the engine. */
    public void adopt(String inputPolicy) {
        ask("adopt " + inputPolicy);
    }

    /** Lets the engine send more of the stream. */
    public void append(int bytes) {
        ask("append " + bytes);
    }

    /** Takes the connections back. */
    public void handBack() {
        ask("handback");
    }

    /** Takes back connections that the engine hands back by itself. */
    public void fetch() {
        ask("fetch");
    }

    /** Waits until so many bytes have come that nobody has read. */
    public void awaitPending(int bytes) {
        ask("pending " + bytes);
    }

    /** Reads what viewers say, by its own sockets. */
    public void read(int bytes) {
        ask("read " + bytes);
    }

    /** Ends the streams, and waits until the viewers have closed. */
    public void finish() {
        ask("finish");
    }

    private void ask(String command) {
        List<String> problems = process.ask(command);
        if (!problems.isEmpty()) {
            throw new AssertionError(command + ": " + problems.size() + " problems, such as "
                    + problems.subList(0, Math.min(3, problems.size())));
        }
    }

    @Override
    public void close() {
        process.close();
    }
}
