// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.api.Content;
import io.tcpoffload.api.Decision;
import io.tcpoffload.api.HandlerSpec;
import io.tcpoffload.channel.Pattern;
import io.tcpoffload.nio.NioLimits;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ContentTest {

    private static final int SIZE = 3_000_000;
    /** Linux lets a send buffer grow to 4 MB (net.ipv4.tcp_wmem). */
    private static final int MORE_THAN_A_SOCKET_TAKES = 64 << 20;

    @TempDir
    private Path directory;
    private TestServer server = new TestServer(HttpLimits.DEFAULT, NioLimits.DEFAULT, true);
    private Path file;
    private byte[] bytes;

    @AfterEach
    void stop() {
        server.close();
    }

    private void answer(String path, Content content) {
        server.front().handlers().add(new Handler(HandlerSpec.path(path),
                request -> CompletableFuture.completedFuture(Decision.answer(content))));
    }

    private void makeFile() throws IOException {
        bytes = Pattern.bytes(0, SIZE);
        file = Files.write(directory.resolve("segment.ts"), bytes);
        answer("/file", Content.file(file, "video/mp2t"));
    }

    private TestReply get(String path, String fields) throws IOException {
        try (var client = server.connect()) {
            return TestReply.get(client, path, fields);
        }
    }

    @Test
    void answersWithBytes() throws IOException {
        ByteBuffer body = ByteBuffer.wrap("xx#EXTM3U\nyy".getBytes()).position(2).limit(10);
        answer("/list", Content.of(body, "application/vnd.apple.mpegurl").withHeader("Cache-Control", "max-age=2")
                .withETag("\"v1\"").withLastModified(Instant.parse("2026-01-02T03:04:05.9Z")));
        TestReply reply = get("/list", "");
        assertEquals(200, reply.status());
        assertEquals("#EXTM3U\n", reply.text());
        assertEquals("application/vnd.apple.mpegurl", reply.field("Content-Type"));
        assertEquals("max-age=2", reply.field("Cache-Control"));
        assertEquals("\"v1\"", reply.field("ETag"));
        assertEquals("Fri, 02 Jan 2026 03:04:05 GMT", reply.field("Last-Modified"));
        assertEquals("bytes", reply.field("Accept-Ranges"));
        assertEquals("EXT", get("/list", "Range: bytes=1-3\r\n").text());
        assertEquals(2, body.position(), "the handler's buffer stays as it is");
    }

    @Test
    void answersWithAStatusOfItsOwnAndThenWithoutRanges() throws IOException {
        answer("/gone", Content.text("not here any more", "text/plain").withStatus(410));
        TestReply reply = get("/gone", "Range: bytes=0-1\r\nIf-None-Match: *\r\n");
        assertEquals(410, reply.status());
        assertEquals("not here any more", reply.text());
        assertNull(reply.field("Accept-Ranges"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void sendsFileAfterFileOnOneConnection(boolean epoll) throws IOException {
        server.close();
        server = new TestServer(HttpLimits.DEFAULT, NioLimits.DEFAULT, epoll);
        makeFile();
        try (var client = server.connect()) {
            for (int i = 0; i < 3; i++) {
                TestReply reply = TestReply.get(client, "/file", "");
                assertEquals(200, reply.status());
                assertArrayEquals(bytes, reply.body());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"bytes=0-0,0,1", "bytes=1000000-,1000000,2000000", "bytes=-188,2999812,188", "bytes=188-375,188,188"})
    void sendsAPartOfAFile(String range, int first, int length) throws IOException {
        makeFile();
        TestReply reply = get("/file", "Range: " + range + "\r\n");
        assertEquals(206, reply.status());
        assertArrayEquals(Arrays.copyOfRange(bytes, first, first + length), reply.body());
        assertEquals("bytes " + first + "-" + (first + length - 1) + "/" + SIZE, reply.field("Content-Range"));
    }

    @Test
    void tellsTheLengthWhenThereIsNoSuchPart() throws IOException {
        makeFile();
        TestReply reply = get("/file", "Range: bytes=3000000-\r\n");
        assertEquals(416, reply.status());
        assertEquals("bytes */" + SIZE, reply.field("Content-Range"));
        assertEquals("0", reply.field("Content-Length"));
        assertEquals(SIZE, get("/file", "Range: bytes=0-1,5-6\r\n").body().length, "several ranges are none");
    }

    @Test
    void treatsAPartOfAFileAsAResourceOfItsOwn() throws IOException {
        makeFile();
        answer("/part", Content.file(file, 1000, 500, "video/mp2t"));
        TestReply whole = get("/part", "");
        assertArrayEquals(Arrays.copyOfRange(bytes, 1000, 1500), whole.body());
        TestReply part = get("/part", "Range: bytes=-10\r\n");
        assertArrayEquals(Arrays.copyOfRange(bytes, 1490, 1500), part.body());
        assertEquals("bytes 490-499/500", part.field("Content-Range"));
        assertNotEquals(get("/file", "").field("ETag"), whole.field("ETag"));
    }

    @Test
    void answersHeadWithTheHeadAlone() throws IOException {
        makeFile();
        try (var client = server.connect()) {
            client.send("HEAD /file HTTP/1.1\r\nHost: a\r\n\r\n");
            TestReply head = TestReply.read(client, false);
            assertEquals("" + SIZE, head.field("Content-Length"));
            TestReply next = TestReply.get(client, "/file", "");
            assertEquals(head.field("ETag"), next.field("ETag"));
            assertEquals(SIZE, next.body().length);
        }
    }

    @Test
    void saysThatAFileHasNotChanged() throws Exception {
        makeFile();
        TestReply first = get("/file", "");
        try (var client = server.connect()) {
            client.send("GET /file HTTP/1.1\r\nHost: a\r\nIf-None-Match: " + first.field("ETag") + "\r\n\r\n");
            TestReply second = TestReply.read(client, true);
            assertEquals(304, second.status());
            assertNull(second.field("Content-Length"));
            assertEquals(first.field("ETag"), second.field("ETag"));
            client.send("GET /file HTTP/1.1\r\nHost: a\r\nIf-Modified-Since: " + first.field("Last-Modified") + "\r\n\r\n");
            assertEquals(304, TestReply.read(client, true).status());
            Files.write(file, new byte[] {1});
            TestReply changed = TestReply.get(client, "/file", "If-None-Match: " + first.field("ETag") + "\r\n");
            assertEquals(200, changed.status());
            assertEquals(1, changed.body().length);
            assertEquals(412, TestReply.get(client, "/file", "If-Match: " + first.field("ETag") + "\r\n").status());
        }
    }

    @Test
    void givesARangeOnlyOfTheFileThatTheClientHas() throws IOException {
        makeFile();
        String etag = get("/file", "").field("ETag");
        assertEquals(206, get("/file", "Range: bytes=0-9\r\nIf-Range: " + etag + "\r\n").status());
        TestReply other = get("/file", "Range: bytes=0-9\r\nIf-Range: \"other\"\r\n");
        assertEquals(200, other.status());
        assertEquals(SIZE, other.body().length);
    }

    @Test
    void answersWith404WhatCannotBeRead() throws IOException {
        makeFile();
        answer("/missing", Content.file(directory.resolve("no.ts"), "video/mp2t"));
        answer("/directory", Content.file(directory, "video/mp2t"));
        answer("/short", Content.file(file, SIZE - 10, 11, "video/mp2t"));
        for (String path : new String[] {"/missing", "/directory", "/short"}) {
            TestReply reply = get(path, "");
            assertEquals(404, reply.status(), path);
            assertTrue(!reply.text().contains(directory.toString()), "no paths of ours for outsiders");
        }
    }

    @Test
    void sendsAnEmptyFile() throws IOException {
        answer("/empty", Content.file(Files.createFile(directory.resolve("empty")), null));
        TestReply reply = get("/empty", "");
        assertEquals(200, reply.status());
        assertEquals("0", reply.field("Content-Length"));
    }

    @Test
    void cutsAConnectionWhoseFileBecameShorter() throws Exception {
        file = directory.resolve("long.ts");
        try (var cut = new RandomAccessFile(file.toFile(), "rw")) {
            cut.setLength(MORE_THAN_A_SOCKET_TAKES);
            answer("/file", Content.file(file, "video/mp2t"));
            try (var client = new TestClient(server.address(), 8192)) {
                client.get("/file").head();
                cut.setLength(1000);
                assertTrue(client.rest().length < MORE_THAN_A_SOCKET_TAKES);
            }
        }
    }

    @Test
    void cutsAClientThatTakesNothing() throws Exception {
        server.close();
        server = new TestServer(new HttpLimits(4096, 8192, Duration.ofSeconds(5), Duration.ofSeconds(5),
                Duration.ofMillis(400), 100, 100), NioLimits.DEFAULT, true);
        makeFile();
        Files.write(file, new byte[30_000_000]);
        try (var client = new TestClient(server.address(), 8192)) {
            String head = client.get("/file").head();
            assertTrue(head.contains("Content-Length: 30000000"), head);
            Thread.sleep(2000);
            assertTrue(restOrReset(client) < 30_000_000);
        }
    }

    private static int restOrReset(TestClient client) {
        try {
            return client.rest().length;
        } catch (IOException reset) {
            return 0;
        }
    }

    @Test
    void letsAnIdleConnectionGoInSilence() throws Exception {
        server.close();
        server = new TestServer(new HttpLimits(4096, 8192, Duration.ofSeconds(5), Duration.ofMillis(300),
                Duration.ofSeconds(5), 100, 100), NioLimits.DEFAULT, true);
        makeFile();
        try (var client = server.connect()) {
            TestReply.get(client, "/file", "");
            assertEquals(0, client.rest().length);
        }
    }
}
