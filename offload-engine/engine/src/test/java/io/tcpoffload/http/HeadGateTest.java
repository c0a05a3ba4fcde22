// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.api.ChannelSpec;
import io.tcpoffload.nio.NioLimits;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Slow and silent clients, on real sockets. */
class HeadGateTest {

    private static HttpLimits limits(Duration deadline, int waiting, int perAddress) {
        return new HttpLimits(4096, 8192, deadline, deadline, deadline, waiting, perAddress);
    }

    private static TestServer server(HttpLimits limits) {
        var server = new TestServer(limits, NioLimits.DEFAULT, true);
        server.open(ChannelSpec.channel("news").withStoreBytes(1 << 20));
        return server;
    }

    private static List<TestClient> silent(TestServer server, int count) throws IOException {
        List<TestClient> clients = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            clients.add(server.connect());
        }
        return clients;
    }

    private static void awaitCounter(TestServer server, String name, long least) throws InterruptedException {
        long end = System.nanoTime() + 5_000_000_000L;
        while (server.listener().counters().get(name) < least) {
            assertTrue(System.nanoTime() < end, server.listener().counters().toString());
            Thread.sleep(5);
        }
    }

    @Test
    void closesAHeadThatDripsAtItsDeadline() throws Exception {
        try (var server = server(limits(Duration.ofMillis(400), 10, 10)); var client = server.connect()) {
            long start = System.nanoTime();
            client.send("GET /news HTTP/1.1\r\n");
            var dripper = new Thread(() -> {
                try {
                    while (true) {
                        client.send("a: b\r\n");
                        Thread.sleep(50);
                    }
                } catch (IOException | InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            dripper.start();
            String head = client.head();
            long millis = (System.nanoTime() - start) / 1_000_000;
            assertTrue(head.startsWith("HTTP/1.1 408 "), head);
            assertTrue(millis >= 390 && millis < 2000, millis + " ms");
            assertEquals(1, server.listener().counters().get("slow_heads"));
            dripper.interrupt();
            dripper.join();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void refusesTheNewestWhileTheOthersAreFresh(boolean perAddress) throws Exception {
        var limits = perAddress ? limits(Duration.ofSeconds(10), 100, 8) : limits(Duration.ofSeconds(10), 8, 100);
        try (var server = server(limits)) {
            List<TestClient> waiting = silent(server, 8);
            awaitCounter(server, "accepted", 8);
            try (var ninth = server.connect()) {
                assertTrue(ninth.all().startsWith("HTTP/1.1 503 "));
            }
            assertEquals(1, server.listener().counters().get("too_many_waiting"));
            assertTrue(waiting.get(0).get("/").all().startsWith("HTTP/1.1 200 "), "those before it are unharmed");
            try (var next = server.connect()) {
                assertTrue(next.get("/").all().startsWith("HTTP/1.1 200 "), "a place is free again");
            }
            for (TestClient client : waiting) {
                client.close();
            }
        }
    }

    @Test
    void aFloodOfSilentConnectionsIsBoundedAndKeepsNobodyOut() throws Exception {
        try (var server = server(limits(Duration.ofSeconds(10), 50, 20))) {
            List<TestClient> flood = silent(server, 20);
            awaitCounter(server, "accepted", 20);
            Thread.sleep(1100);
            for (int i = 0; i < 5; i++) {
                try (var viewer = server.connect()) {
                    assertTrue(viewer.get("/").all().startsWith("HTTP/1.1 200 "), "viewer " + i);
                }
            }
            assertTrue(server.listener().counters().get("evicted") >= 1);
            flood.addAll(silent(server, 500));
            awaitCounter(server, "too_many_waiting", 400);
            for (TestClient client : flood) {
                client.close();
            }
        }
    }

    @Test
    void placesAreGivenBackByConnectionsThatGo() throws Exception {
        try (var server = server(limits(Duration.ofSeconds(10), 4, 4))) {
            for (int i = 0; i < 40; i++) {
                try (var client = server.connect()) {
                    client.send("GET / HT");
                    client.socket().setSoLinger(i % 2 == 0, 0);
                }
                awaitCounter(server, "gone", i + 1);
            }
            assertEquals(0, server.listener().counters().get("too_many_waiting"));
        }
    }

    @Test
    void aReplyGetsThroughToAClientThatIsStillSending() throws Exception {
        try (var server = server(HttpLimits.DEFAULT); var client = server.connect()) {
            client.send("GET /" + "a".repeat(5000));
            String head = client.head();
            assertTrue(head.startsWith("HTTP/1.1 414 "), head);
            try {
                client.send("b".repeat(1 << 20));
            } catch (SocketException e) {
                throw new AssertionError("reset while the server should linger", e);
            }
            assertTrue(client.all().startsWith("414 "));
        }
    }
}
