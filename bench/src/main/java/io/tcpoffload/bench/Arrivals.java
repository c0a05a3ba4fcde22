// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.bench;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * New viewers on a schedule, each on a connection of its own, each of which goes when it has the first byte of media. The next
 * comes at its time whether or not those before have been answered. Arguments: {@code HOST PORT PATH RATE SECONDS}. Prints a
 * line {@code key=value ...}: requests, failed, seconds, and the times from the moment at which a viewer was to connect to its
 * first byte of media, in microseconds.
 */
final class Arrivals {

    private static final long TIMEOUT_NS = 10_000_000_000L;
    private static final String HEAD_END = "\r\n\r\n";

    /** A viewer under way. */
    private static final class Viewer {

        private final long dueNs;
        private final ByteBuffer received = ByteBuffer.allocate(1024);

        private Viewer(long dueNs) {
            this.dueNs = dueNs;
        }

        /** Whether there is media. */
        private boolean read(SocketChannel channel) throws IOException {
            if (channel.read(received) < 0) {
                throw new EOFException("after '" + text() + "'");
            }
            int end = text().indexOf(HEAD_END);
            if (end >= 0 && !text().startsWith("HTTP/1.1 200 ")) {
                throw new IOException(text().lines().findFirst().orElse(""));
            }
            return end >= 0 && received.position() > end + HEAD_END.length();
        }

        private String text() {
            return new String(received.array(), 0, received.position(), StandardCharsets.ISO_8859_1);
        }
    }

    private final InetSocketAddress server;
    private final byte[] request;
    private final long[] timesNs;
    private int arrived;
    private int answered;
    private int failed;

    private Arrivals(InetSocketAddress server, String path, int viewers) {
        this.server = server;
        request = ReplyClient.request(path);
        timesNs = new long[viewers];
    }

    public static void main(String[] args) throws IOException {
        int rate = Integer.parseInt(args[3]);
        int viewers = (int) (rate * Double.parseDouble(args[4]));
        new Arrivals(new InetSocketAddress(args[0], Integer.parseInt(args[1])), args[2], viewers).run(rate);
    }

    /** Never sleeps while a viewer is due: the core is the clients' own. */
    private void run(int rate) throws IOException {
        long beginNs = System.nanoTime();
        try (Selector selector = Selector.open()) {
            while (answered + failed < timesNs.length) {
                long now = System.nanoTime();
                while (arrived < timesNs.length && beginNs + arrived * 1_000_000_000L / rate <= now) {
                    arrive(selector, new Viewer(beginNs + arrived++ * 1_000_000_000L / rate));
                }
                selector.selectNow(this::proceed);
                if (arrived == timesNs.length) {
                    selector.keys().forEach(this::endIfLate);
                }
            }
        }
        System.out.println(new Times(Arrays.copyOf(timesNs, answered)) + " failed=" + failed + " seconds="
                + (System.nanoTime() - beginNs) / 1e9);
    }

    private void arrive(Selector selector, Viewer viewer) throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        channel.register(selector, SelectionKey.OP_CONNECT, viewer);
        channel.connect(server);
    }

    private void proceed(SelectionKey key) {
        SocketChannel channel = (SocketChannel) key.channel();
        Viewer viewer = (Viewer) key.attachment();
        try {
            if (key.isConnectable()) {
                channel.finishConnect();
                channel.write(ByteBuffer.wrap(request));
                key.interestOps(SelectionKey.OP_READ);
            } else if (viewer.read(channel)) {
                timesNs[answered++] = System.nanoTime() - viewer.dueNs;
                channel.close();
            }
        } catch (IOException e) {
            fail(key, e);
        }
    }

    private void endIfLate(SelectionKey key) {
        if (key.isValid() && System.nanoTime() - ((Viewer) key.attachment()).dueNs > TIMEOUT_NS) {
            fail(key, new IOException("no media within " + TIMEOUT_NS / 1_000_000_000 + " s"));
        }
    }

    private void fail(SelectionKey key, IOException e) {
        if (failed++ == 0) {
            System.err.println("first failure: " + e);
        }
        try {
            key.channel().close();
        } catch (IOException ignored) {
            // It is of no use any more.
        }
    }
}
