// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.examples.bench;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** The viewers' process: fetches segments over connections that persist, or comes to a channel again and again. */
public final class Viewers {

    private static final int THREADS = 64;

    private Viewers() {
    }

    /** {@code fetch <port> <viewers> <segments>} or {@code admit <port> <a second> <seconds>}. */
    public static void main(String[] args) throws Exception {
        int port = Integer.parseInt(args[1]);
        int one = Integer.parseInt(args[2]);
        int two = Integer.parseInt(args[3]);
        if (args[0].equals("fetch")) {
            fetch(port, one, two);
        } else {
            admit(port, one, two);
        }
    }

    private static void fetch(int port, int viewers, int segments) throws Exception {
        var threads = Executors.newFixedThreadPool(viewers);
        List<Callable<Void>> all = new ArrayList<>();
        for (int i = 0; i < viewers; i++) {
            all.add(() -> {
                byte[] buffer = new byte[1 << 16];
                try (Socket socket = new Socket("127.0.0.1", port)) {
                    for (int n = 0; n < segments; n++) {
                        ask(socket, "/segments/1.ts");
                        long left = head(socket.getInputStream(), "200");
                        while (left > 0) {
                            int got = socket.getInputStream().read(buffer, 0, (int) Math.min(buffer.length, left));
                            if (got < 0) {
                                throw new EOFException(left + " bytes are missing");
                            }
                            left -= got;
                        }
                    }
                }
                return null;
            });
        }
        for (var done : threads.invokeAll(all)) {
            done.get();
        }
        threads.shutdown();
    }

    private static void ask(Socket socket, String path) throws IOException {
        socket.getOutputStream().write(("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
    }

    /** Reads a response's head; returns its Content-Length, or -1. */
    private static long head(InputStream in, String status) throws IOException {
        var head = new StringBuilder();
        while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
            int c = in.read();
            if (c < 0) {
                throw new EOFException("no response: " + head);
            }
            head.append((char) c);
        }
        if (!head.toString().startsWith("HTTP/1.1 " + status)) {
            throw new IOException(head.toString());
        }
        for (String line : head.toString().split("\r\n")) {
            if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                return Long.parseLong(line.substring(15).strip());
            }
        }
        return -1;
    }

    private static void admit(int port, int aSecond, int seconds) throws Exception {
        long[] nanos = new long[aSecond * seconds];
        ScheduledExecutorService threads = Executors.newScheduledThreadPool(THREADS);
        List<Future<?>> all = new ArrayList<>();
        long begun = System.nanoTime();
        for (int i = 0; i < nanos.length; i++) {
            int n = i;
            all.add(threads.schedule(() -> {
                nanos[n] = firstByte(port);
                return null;
            }, i * 1_000_000_000L / aSecond, TimeUnit.NANOSECONDS));
        }
        for (var done : all) {
            done.get();
        }
        double took = (System.nanoTime() - begun) / 1e9;
        threads.shutdown();
        Arrays.sort(nanos);
        System.out.printf(Locale.ROOT, "%d admissions through a route, %.0f a second; request to first media byte: "
                + "p50 %.2f ms, p99 %.2f ms%n", nanos.length, nanos.length / took, nanos[nanos.length / 2] / 1e6,
                nanos[nanos.length * 99 / 100] / 1e6);
    }

    private static long firstByte(int port) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setTcpNoDelay(true);
            socket.setSoLinger(true, 0);
            long asked = System.nanoTime();
            ask(socket, "/live?token=t");
            head(socket.getInputStream(), "200");
            if (socket.getInputStream().read() < 0) {
                throw new EOFException("no media");
            }
            return System.nanoTime() - asked;
        }
    }
}
