// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.support.jsse.KeyManagersParameters;
import org.apache.camel.support.jsse.KeyStoreParameters;
import org.apache.camel.support.jsse.SSLContextParameters;
import org.apache.camel.support.jsse.TrustManagersParameters;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Listeners that endpoints share, and TLS, at the engine itself. */
class ListenerTest extends CamelTestSupport {

    private static final byte[] MEDIA = new byte[188 * 100];

    @RegisterExtension
    private static final RealEngine REAL = new RealEngine();

    @TempDir
    private static Path folder;

    private int port;

    @Override
    protected CamelContext createCamelContext() throws Exception {
        CamelContext context = super.createCamelContext();
        context.getRegistry().bind("engine", REAL.engine());
        try (var free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        return context;
    }

    private void routes(String... uris) throws Exception {
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                for (int i = 0; i < uris.length; i++) {
                    from("direct:" + i).to(uris[i].replace("PORT", Integer.toString(port)));
                }
            }
        });
    }

    /** A key of its own and its certificate, made by Java's own tool. */
    private static SSLContextParameters tls() throws Exception {
        Path keys = folder.resolve("keys.p12");
        Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair", "-alias", "listener", "-keyalg", "EC", "-dname", "CN=127.0.0.1", "-ext", "SAN=IP:127.0.0.1",
                "-storetype", "PKCS12", "-keystore", keys.toString(), "-storepass", "changeit", "-validity", "2")
                .redirectErrorStream(true).start();
        assertTrue(keytool.waitFor(60, TimeUnit.SECONDS));
        assertEquals(0, keytool.exitValue(), () -> "keytool failed");
        var store = new KeyStoreParameters();
        store.setResource("file:" + keys);
        store.setPassword("changeit");
        var mine = new KeyManagersParameters();
        mine.setKeyStore(store);
        mine.setKeyPassword("changeit");
        var trusted = new TrustManagersParameters();
        trusted.setKeyStore(store);
        var parameters = new SSLContextParameters();
        parameters.setKeyManagers(mine);
        parameters.setTrustManagers(trusted);
        return parameters;
    }

    @Test
    void viewersComeByTls() throws Exception {
        SSLContextParameters tls = tls();
        context.getRegistry().bind("tls", tls);
        routes("tcpoffload:127.0.0.1:PORT/news?sslContextParameters=#tls&detachGrace=0",
                "tcpoffload:127.0.0.1:PORT/sport?sslContextParameters=#tls&detachGrace=0");
        template.sendBody("direct:0", MEDIA);
        var client = HttpClient.newBuilder().sslContext(tls.createSSLContext(context)).version(HttpClient.Version.HTTP_1_1)
                .build();
        var response = client.send(HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + port + "/news"))
                .timeout(Duration.ofSeconds(20)).build(), BodyHandlers.ofInputStream());
        assertEquals(200, response.statusCode());
        try (var viewer = response.body()) {
            assertArrayEquals(MEDIA, viewer.readNBytes(MEDIA.length));
        }
    }

    @Test
    void endpointsOfOneListenerShareIt() throws Exception {
        routes("tcpoffload:127.0.0.1:PORT/news?backlog=5&detachGrace=0", "tcpoffload:127.0.0.1:PORT/sport?detachGrace=0");
        assertEquals(2, REAL.engine().channels().stream().filter(info -> info.listener().endsWith(":" + port)).count());
    }

    @Test
    void differingOptionsFailAtTheStartAndNameBothEndpoints() throws Exception {
        Exception e = assertThrows(Exception.class, () -> routes("tcpoffload:127.0.0.1:PORT/news?backlog=5&detachGrace=0",
                "tcpoffload:127.0.0.1:PORT/sport?backlog=6&detachGrace=0"));
        String said = e.toString();
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            said = cause.getMessage();
        }
        assertTrue(said.contains("/news?backlog=5") && said.contains("/sport?backlog=6") && said.contains("backlog"), said);
    }

    @Test
    void clientCertificateNeedsTls() {
        Exception e = assertThrows(Exception.class, () -> routes("tcpoffload:127.0.0.1:PORT/news?needClientAuth=true"));
        String said = e.toString();
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            said = cause.getMessage();
        }
        assertEquals("needClientAuth=true needs the option sslContextParameters", said);
    }
}
