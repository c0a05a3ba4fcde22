// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import io.tcpoffload.itests.Stream;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * An HTTP client in the viewers' namespace. Arguments: {@code HOST PORT PATH MODE COUNT}; fetches a file that begins as
 * {@link Stream} does, over one connection, and prints "exact COUNT" when each byte was right. Modes: {@code one-by-one};
 * {@code ahead}, all requests at once; {@code early}, each next request when a part of the response is there; {@code range},
 * parts from word to word; {@code slow}, with a small buffer and pauses; {@code abort}, with a reset in the middle.
 */
final class FetchMain {

    private static final int TIMEOUT_MILLIS = 30_000;
    private static final int EARLY_BYTES = 50_000;
    private static final int SMALL_BUFFER = 16_384;
    private static final int RANGE_FROM = 4000;
    private static final int RANGE_BYTES = 400_000;

    private final Socket socket = new Socket();
    private final String path;
    private InputStream in;

    private FetchMain(String path) {
        this.path = path;
    }

    public static void main(String[] args) throws Exception {
        FetchMain fetch = new FetchMain(args[2]);
        int count = Integer.parseInt(args[4]);
        try (fetch.socket) {
            fetch.socket.setSoTimeout(TIMEOUT_MILLIS);
            fetch.socket.setTcpNoDelay(true);
            if (args[3].equals("slow")) {
                fetch.socket.setReceiveBufferSize(SMALL_BUFFER);
            }
            fetch.socket.connect(new InetSocketAddress(args[0], Integer.parseInt(args[1])));
            fetch.in = new BufferedInputStream(fetch.socket.getInputStream(), SMALL_BUFFER);
            fetch.run(args[3], count);
            System.out.println("exact " + count);
        }
    }

    private void run(String mode, int count) throws Exception {
        switch (mode) {
            case "one-by-one" -> {
                for (int i = 0; i < count; i++) {
                    ask("");
                    read(head(200), 0, 0);
                }
            }
            case "ahead" -> {
                ask("");
                for (int i = 1; i < count; i++) {
                    ask("");
                }
                for (int i = 0; i < count; i++) {
                    read(head(200), 0, 0);
                }
            }
            case "early" -> {
                ask("");
                for (int i = 1; i < count; i++) {
                    int length = head(200);
                    read(EARLY_BYTES, 0, 0);
                    ask("");
                    read(length - EARLY_BYTES, EARLY_BYTES, 0);
                }
                read(head(200), 0, 0);
            }
            case "range" -> {
                for (int i = 0; i < count; i++) {
                    int from = RANGE_FROM * (i + 1);
                    ask("Range: bytes=" + from + "-" + (from + RANGE_BYTES - 1) + "\r\n");
                    read(head(206), from, 0);
                }
            }
            case "slow" -> {
                for (int i = 0; i < count; i++) {
                    ask("");
                    read(head(200), 0, 1);
                }
            }
            case "abort" -> {
                ask("");
                head(200);
                read(EARLY_BYTES, 0, 0);
                socket.setSoLinger(true, 0);
            }
            default -> throw new IllegalArgumentException(mode);
        }
    }

    private void ask(String fields) throws IOException {
        socket.getOutputStream().write(("GET " + path + " HTTP/1.1\r\nHost: tv\r\n" + fields + "\r\n")
                .getBytes(StandardCharsets.US_ASCII));
    }

    private int head(int status) throws IOException {
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int c = in.read();
            if (c < 0) {
                throw new EOFException("in the head '" + head + "'");
            }
            head.append((char) c);
        }
        if (!head.toString().startsWith("HTTP/1.1 " + status + " ")) {
            throw new IOException("not " + status + ": " + head);
        }
        return head.toString().lines().filter(line -> line.startsWith("Content-Length: "))
                .mapToInt(line -> Integer.parseInt(line.substring(16))).findFirst().orElseThrow();
    }

    /** Reads and compares, pausing now and then. */
    private void read(int length, int from, int pauseMillis) throws Exception {
        for (int done = 0; done < length;) {
            int n = Math.min(SMALL_BUFFER, length - done);
            byte[] got = in.readNBytes(n);
            if (got.length < n) {
                throw new EOFException("after " + (done + got.length) + " of " + length);
            }
            if (!Arrays.equals(got, Stream.bytes(from + done, n).array())) {
                throw new IOException("wrong bytes between " + (from + done) + " and " + (from + done + n));
            }
            done += n;
            if (pauseMillis > 0) {
                Thread.sleep(pauseMillis);
            }
        }
    }
}
