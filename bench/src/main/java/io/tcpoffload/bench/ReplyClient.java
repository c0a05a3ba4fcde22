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
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Clients of {@link ReplyServer}. Arguments: {@code fetch HOST PORT PATH CONNECTIONS SECONDS}: response after response on
 * each connection; {@code join HOST PORT PATH RATE SECONDS}: so many new viewers a second, each of which goes when it has the
 * first byte of media. Prints a line {@code key=value ...}: requests, bytes, seconds, and the times from request to the
 * response's end, or from connecting to the first byte of media, in microseconds.
 */
final class ReplyClient {

    private static final int TIMEOUT_MS = 10_000;
    private static final int JOINERS = 16;

    private final InetSocketAddress server;
    private final byte[] request;
    private final ConcurrentLinkedQueue<Long> timesNs = new ConcurrentLinkedQueue<>();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();

    private ReplyClient(String host, int port, String path) {
        server = new InetSocketAddress(host, port);
        request = ("GET " + path + " HTTP/1.1\r\nHost: tv\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    public static void main(String[] args) throws InterruptedException {
        ReplyClient client = new ReplyClient(args[1], Integer.parseInt(args[2]), args[3]);
        int number = Integer.parseInt(args[4]);
        double seconds = Double.parseDouble(args[5]);
        long beginNs = System.nanoTime();
        long endNs = beginNs + (long) (seconds * 1e9);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < (args[0].equals("fetch") ? number : JOINERS); i++) {
            int place = i;
            Thread thread = new Thread(args[0].equals("fetch") ? () -> client.fetch(endNs)
                    : () -> client.join(place, beginNs, endNs, number));
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        client.print((System.nanoTime() - beginNs) / 1e9);
    }

    private void fetch(long endNs) {
        try (Socket socket = connect(); InputStream in = new BufferedInputStream(socket.getInputStream(), 1 << 18)) {
            byte[] buffer = new byte[1 << 18];
            while (System.nanoTime() < endNs) {
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

    /** On a schedule of its own, so that a slow answer does not make the next question late. */
    private void join(int place, long beginNs, long endNs, int rate) {
        for (long i = place;; i += JOINERS) {
            long dueNs = beginNs + i * 1_000_000_000L / rate;
            if (dueNs >= endNs) {
                return;
            }
            for (long wait = dueNs - System.nanoTime(); wait > 0; wait = dueNs - System.nanoTime()) {
                LockSupport.parkNanos(wait);
            }
            try (Socket socket = connect()) {
                socket.setSoLinger(true, 0);
                socket.getOutputStream().write(request);
                String head = head(socket.getInputStream());
                if (!head.startsWith("HTTP/1.1 200 ") || socket.getInputStream().read() < 0) {
                    throw new IOException(head.isEmpty() ? "no response" : head.lines().findFirst().orElse(""));
                }
                timesNs.add(System.nanoTime() - dueNs);
                bytes.incrementAndGet();
            } catch (IOException e) {
                fail(e);
            }
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
        return head.lines().filter(line -> line.startsWith("Content-Length: ")).mapToLong(line -> Long.parseLong(
                line.substring(16))).findFirst().orElseThrow(() -> new IOException("no length in " + head));
    }

    private void print(double seconds) {
        long[] sorted = timesNs.stream().mapToLong(Long::longValue).sorted().toArray();
        System.out.printf("requests=%d failed=%d bytes=%d seconds=%.3f p50_us=%d p99_us=%d max_us=%d%n", sorted.length,
                failed.get(), bytes.get(), seconds, at(sorted, 0.5), at(sorted, 0.99), at(sorted, 1));
    }

    private static long at(long[] sorted, double share) {
        return sorted.length == 0 ? 0 : sorted[(int) Math.min(sorted.length - 1, share * sorted.length)] / 1000;
    }

    static String[] arguments(Object... all) {
        return Arrays.stream(all).map(Object::toString).toArray(String[]::new);
    }
}
