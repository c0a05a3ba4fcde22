// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.nio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.api.ChannelSpec;
import io.tcpoffload.api.RecoverPolicy;
import io.tcpoffload.api.TransportMode;
import io.tcpoffload.channel.ChannelCounter;
import io.tcpoffload.channel.MediaChannel;
import io.tcpoffload.channel.Pattern;
import io.tcpoffload.http.HttpLimits;
import io.tcpoffload.http.TestClient;
import io.tcpoffload.http.TestServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class NioTransportTest {

    private static final int MIB = 1 << 20;
    private static final NioLimits QUICK = new NioLimits(Duration.ofSeconds(1), Duration.ofSeconds(1));

    private TestServer server;

    @AfterEach
    void stop() {
        server.close();
    }

    private MediaChannel channel(NioLimits limits, boolean epoll, RecoverPolicy policy) {
        server = new TestServer(HttpLimits.DEFAULT, limits, epoll);
        return server.open(ChannelSpec.channel("news").withStoreBytes(MIB).withRecoverPolicy(policy));
    }

    private static void publish(MediaChannel channel, int length, boolean keyframe) {
        channel.store().append(Pattern.buffer(channel.store().head(), length), keyframe);
    }

    private static void await(BooleanSupplier condition, String what) throws InterruptedException {
        for (long end = System.nanoTime() + 10_000_000_000L; !condition.getAsBoolean();) {
            assertTrue(System.nanoTime() < end, what);
            Thread.sleep(5);
        }
    }

    private TestClient viewer() throws IOException {
        var client = server.connect();
        assertTrue(client.get("/news").head().startsWith("HTTP/1.1 200 "));
        return client;
    }

    /** Lets publishing wait for viewers that keep up, which a live source does by its clock. */
    private void awaitCaughtUp() throws InterruptedException {
        await(() -> server.transport().sessions().stream().allMatch(s -> s.lagBytes() < MIB / 4), "viewers lag");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void givesFiftyViewersExactlyWhatWasPublished(boolean epoll) throws Exception {
        long seed = System.nanoTime();
        var random = new Random(seed);
        var channel = channel(NioLimits.DEFAULT, epoll, RecoverPolicy.KEYFRAME);
        publish(channel, 5000, true);
        publish(channel, 1000, false);
        publish(channel, 777, true);
        publish(channel, 23, false);
        var threads = Executors.newCachedThreadPool();
        try {
            List<Future<byte[]>> viewers = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                var client = viewer();
                viewers.add(threads.submit((Callable<byte[]>) () -> {
                    try (client) {
                        return client.rest();
                    }
                }));
            }
            for (int i = 0; i < 100; i++) {
                publish(channel, 1 + random.nextInt(100_000), random.nextBoolean());
                awaitCaughtUp();
            }
            server.remove(channel);
            int length = (int) channel.store().head() - 6000;
            for (var viewer : viewers) {
                byte[] got = viewer.get();
                assertEquals(length, got.length, "seed " + seed);
                assertEquals(-1, Pattern.firstWrong(6000, got, length), "seed " + seed);
            }
            await(() -> channel.viewers() == 0 && server.transport().sessions().isEmpty(), "a viewer is left behind");
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aViewerBeforeTheFirstSegmentWaitsForIt() throws Exception {
        var channel = channel(NioLimits.DEFAULT, true, RecoverPolicy.KEYFRAME);
        try (var client = viewer()) {
            publish(channel, 10, false);
            publish(channel, 10, true);
            assertArrayEquals(Pattern.bytes(10, 10), client.body(10));
        }
    }

    /** Segments of a tenth of the store, and some of which two fill it: the third overwrites the first at once. */
    @ParameterizedTest
    @CsvSource({"true, 500", "false, 500", "true, 2500"})
    void aSlowViewerSkipsWholePacketsToANewestSegment(boolean epoll, int packets) throws Exception {
        var channel = channel(NioLimits.DEFAULT, epoll, RecoverPolicy.KEYFRAME);
        List<Integer> starts = new ArrayList<>();
        int segment = 188 * packets;
        publish(channel, segment, true);
        var client = new TestClient(server.address(), 8192);
        try (client) {
            client.get("/news").head();
            for (int i = 1; i < 200; i++) {
                starts.add((int) channel.store().head());
                publish(channel, segment, true);
                Thread.sleep(5);
            }
            await(() -> channel.counters().get(ChannelCounter.SKIPS) == 0
                    || server.transport().sessions().get(0).lagBytes() > 0, "nothing happened");
            var threads = Executors.newSingleThreadExecutor();
            var got = threads.submit(client::rest);
            await(() -> server.transport().sessions().get(0).lagBytes() == 0, "the viewer does not catch up");
            publish(channel, segment, true);
            assertTrue(server.transport().sessions().get(0).skips() > 0);
            server.remove(channel);
            long skipped = new Skips(got.get(), starts).check();
            assertEquals(channel.store().head(), got.get().length + skipped);
            assertEquals(skipped, channel.counters().get(ChannelCounter.SKIPPED_BYTES));
            assertEquals(0, channel.counters().get(ChannelCounter.LOST_CLOSED));
            threads.shutdown();
        }
    }

    /** Follows a viewer's bytes through the published stream, over jumps. */
    private record Skips(byte[] got, List<Integer> starts) {

        long check() {
            long skipped = 0;
            for (int i = 0; i < got.length; i++) {
                if (got[i] != Pattern.at(i + skipped)) {
                    assertEquals(0, i % 188, "a jump within a packet, or a wrong byte, at " + i);
                    skipped = startThatFits(i, i + skipped) - i;
                }
            }
            return skipped;
        }

        private long startThatFits(int at, long after) {
            for (int start : starts) {
                if (start > after && fits(at, start)) {
                    return start;
                }
            }
            throw new AssertionError("no segment starts as byte " + at + " of the viewer does");
        }

        private boolean fits(int at, int start) {
            for (int i = 0; i < 188; i++) {
                if (at + i < got.length && got[at + i] != Pattern.at(start + i)) {
                    return false;
                }
            }
            return true;
        }
    }

    @Test
    void aSlowViewerIsDisconnectedWhereThatIsSet() throws Exception {
        var channel = channel(NioLimits.DEFAULT, true, RecoverPolicy.DISCONNECT);
        publish(channel, 1000, true);
        try (var slow = new TestClient(server.address(), 8192); var quick = viewer()) {
            slow.get("/news").head();
            quick.body(1000);
            for (int i = 0; i < 200; i++) {
                int from = (int) channel.store().head();
                publish(channel, 50_000, true);
                assertEquals(-1, Pattern.firstWrong(from, quick.body(50_000), 50_000));
            }
            await(() -> channel.counters().get(ChannelCounter.SLOW_CLOSED) == 1, "the slow one is still there");
            await(() -> server.transport().viewers(channel) == 1, "it is still counted");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aHalfClosedViewerStillGetsItsStream(boolean epoll) throws Exception {
        var channel = channel(NioLimits.DEFAULT, epoll, RecoverPolicy.KEYFRAME);
        try (var client = server.connect()) {
            client.get("/news");
            client.socket().shutdownOutput();
            client.head();
            await(() -> server.transport().sessions().get(0).state().equals("CLOSE_WAIT"), "half-close not seen");
            for (int i = 0; i < 10; i++) {
                publish(channel, 100_000, true);
                assertEquals(-1, Pattern.firstWrong(i * 100_000L, client.body(100_000), 100_000));
            }
            server.remove(channel);
            assertEquals(0, client.rest().length);
        }
    }

    @Test
    void readsAndIgnoresWhatAViewerSendsLater() throws Exception {
        var channel = channel(NioLimits.DEFAULT, true, RecoverPolicy.KEYFRAME);
        try (var client = server.connect()) {
            client.send("GET /news HTTP/1.1\r\nHost: a\r\n\r\nGET /other HTTP/1.1\r\nHost: a\r\n\r\n").head();
            client.send("x".repeat(4 * MIB));
            publish(channel, 1000, true);
            assertArrayEquals(Pattern.bytes(0, 1000), client.body(1000));
            server.remove(channel);
            assertEquals(0, client.rest().length);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aViewerThatTakesNothingIsFoundDead(boolean epoll) throws Exception {
        var channel = channel(QUICK, epoll, RecoverPolicy.KEYFRAME);
        publish(channel, 1000, true);
        try (var client = new TestClient(server.address(), 8192)) {
            client.get("/news").head();
            long end = System.nanoTime() + 8_000_000_000L;
            while (channel.viewers() == 1 && System.nanoTime() < end) {
                publish(channel, 100_000, true);
                Thread.sleep(20);
            }
            assertEquals(0, channel.viewers());
            assertEquals(1, channel.counters().get(ChannelCounter.DEAD_CLOSED));
        }
    }

    @Test
    void aResetViewerIsForgottenAtOnce() throws Exception {
        var channel = channel(NioLimits.DEFAULT, true, RecoverPolicy.KEYFRAME);
        try (var client = viewer()) {
            await(() -> channel.viewers() == 1, "not there");
            client.socket().setSoLinger(true, 0);
        }
        await(() -> channel.viewers() == 0 && server.transport().viewers(channel) == 0, "still there");
    }

    @Test
    void aViewerThatLeftIsForgottenWithTheNextBodies() throws Exception {
        var channel = channel(NioLimits.DEFAULT, true, RecoverPolicy.KEYFRAME);
        viewer().close();
        publish(channel, 1000, true);
        await(() -> {
            publish(channel, 1000, false);
            return channel.viewers() == 0;
        }, "still there");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void viewersOfAnEndedChannelGetAllOfIt(boolean epoll) throws Exception {
        var channel = channel(NioLimits.DEFAULT, epoll, RecoverPolicy.KEYFRAME);
        publish(channel, MIB / 2, true);
        try (var client = new TestClient(server.address(), 8192)) {
            client.get("/news").head();
            publish(channel, MIB / 4, false);
            server.remove(channel);
            server.transport().closeViewers(channel);
            byte[] got = client.rest();
            assertEquals(MIB / 4 * 3, got.length);
            assertEquals(-1, Pattern.firstWrong(0, got, got.length));
        }
    }

    @Test
    void disconnectsTheViewersOfAChannelThatGoesOn() throws Exception {
        var channel = channel(NioLimits.DEFAULT, true, RecoverPolicy.KEYFRAME);
        publish(channel, 1000, true);
        try (var client = viewer()) {
            client.body(1000);
            server.transport().closeViewers(channel);
            assertEquals(0, client.rest().length);
            try (var next = viewer()) {
                assertArrayEquals(Pattern.bytes(0, 1000), next.body(1000));
            }
        }
    }

    @Test
    void anEndedChannelDoesNotWaitForAStuckViewer() throws Exception {
        var channel = channel(new NioLimits(Duration.ofSeconds(60), Duration.ofMillis(500)), true,
                RecoverPolicy.KEYFRAME);
        publish(channel, 1000, true);
        try (var client = new TestClient(server.address(), 8192)) {
            client.get("/news").head();
            for (int i = 0; i < 100; i++) {
                publish(channel, 100_000, true);
            }
            server.remove(channel);
            await(() -> channel.viewers() == 0, "still there");
        }
    }

    @Test
    void tellsAboutItsViewers() throws Exception {
        var channel = channel(NioLimits.DEFAULT, true, RecoverPolicy.KEYFRAME);
        try (var client = viewer()) {
            publish(channel, 5000, true);
            client.body(5000);
            await(() -> server.transport().sessions().get(0).sentBytes() == 5000, "not counted");
            var info = server.transport().sessions().get(0);
            assertEquals(1, info.id());
            assertEquals("127.0.0.1:" + client.socket().getLocalPort(), info.remote());
            assertEquals("127.0.0.1:" + server.address().getPort(), info.local());
            assertEquals("news", info.channel());
            assertEquals(TransportMode.NIO, info.transport());
            assertEquals("ESTABLISHED", info.state());
            assertEquals(0, info.lagBytes());
            assertTrue(info.srttMicros() > 0);
        }
    }

    @Test
    void viewersComeAndGoWhileOthersStayExact() throws Exception {
        long seed = System.nanoTime();
        var random = new Random(seed);
        var channel = channel(NioLimits.DEFAULT, true, RecoverPolicy.KEYFRAME);
        publish(channel, 1000, true);
        var received = new ByteArrayOutputStream();
        try (var constant = viewer()) {
            received.write(constant.body(1000));
            List<TestClient> others = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                if (random.nextBoolean()) {
                    others.add(server.connect().get("/news"));
                } else if (!others.isEmpty()) {
                    others.remove(random.nextInt(others.size())).close();
                }
                int length = 1 + random.nextInt(20_000);
                publish(channel, length, random.nextInt(4) == 0);
                received.write(constant.body(length));
            }
            assertEquals(-1, Pattern.firstWrong(0, received.toByteArray(), received.size()), "seed " + seed);
            for (TestClient other : others) {
                other.close();
            }
        }
        await(() -> {
            channel.store().append(ByteBuffer.allocate(1000), true);
            return channel.viewers() == 0;
        }, "a viewer is left behind, seed " + seed);
    }
}
