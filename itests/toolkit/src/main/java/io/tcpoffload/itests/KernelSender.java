// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests;

import java.util.List;

/**
 * The kernel's own TCP (CUBIC, TCP_NODELAY) as a sender of {@link Stream}: the control of every wire case, and a foreign
 * program whose connections an engine can adopt ({@code sender.c}). Safe from several threads.
 */
public final class KernelSender implements AutoCloseable {

    private static final long PATIENCE_NS = 10_000_000_000L;

    private final LineProcess process;

    /** Listens on all addresses of a namespace. */
    public KernelSender(Netns ns, int port) {
        process = new LineProcess("sender", ns.start(ProcessBuilder.Redirect.INHERIT,
                NativeTool.program("sender").toString(), Integer.toString(port)));
        process.read();
    }

    public long pid() {
        return process.pid();
    }

    /** The descriptor of the connection with a peer's port; waits until it is accepted. */
    public int find(int peerPort) {
        long end = System.nanoTime() + PATIENCE_NS;
        List<String> answer = ask("find " + peerPort);
        while (answer.isEmpty()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("no connection from port " + peerPort);
            }
            Await.sleep(1);
            answer = ask("find " + peerPort);
        }
        return (int) new Fields(answer.get(0)).number("fd");
    }

    /** Appends bytes to its stream. */
    public void write(int fd, long bytes) {
        ask("write " + fd + " " + bytes);
    }

    /** TTL and TOS of its packets; hop limit and traffic class with IPv6. */
    public void ip(int fd, int ttl, int tos) {
        ask("ip " + fd + " " + ttl + " " + tos);
    }

    /** Without TCP_NODELAY from now on. */
    public void nagle(int fd) {
        ask("nagle " + fd);
    }

    /** A FIN after the last byte; the other direction stays open. */
    public void shutdown(int fd) {
        ask("shutdown " + fd);
    }

    public void close(int fd) {
        ask("close " + fd);
    }

    /** Closes by a reset. */
    public void abort(int fd) {
        ask("abort " + fd);
    }

    /** Closes the descriptor of a connection that is somebody else's now. */
    public void forget(int fd) {
        ask("forget " + fd);
    }

    /** TCP_INFO. */
    public Fields info(int fd) {
        return new Fields(ask("info " + fd).get(0));
    }

    /**
     * A connection that comes into being without a handshake, with those sequence numbers and no timestamps.
     *
     * @param sndNxt    what it sends next
     * @param peerScale shift of the peer's windows, -1 for no window scaling
     * @return its descriptor
     */
    public int repaired(String local, int localPort, String remote, int remotePort, int sndNxt, int rcvNxt, int mss,
            int peerScale, boolean sack) {
        return (int) new Fields(ask("repair " + local + " " + localPort + " " + remote + " " + remotePort + " "
                + Integer.toUnsignedString(sndNxt) + " " + Integer.toUnsignedString(rcvNxt) + " " + mss + " "
                + (peerScale < 0 ? -1 : 7) + " " + peerScale + " " + (sack ? 1 : 0)).get(0)).number("fd");
    }

    private List<String> ask(String command) {
        return process.ask(command);
    }

    @Override
    public void close() {
        process.close();
    }
}
