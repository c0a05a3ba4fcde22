// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.bench;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Clients with connections that persist, a thread for each. Prints a line {@code key=value ...}: requests, bytes, seconds, and
 * the times from request to the response's end in microseconds. Arguments:
 * <ul>
 * <li>{@code fetch HOST PORT PATH CONNECTIONS SECONDS EVERY_MS}: response after response, each so long after the one before
 * began;
 * <li>{@code watch HOST PORT PATH CONNECTIONS SECONDS}: one response that does not end.
 * </ul>
 */
final class ReplyClient {

    private static final int TIMEOUT_MS = 10_000;
    private static final int BUFFER_BYTES = 1 << 18;

    private final InetSocketAddress server;
    private final byte[] request;
    private final ConcurrentLinkedQueue<Long> timesNs = new ConcurrentLinkedQueue<>();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();

    private ReplyClient(String host, int port, String path) {
        server = new InetSocketAddress(host, port);
        request = request(path);
    }

    static byte[] request(String path) {
        return ("GET " + path + " HTTP/1.1\r\nHost: tv\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    public static void main(String[] args) throws InterruptedException {
        ReplyClient client = new ReplyClient(args[1], Integer.parseInt(args[2]), args[3]);
        int connections = Integer.parseInt(args[4]);
        long beginNs = System.nanoTime();
        long endNs = beginNs + (long) (Double.parseDouble(args[5]) * 1e9);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            if (args[0].equals("watch")) {
                threads.add(new Thread(() -> client.watch(endNs)));
            } else {
                long everyNs = Long.parseLong(args[6]) * 1_000_000;
                long firstNs = beginNs + everyNs * i / connections;
                threads.add(new Thread(() -> client.fetch(firstNs, everyNs, endNs)));
            }
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        client.print((System.nanoTime() - beginNs) / 1e9);
    }

    private void fetch(long firstNs, long everyNs, long endNs) {
        try (Socket socket = connect(); InputStream in = new BufferedInputStream(socket.getInputStream(), BUFFER_BYTES)) {
            byte[] buffer = new byte[BUFFER_BYTES];
            for (long dueNs = firstNs; Math.max(dueNs, System.nanoTime()) < endNs; dueNs += everyNs) {
                for (long wait = dueNs - System.nanoTime(); wait > 0; wait = dueNs - System.nanoTime()) {
                    LockSupport.parkNanos(wait);
                }
                long from = System.nanoTime();
                socket.getOutputStream().write(request);
                long left = length(head(in));
                bytes.addAndGet(left);
                while (left > 0) {
                    int n = in.read(buffer, 0, (int) Math.min(buffer.length, left));
                    if (n < 0) {
                        throw new EOFException("within a response");
                    }
                    left -= n;
                }
                timesNs.add(System.nanoTime() - from);
            }
        } catch (IOException e) {
            fail(e);
        }
    }

    private void watch(long endNs) {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(request);
            InputStream in = socket.getInputStream();
            head(in);
            byte[] buffer = new byte[BUFFER_BYTES];
            while (System.nanoTime() < endNs) {
                int n = in.read(buffer);
                if (n < 0) {
                    throw new EOFException("within the stream");
                }
                bytes.addAndGet(n);
            }
        } catch (IOException e) {
            fail(e);
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket();
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MS);
        socket.connect(server, TIMEOUT_MS);
        return socket;
    }

    private void fail(IOException e) {
        if (failed.getAndIncrement() == 0) {
            System.err.println("first failure: " + e);
        }
    }

    private static String head(InputStream in) throws IOException {
        var head = new StringBuilder();
        while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
            int c = in.read();
            if (c < 0) {
                throw new EOFException("after '" + head + "'");
            }
            head.append((char) c);
        }
        return head.toString();
    }

    private static long length(String head) throws IOException {
        return head.lines().filter(line -> line.toLowerCase(Locale.ROOT).startsWith("content-length: "))
                .mapToLong(line -> Long.parseLong(line.substring(16))).findFirst()
                .orElseThrow(() -> new IOException("no length in " + head));
    }

    private void print(double seconds) {
        System.out.println(new Times(timesNs.stream().mapToLong(Long::longValue).toArray()) + " failed=" + failed.get()
                + " bytes=" + bytes.get() + " seconds=" + seconds);
    }
}
