// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests;

import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;

/** Viewers with real sockets, in one process of their own, which compare each byte with {@link Stream}. */
public final class ViewerFarm implements AutoCloseable {

    private static final long POLL_MILLIS = 20;

    /** For how long viewers got nothing at a stretch: the worst of them, and the one in the middle. */
    public record Silence(long longestMillis, long medianMillis) {
    }

    private final LineProcess process;
    private int opened;

    /** @param address of the server, IPv4, or IPv6 without brackets */
    public ViewerFarm(Netns ns, String address, int port, String path) {
        process = new LineProcess("viewers", ns.start(ProcessBuilder.Redirect.INHERIT,
                NativeTool.program("viewers").toString(), address, Integer.toString(port), path));
    }

    /** Opens viewers that take what comes. Returns the number of the first. */
    public int open(int count) {
        return open(count, 0);
    }

    /**
     * Opens viewers.
     *
     * @param receiveBuffer of the socket, in bytes, 0 for the kernel's own choice
     * @return the number of the first
     */
    public int open(int count, int receiveBuffer) {
        process.tell("open " + count + " " + receiveBuffer);
        opened += count;
        return opened - count;
    }

    /** It reads no more, until {@link #resume}. */
    public void pause(int id) {
        process.tell("pause " + id);
    }

    public void resume(int id) {
        process.tell("resume " + id);
    }

    /** It closes in order, by FIN; if there are unread bytes the kernel makes it a reset. */
    public void closeViewer(int id) {
        process.tell("close " + id);
    }

    /** It sends its FIN and goes on reading. */
    public void halfClose(int id) {
        process.tell("halfclose " + id);
    }

    /** It sends so many bytes, each a 'u'; all viewers with the number -1. */
    public void say(int id, int bytes) {
        process.tell("say " + (id < 0 ? "all" : Integer.toString(id)) + " " + bytes);
    }

    /** It sends RST. */
    public void reset(int id) {
        process.tell("reset " + id);
    }

    /** All viewers so far, those that are gone included, in the order of their numbers. */
    public List<Viewer> report() {
        return process.ask("report").stream().map(Viewer::parse).toList();
    }

    /** One viewer; cheap enough to ask for many times a second. */
    public Viewer report(int id) {
        return Viewer.parse(process.ask("report " + id).get(0));
    }

    /** The longest silence of the open viewers since the last call, which lasts until now at the most. */
    public Silence silence() {
        Fields f = new Fields(process.ask("silence").get(0));
        return new Silence(f.number("longest"), f.number("median"));
    }

    /** Waits until all viewers that are open or opening satisfy a condition; fails with those that do not. */
    public List<Viewer> await(Duration timeout, Predicate<Viewer> condition) {
        long end = System.nanoTime() + timeout.toNanos();
        while (true) {
            List<Viewer> all = report();
            List<Viewer> missing = all.stream().filter(condition.negate()).toList();
            if (missing.isEmpty()) {
                return all;
            }
            if (System.nanoTime() > end) {
                throw new AssertionError(missing.size() + " of " + all.size() + " viewers not so within " + timeout
                        + ", such as " + missing.subList(0, Math.min(5, missing.size())));
            }
            try {
                Thread.sleep(POLL_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }

    @Override
    public void close() {
        process.close();
    }
}
