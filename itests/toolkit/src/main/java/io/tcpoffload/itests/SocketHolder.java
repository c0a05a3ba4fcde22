// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests;

import java.nio.file.Path;

/** A foreign program with ordinary sockets, some of which it gives to an engine ({@code holder.c}). */
public final class SocketHolder implements AutoCloseable {

    private final LineProcess process;

    public SocketHolder(Netns ns) {
        process = new LineProcess("holder", ns.start(ProcessBuilder.Redirect.INHERIT,
                NativeTool.program("holder").toString()));
        process.read();
    }

    public long pid() {
        return process.pid();
    }

    /** {@code fd} and {@code port} of a listener on a free port. */
    public Fields listen(String address) {
        return ask("listen " + address + " 0");
    }

    public int accept(int listener) {
        return fd("accept " + listener);
    }

    /** {@code fd} and its own {@code port}. */
    public Fields connect(String address, long port) {
        return ask("connect " + address + " " + port);
    }

    public int openFile(Path path) {
        return fd("open " + path);
    }

    /** A connected socket of another network namespace. */
    public int elsewhere() {
        return fd("namespace");
    }

    /** A copy of another process' descriptor. */
    public int fetch(long pid, long fd) {
        return fd("fetch " + pid + " " + fd);
    }

    public Fields send(int fd, String text) {
        return ask("send " + fd + " " + text);
    }

    /**
     * Sends of a part of the stream of {@link Stream}, of multiples of 4, what the socket takes at once.
     *
     * @return how much that is
     */
    public long stream(int fd, long from, long to) {
        return ask("stream " + fd + " " + from + " " + to).number("sent");
    }

    /** Waits for so many bytes, or the end: {@code got, zeros, stream, from, text, end}. */
    public Fields receive(int fd, long bytes) {
        return ask("recv " + fd + " " + bytes);
    }

    /** Waits for bytes that can be read and leaves them there. */
    public long unread(int fd) {
        return ask("queued " + fd).number("unread");
    }

    /** {@code unacked} and, of these, {@code unsent}. */
    public Fields outgoing(int fd) {
        return ask("outgoing " + fd);
    }

    /** The kernel's number of a socket's TCP state. */
    public long state(int fd) {
        return ask("state " + fd).number("state");
    }

    /** What a control socket answers another user. */
    public String askAs(int uid, Path control, String line) {
        return process.ask("as " + uid + " " + control + " " + line).get(0);
    }

    public void close(int fd) {
        process.ask("close " + fd);
    }

    private int fd(String command) {
        int fd = (int) ask(command).number("fd");
        if (fd < 0) {
            throw new IllegalStateException(command);
        }
        return fd;
    }

    private Fields ask(String command) {
        return new Fields(process.ask(command).get(0));
    }

    @Override
    public void close() {
        process.close();
    }
}
