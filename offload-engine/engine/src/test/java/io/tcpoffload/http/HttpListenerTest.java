// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.api.ChannelSpec;
import io.tcpoffload.api.ListenerSpec;
import io.tcpoffload.api.OffloadException;
import io.tcpoffload.nio.NioLimits;
import java.io.IOException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpListenerTest {

    private static final String HOST = "Host: tv.example\r\n";

    private TestServer server;

    @BeforeEach
    void start() {
        server = new TestServer(HttpLimits.DEFAULT, NioLimits.DEFAULT, true);
        server.open(ChannelSpec.channel("news").withStoreBytes(1 << 20));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private HttpListener bind(String address) {
        return new HttpListener(ListenerSpec.at(address), server.loops(), server, server.front(), HttpLimits.DEFAULT);
    }

    private String exchange(String request) throws IOException {
        try (var client = server.connect()) {
            return client.send(request).all();
        }
    }

    private static void assertStatus(int status, String response) {
        assertTrue(response.startsWith("HTTP/1.1 " + status + " "), response);
        assertTrue(response.contains("\r\nConnection: close\r\n"), response);
    }

    @Test
    void usesEpollHere() {
        assertTrue(server.loops().isEpoll(), server.loops().describe());
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense\r\n\r\n", "GET\r\n\r\n",
        "GET /news HTTP/1.1\r\n\r\n", "GET /news HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET /news HTTP/1.1\r\nHost: a<b>\r\n\r\n", "GET news HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", "GET /%ff HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /news HTTP/1.1\r\nHost: a\r\n : x\r\n\r\n"})
    void answersMalformedRequestsWith400(String request) throws IOException {
        assertStatus(400, exchange(request));
    }

    @Test
    void tellsAClientThatSpeaksTlsThatItCannot() throws Exception {
        try (var client = server.connect();
                var tls = (SSLSocket) SSLContext.getDefault().getSocketFactory().createSocket(client.socket(), "news", 1,
                        true)) {
            SSLException refused = assertThrows(SSLException.class, tls::startHandshake);
            assertTrue(refused.getMessage().contains("handshake_failure"), refused.getMessage());
        }
        try (var client = server.connect()) {
            assertEquals(7, client.send("\u0016").rest().length, "at its first byte");
        }
        assertEquals(2, server.listener().counters().get("tls_refused"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/sport", "/news/", "/news/x", "/../news", "/%2e%2e/etc/passwd", "/New"})
    void answersUnknownChannelsWith404(String path) throws IOException {
        String response = exchange("GET " + path + " HTTP/1.1\r\n" + HOST + "\r\n");
        assertStatus(404, response);
        assertTrue(response.contains("text/plain"), response);
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS", "CONNECT", "BREW"})
    void answersOtherMethodsWith405(String method) throws IOException {
        String response = exchange(method + " /news HTTP/1.1\r\n" + HOST + "\r\n");
        assertStatus(405, response);
        assertTrue(response.contains("\r\nAllow: GET, HEAD\r\n"), response);
    }

    @ParameterizedTest
    @CsvSource({"4000, 404", "4200, 414", "100000, 414"})
    void boundsTheRequestLine(int length, int status) throws IOException {
        assertStatus(status, exchange("GET /" + "a".repeat(length) + " HTTP/1.1\r\n" + HOST + "\r\n"));
    }

    @ParameterizedTest
    @CsvSource({"8000, 404", "8200, 431", "100000, 431"})
    void boundsTheHeaderFields(int length, int status) throws IOException {
        assertStatus(status, exchange("GET /x HTTP/1.1\r\n" + HOST + "X: " + "a".repeat(length) + "\r\n\r\n"));
    }

    @Test
    void boundsTheNumberOfSmallFieldsToo() throws IOException {
        assertStatus(431, exchange("GET /x HTTP/1.1\r\n" + HOST + "a: b\r\n".repeat(3000) + "\r\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 5\r\n\r\nhello", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "Content-Length: 5000000000\r\n\r\n"})
    void acceptsNoBody(String rest) throws IOException {
        assertStatus(413, exchange("GET /news HTTP/1.1\r\n" + HOST + rest));
    }

    @Test
    void speaksNoOtherVersion() throws IOException {
        assertStatus(505, exchange("GET /news HTTP/3.7\r\n" + HOST + "\r\n"));
    }

    @Test
    void answersHeadWithTheHeadAlone() throws IOException {
        String response = exchange("HEAD /news HTTP/1.1\r\n" + HOST + "\r\n");
        assertStatus(200, response);
        assertTrue(response.contains("\r\nContent-Type: video/mp2t\r\n") && response.endsWith("\r\n\r\n"), response);
        String missing = exchange("HEAD /sport HTTP/1.1\r\n" + HOST + "\r\n");
        assertStatus(404, missing);
        assertTrue(missing.endsWith("\r\n\r\n"), missing);
        assertEquals(0, server.transport().sessions().size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET /news HTTP/1.1\r\nHost: a\r\n\r\n", "GET /news HTTP/1.0\r\n\r\n",
        "GET /n%65ws?token=x%zz#y HTTP/1.1\r\nHost: a\r\n\r\n", "GET http://tv.example/news HTTP/1.1\r\nHost: a\r\n\r\n"})
    void servesAChannel(String request) throws IOException {
        try (var publisher = server.find("news").openPublisher(); var client = server.connect()) {
            publisher.publish(ByteBuffer.wrap(new byte[] {1, 2, 3}), true);
            String head = client.send(request).head();
            assertStatus(200, head);
            assertTrue(head.contains("\r\nContent-Type: video/mp2t\r\n"), head);
            assertTrue(head.contains("\r\nCache-Control: no-store\r\n"), head);
            assertTrue(head.contains("\r\nServer: tcpoffload\r\n"), head);
            assertFalse(head.contains("Content-Length"), head);
            assertEquals(2, client.body(3)[1]);
        }
    }

    @Test
    void takesARequestInSinglePieces() throws Exception {
        try (var publisher = server.find("news").openPublisher(); var client = server.connect()) {
            publisher.publish(ByteBuffer.wrap(new byte[] {1, 2, 3}), true);
            client.socket().setTcpNoDelay(true);
            for (char c : "GET /news HTTP/1.1\r\nHost: a\r\n\r\n".toCharArray()) {
                client.send(String.valueOf(c));
                Thread.sleep(1);
            }
            assertStatus(200, client.head());
            assertEquals(2, client.body(3)[1]);
        }
    }

    @Test
    void listsItsChannelsAsPlaylist() throws IOException {
        server.open(ChannelSpec.channel("sport").withStoreBytes(1 << 20));
        String response = exchange("GET /playlist.m3u HTTP/1.1\r\nHost: tv.example:8080\r\n\r\n");
        assertStatus(200, response);
        assertTrue(response.contains("audio/x-mpegurl"), response);
        assertTrue(response.endsWith("\r\n\r\n#EXTM3U\n#EXTINF:-1,news\nhttp://tv.example:8080/news\n"
                + "#EXTINF:-1,sport\nhttp://tv.example:8080/sport\n"), response);
        String without = exchange("GET /playlist.m3u HTTP/1.0\r\n\r\n");
        assertTrue(without.contains("http://127.0.0.1:" + server.address().getPort() + "/news"), without);
    }

    @Test
    void showsAnIndexPage() throws IOException {
        server.find("news").openCursor();
        String response = exchange("GET / HTTP/1.1\r\n" + HOST + "\r\n");
        assertStatus(200, response);
        assertTrue(response.contains("<a href=\"/news\">news</a>"), response);
        assertTrue(response.contains("<td class=\"n\">1</td>"), response);
        assertTrue(response.contains("/playlist.m3u"), response);
    }

    @Test
    void escapesWhatItShows() {
        assertEquals("&lt;a href=&quot;x&quot;&gt;&amp;&#39;", Pages.escape("<a href=\"x\">&'"));
    }

    @Test
    void namesAddressCauseAndRemedyWhenItCannotBind() {
        int port = server.address().getPort();
        var used = assertThrows(OffloadException.class,
                () -> bind("127.0.0.1:" + port));
        assertTrue(used.getMessage().startsWith("listener 127.0.0.1:" + port + " can't be bound: port in use; "),
                used.getMessage());
        var foreign = assertThrows(OffloadException.class,
                () -> bind("192.0.2.1:0"));
        assertTrue(foreign.getMessage().contains("not an address of this machine"), foreign.getMessage());
        var unknown = assertThrows(OffloadException.class,
                () -> bind("no-such-host.invalid:0"));
        assertTrue(unknown.getMessage().contains("unknown host"), unknown.getMessage());
    }

    @Test
    void canBindAgainAtOnceWhileViewersStay() throws IOException {
        int port = server.address().getPort();
        try (var publisher = server.find("news").openPublisher(); var client = server.connect()) {
            client.get("/news").head();
            server.listener().close();
            try (var again = bind("127.0.0.1:" + port)) {
                assertEquals(port, again.boundAddress().getPort());
                publisher.publish(ByteBuffer.wrap(new byte[] {7}), true);
                assertEquals(7, client.body(1)[0]);
            }
        }
    }

    @Test
    void canBeClosedFromItsOwnEventLoops() throws Exception {
        for (var loop : server.loops().group()) {
            var listener = bind("127.0.0.1:0");
            loop.submit(listener::close).get();
            assertThrows(IOException.class, () -> new TestClient(listener.boundAddress()));
        }
    }
}
