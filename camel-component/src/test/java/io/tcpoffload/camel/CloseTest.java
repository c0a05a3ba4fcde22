// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.engine.Engine;
import io.tcpoffload.engine.EngineConfig;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.io.TempDir;

/** What stops does so while bodies, viewers, requests and channels without a publisher are under way. */
class CloseTest {

    /** Nothing here waits for as long as a second. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int VIEWERS = 4;
    private static final byte[] MEDIA = new byte[188 * 100];

    @TempDir
    private Path stores;

    private final DefaultCamelContext context = new DefaultCamelContext();
    private final ExecutorService work = Executors.newCachedThreadPool();
    private final CountDownLatch published = new CountDownLatch(3);
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch watching = new CountDownLatch(VIEWERS);
    private final AtomicLong received = new AtomicLong();
    private Engine engine;
    private volatile boolean over;

    @BeforeEach
    void begin() throws Exception {
        engine = Engine.start(EngineConfig.defaults().withTransport("nio").withListener("127.0.0.1:0")
                .withInstance("camel-close").withStoreDirectory(stores.toString()));
        context.getRegistry().bind("engine", engine);
        context.getShutdownStrategy().setTimeout(1);
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:quick").to("tcpoffload:quick?detachGrace=0").process(exchange -> published.countDown());
                from("direct:sent").to("tcpoffload:sent?detachGrace=0&waitFor=sent");
                from("direct:paced").to("tcpoffload:paced?detachGrace=0&pacing=bitrate&bitrate=1M");
                from("tcpoffload:gate/{channel}?events=request").process(exchange -> {
                    asked.countDown();
                    Thread.sleep(200);
                });
                from("tcpoffload:{channel}?events=subscribe,unsubscribe").delay(1);
            }
        });
        context.start();
        String address = engine.info().listeners().get(0);
        int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
        for (String channel : new String[] {"quick", "sent", "paced"}) {
            work.submit(() -> publish("direct:" + channel));
        }
        assertTrue(published.await(20, TimeUnit.SECONDS));
        for (int i = 0; i < VIEWERS; i++) {
            work.submit(() -> watch(port, "/quick"));
        }
        work.submit(() -> watch(port, "/gate/quick"));
        assertTrue(watching.await(20, TimeUnit.SECONDS));
        assertTrue(asked.await(20, TimeUnit.SECONDS));
    }

    private void publish(String uri) {
        var template = context.createProducerTemplate();
        while (!over) {
            Exchange sent = template.request(uri, exchange -> exchange.getMessage().setBody(MEDIA));
            if (sent.getException() != null) {
                return;
            }
        }
    }

    private void watch(int port, String path) {
        boolean first = true;
        while (!over) {
            try (var socket = new Socket("127.0.0.1", port)) {
                socket.getOutputStream().write(("GET " + path + " HTTP/1.1\r\nHost: tv\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
                InputStream in = socket.getInputStream();
                byte[] buffer = new byte[1 << 16];
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    received.addAndGet(n);
                    if (first) {
                        watching.countDown();
                        first = false;
                    }
                }
            } catch (IOException e) {
                // Its end, or nobody listens any more.
                if (watching.getCount() == 0) {
                    return;
                }
            }
        }
    }

    @AfterEach
    void end() throws Exception {
        over = true;
        work.shutdownNow();
        assertTrue(work.awaitTermination(20, TimeUnit.SECONDS));
        assertTrue(Files.notExists(stores), () -> stores + " is left");
    }

    @RepeatedTest(3)
    void engineEndsUnderItsRoutes() {
        assertTimeoutPreemptively(PATIENCE, engine::close);
        assertTimeoutPreemptively(PATIENCE, context::close);
        assertTrue(received.get() > 0);
    }

    @RepeatedTest(3)
    void routesEndAndTheEngineAtOnceAfterThem() {
        assertTimeoutPreemptively(PATIENCE, () -> {
            context.close();
            engine.close();
        });
    }

    @RepeatedTest(3)
    void engineAndRoutesEndAtTheSameTime() {
        assertTimeoutPreemptively(PATIENCE, () -> {
            List<Future<?>> ends = new ArrayList<>();
            ends.add(work.submit(engine::close));
            ends.add(work.submit(() -> {
                context.close();
                return null;
            }));
            for (Future<?> end : ends) {
                end.get();
            }
        });
    }
}
