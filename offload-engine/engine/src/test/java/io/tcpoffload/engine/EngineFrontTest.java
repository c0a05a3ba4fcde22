// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.api.ChannelSpec;
import io.tcpoffload.api.Content;
import io.tcpoffload.api.Decision;
import io.tcpoffload.api.EventSpec;
import io.tcpoffload.api.HandlerSpec;
import io.tcpoffload.api.ListenerSpec;
import io.tcpoffload.api.OffloadException;
import io.tcpoffload.api.PathTemplate;
import io.tcpoffload.api.Publisher;
import io.tcpoffload.api.Registration;
import io.tcpoffload.api.RequestHandler;
import io.tcpoffload.api.TransportMode;
import io.tcpoffload.api.ViewerEvent;
import io.tcpoffload.api.ViewerEvent.Type;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.EnumSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Handlers, listeners and events of an engine, on the ordinary transport. */
@Timeout(60)
class EngineFrontTest {

    private static final Content HELLO = Content.text("hello", "text/plain");

    @TempDir
    private Path directory;
    private Engine engine;

    @BeforeEach
    void start() {
        engine = Engine.start(EngineConfig.defaults().withListener("127.0.0.1:0").withTransport("nio")
                .withInstance("engine-front-test").withStoreDirectory(directory.resolve("stores").toString()));
    }

    @AfterEach
    void stop() {
        engine.close();
    }

    private static RequestHandler always(Decision decision) {
        return request -> CompletableFuture.completedFuture(decision);
    }

    private static HttpURLConnection open(Registration at, String path) throws Exception {
        return (HttpURLConnection) new URL("http://" + at.address() + path).openConnection();
    }

    private InputStream viewer(String path) throws Exception {
        return URI.create("http://" + engine.info().listeners().get(0) + path).toURL().openStream();
    }

    @Test
    void bindsAListenerForAHandlerAloneAndGivesItUpWithIt() throws Exception {
        Registration handler = engine.handle(HandlerSpec.path("/hello"), always(Decision.answer(HELLO)));
        assertEquals("hello", new String(open(handler, "/hello").getInputStream().readAllBytes()));
        assertEquals(1, handler.counters().get("answered"));
        assertEquals(handler.address(), engine.info().listeners().get(0));
        handler.close();
        handler.close();
        assertEquals(0, engine.info().listeners().size());
        assertThrows(ConnectException.class, () -> open(handler, "/hello").getInputStream());
    }

    @Test
    void keepsAListenerWhileAnythingIsLeft() throws Exception {
        Registration held = engine.openListener(ListenerSpec.at(null));
        Registration handler = engine.handle(HandlerSpec.path("/hello"), always(Decision.answer(HELLO)));
        assertEquals(held.address(), handler.address());
        held.close();
        assertEquals(200, open(handler, "/hello").getResponseCode());
    }

    @Test
    void refusesAListenerWithOtherSettingsAndNamesBoth() {
        engine.openListener(ListenerSpec.at("127.0.0.1:0").withOwner("tcpoffload:a"));
        engine.openListener(ListenerSpec.at("127.0.0.1:0").withOwner("tcpoffload:b"));
        var e = assertThrows(OffloadException.class,
                () -> engine.openListener(ListenerSpec.at("127.0.0.1:0").withBacklog(5).withOwner("tcpoffload:c")));
        assertEquals("listener 127.0.0.1:0 is bound for tcpoffload:a with no TLS, backlog=1024, sendBufferSize=0, "
                + "receiveBufferSize=0; it can't be bound for tcpoffload:c with no TLS, backlog=5, sendBufferSize=0, "
                + "receiveBufferSize=0 at the same time", e.getMessage());
    }

    @Test
    void tellsEventsInOrderOnAThreadOfTheListenersOwn() throws Exception {
        var heard = new LinkedBlockingQueue<ViewerEvent>();
        Registration all = engine.watch(EventSpec.all().withPath("/{channel}"), heard::add);
        Registration other = engine.watch(EventSpec.all().withPath("/sport"), event -> {
            throw new IllegalStateException("not for this one");
        });
        try (Publisher publisher = engine.openChannel(ChannelSpec.channel("news"))) {
            publisher.publish(ByteBuffer.allocate(1880), true);
            try (InputStream in = viewer("/news?token=t")) {
                in.readNBytes(1880);
                ViewerEvent event = heard.take();
                assertEquals(Type.SUBSCRIBE, event.type());
                assertEquals("news", event.channel());
                assertEquals("127.0.0.1:0", event.listener());
                assertEquals("t", event.token());
                assertEquals(TransportMode.NIO, event.transport());
                long id = engine.sessions().get(0).id();
                assertEquals(id, event.session());
                engine.closeSession(id, "maintenance");
                ViewerEvent end = heard.take();
                assertEquals(Type.UNSUBSCRIBE, end.type());
                assertEquals(1880, end.sentBytes());
                assertEquals("maintenance", end.reason());
                assertEquals("session " + id + " does not exist: offload:sessions lists those that do",
                        assertThrows(OffloadException.class, () -> engine.closeSession(id, "")).getMessage());
            }
        }
        assertEquals(2, all.counters().get("delivered"));
        assertEquals(0, other.counters().get("failed"));
    }

    @Test
    void tellsTheEndOfEveryViewerWhenTheEngineStops() throws Exception {
        var heard = new LinkedBlockingQueue<ViewerEvent>();
        engine.watch(EventSpec.all(), heard::add);
        Publisher publisher = engine.openChannel(ChannelSpec.channel("news"));
        publisher.publish(ByteBuffer.allocate(188), true);
        try (InputStream in = viewer("/news")) {
            in.readNBytes(188);
            engine.close();
        }
        assertEquals(Type.SUBSCRIBE, heard.take().type());
        ViewerEvent end = heard.take();
        assertEquals(Type.UNSUBSCRIBE, end.type());
        assertEquals("the channel ended", end.reason());
    }

    @Test
    void dropsAndCountsWhatASlowListenerDoesNotHear() throws Exception {
        var block = new CountDownLatch(1);
        Registration slow = engine.watch(EventSpec.all().withTypes(EnumSet.of(Type.SUBSCRIBE)).withCapacity(1), event -> {
            try {
                block.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        try (Publisher publisher = engine.openChannel(ChannelSpec.channel("news"))) {
            publisher.publish(ByteBuffer.allocate(188), true);
            for (int i = 0; i < 4; i++) {
                viewer("/news").readNBytes(188);
            }
        }
        assertTrue(slow.counters().get("dropped") >= 2, slow.counters().toString());
        block.countDown();
    }

    @Test
    void suspendsAListenerThatIsNotThereYet() throws Exception {
        Registration suspension = engine.suspend(null, PathTemplate.parse("/{channel}"), Duration.ofSeconds(3));
        try (Publisher publisher = engine.openChannel(ChannelSpec.channel("news"))) {
            assertTrue(engine.channels().get(0).suspended());
            URL url = new URL("http://" + engine.info().listeners().get(0) + "/news");
            var refused = (HttpURLConnection) url.openConnection();
            assertEquals(503, refused.getResponseCode());
            assertEquals("3", refused.getHeaderField("Retry-After"));
            assertEquals(1, suspension.counters().get("refused"));
            suspension.close();
            assertEquals(200, ((HttpURLConnection) url.openConnection()).getResponseCode());
        }
        assertEquals("retryAfter 500 ms is out of range: 1 s or more", assertThrows(OffloadException.class,
                () -> engine.suspend(null, null, Duration.ofMillis(500))).getMessage());
    }

    @Test
    void speaksTlsWhereThatIsWanted() throws Exception {
        SSLContext tls = tls();
        Registration secure = engine.openListener(ListenerSpec.at("127.0.0.1:0").withSslContext(tls, false));
        Path file = Files.write(directory.resolve("file"), new byte[500_000]);
        engine.handle(HandlerSpec.path("/file").withListener("127.0.0.1:0"),
                always(Decision.answer(Content.file(file, null))));
        try (Publisher publisher = engine.openChannel(ChannelSpec.channel("news").withListener("127.0.0.1:0"))) {
            publisher.publish(ByteBuffer.wrap(new byte[] {1, 2, 3}), true);
            for (int i = 0; i < 2; i++) {
                try (InputStream in = overTls(tls, secure, "/file")) {
                    assertEquals(500_000, in.readAllBytes().length);
                }
            }
            InputStream in = overTls(tls, secure, "/news");
            assertEquals(2, in.readNBytes(3)[1]);
            engine.closeSession(engine.sessions().get(0).id(), "enough");
            assertEquals(-1, in.read(), "ends by close_notify: a cut would be an exception");
        }
    }

    private static InputStream overTls(SSLContext tls, Registration at, String path) throws Exception {
        var connection = (HttpsURLConnection) new URL("https://" + at.address() + path).openConnection();
        connection.setSSLSocketFactory(tls.getSocketFactory());
        connection.setHostnameVerifier((host, session) -> true);
        return connection.getInputStream();
    }

    private SSLContext tls() throws Exception {
        Path store = directory.resolve("key.p12");
        Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair", "-alias", "tv", "-keyalg", "EC", "-dname", "CN=localhost", "-storetype", "PKCS12",
                "-keystore", store.toString(), "-storepass", "secret").redirectErrorStream(true).start();
        assertTrue(keytool.waitFor(30, TimeUnit.SECONDS) && keytool.exitValue() == 0,
                () -> new String(assertReads(keytool)));
        KeyStore keys = KeyStore.getInstance(store.toFile(), "secret".toCharArray());
        var own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys, "secret".toCharArray());
        var trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusted.init(keys);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own.getKeyManagers(), trusted.getTrustManagers(), null);
        return context;
    }

    private static byte[] assertReads(Process process) {
        try {
            return process.getInputStream().readAllBytes();
        } catch (java.io.IOException e) {
            return e.toString().getBytes();
        }
    }
}
