// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.AsyncProcessor;
import org.apache.camel.BindToRegistry;
import org.apache.camel.Exchange;
import org.apache.camel.component.file.GenericFile;
import org.apache.camel.converter.stream.InputStreamCache;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TcpOffloadProducerTest extends CamelTestSupport {

    private static final byte[] MEDIA = "G-media".getBytes(StandardCharsets.US_ASCII);

    @BindToRegistry("engine")
    private final FakeEngine engine = new FakeEngine();
    @TempDir
    private Path folder;

    private Exchange send(Object body) {
        return send(body, Map.of());
    }

    private Exchange send(Object body, Map<String, Object> headers) {
        return template.request("tcpoffload:news", exchange -> {
            exchange.getMessage().setBody(body);
            exchange.getMessage().setHeaders(new java.util.HashMap<>(headers));
        });
    }

    private void assertPublished(FakeEngine.Kind kind, Exchange sent) {
        assertNull(sent.getException());
        assertEquals(1, engine.bodies.size());
        assertEquals(kind, engine.bodies.get(0).kind());
        assertArrayEquals(MEDIA, engine.bodies.get(0).bytes());
    }

    private void assertRefused(String message, Exchange sent) {
        assertInstanceOf(UnpublishableException.class, sent.getException());
        assertEquals(0, sent.getException().getStackTrace().length, "a user's mistake is told without a stack trace");
        assertEquals(message, sent.getException().getMessage());
        assertTrue(engine.bodies.isEmpty());
    }

    @Test
    void publishesBytes() {
        assertPublished(FakeEngine.Kind.BUFFER, send(MEDIA));
    }

    @Test
    void publishesWhatRemainsOfABufferAndLeavesItsPosition() {
        ByteBuffer direct = ByteBuffer.allocateDirect(64).put((byte) 'x').put(MEDIA).flip().position(1);
        assertPublished(FakeEngine.Kind.BUFFER, send(direct));
        assertEquals(1, direct.position());
    }

    @Test
    void publishesAStreamAndClosesIt() {
        var closed = new AtomicInteger();
        assertPublished(FakeEngine.Kind.STREAM, send(new ByteArrayInputStream(MEDIA) {
            @Override
            public void close() {
                closed.incrementAndGet();
            }
        }));
        assertEquals(1, closed.get());
    }

    @Test
    void publishesAStreamCacheFromItsStart() throws Exception {
        var cache = new InputStreamCache(MEDIA);
        cache.readNBytes(3);
        assertPublished(FakeEngine.Kind.STREAM, send(cache));
    }

    @Test
    void publishesTheFileItself() throws Exception {
        Path file = Files.write(folder.resolve("a.ts"), MEDIA);
        assertPublished(FakeEngine.Kind.FILE, send(file));
        engine.bodies.clear();
        assertPublished(FakeEngine.Kind.FILE, send(file.toFile()));
    }

    @Test
    void publishesTheFileOfAFileRoute() throws Exception {
        Files.write(folder.resolve("a.ts"), MEDIA);
        Exchange polled = context.createConsumerTemplate().receive("file:" + folder + "?noop=true", 5000);
        assertInstanceOf(GenericFile.class, polled.getMessage().getBody());
        template.send("tcpoffload:news", polled);
        assertPublished(FakeEngine.Kind.FILE, polled);
        assertEquals("a.ts", polled.getMessage().getHeader(Exchange.FILE_NAME_ONLY));
    }

    @Test
    void publishesTheFetchedContentOfARemoteFile() {
        var remote = new GenericFile<Object>();
        remote.setFile("ftp entry");
        remote.setBody(MEDIA);
        assertPublished(FakeEngine.Kind.BUFFER, send(remote));
    }

    @Test
    void refusesARemoteFileThatWasNotFetched() {
        var remote = new GenericFile<Object>();
        remote.setFile("ftp entry");
        assertRefused("a body of type org.apache.camel.component.file.GenericFile without fetched content can't be "
                + "published: let the consumer fetch the file, as by localWorkDirectory", send(remote));
    }

    @Test
    void refusesTextWithoutConvertingIt() {
        assertRefused("a body of type java.lang.String can't be published: tcpoffload publishes byte[], ByteBuffer, "
                + "MediaSegment, InputStream, File, Path or a Camel file; if text is really meant, convert it before: "
                + "convertBodyTo byte[] with a charset", send("text"));
    }

    @Test
    void refusesNoBody() {
        assertRefused("a body of null can't be published: tcpoffload publishes byte[], ByteBuffer, MediaSegment, "
                + "InputStream, File, Path or a Camel file", send(null));
    }

    @Test
    void refusesOtherTypesByName() {
        assertRefused("a body of type java.io.StringReader can't be published: tcpoffload publishes byte[], "
                + "ByteBuffer, MediaSegment, InputStream, File, Path or a Camel file", send(new StringReader("x")));
        assertRefused("a body of type java.lang.Integer[] can't be published: tcpoffload publishes byte[], "
                + "ByteBuffer, MediaSegment, InputStream, File, Path or a Camel file", send(new Integer[0]));
    }

    @Test
    void bodyStartsASegmentUnlessTheHeaderSaysNo() {
        send(MEDIA);
        send(MEDIA, Map.of("CamelTcpOffloadKeyframe", false));
        send(MEDIA, Map.of("CamelTcpOffloadKeyframe", "false"));
        send(MEDIA, Map.of("CamelTcpOffloadKeyframe", "true"));
        assertEquals("[true, false, false, true]",
                engine.bodies.stream().map(FakeEngine.Body::keyframe).toList().toString());
    }

    @Test
    void refusesAKeyframeHeaderThatIsNeitherTrueNorFalse() {
        assertRefused("header CamelTcpOffloadKeyframe 'maybe' of type java.lang.String is not valid: true or false",
                send(MEDIA, Map.of("CamelTcpOffloadKeyframe", "maybe")));
    }

    @Test
    void tellsWhatBecameOfTheBodyAndLeavesIt() {
        Exchange sent = send(MEDIA);
        assertEquals(FakeEngine.SUBSCRIBERS, sent.getMessage().getHeader("CamelTcpOffloadSubscribers"));
        assertEquals((long) MEDIA.length, sent.getMessage().getHeader("CamelTcpOffloadAcceptedBytes"));
        assertSame(MEDIA, sent.getMessage().getBody());
    }

    @Test
    void missingFileFailsTheExchange() {
        assertInstanceOf(NoSuchFileException.class, send(folder.resolve("none.ts")).getException());
    }

    @Test
    void completesExactlyOnceWhateverHappens() throws Exception {
        var endpoint = context.getEndpoint("tcpoffload:news");
        var producer = (AsyncProcessor) endpoint.createProducer();
        context.addService(producer);
        InputStream broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("gone");
            }
        };
        for (Object body : new Object[] {MEDIA, "text", broken, folder.resolve("none")}) {
            var done = new AtomicInteger();
            var exchange = new DefaultExchange(context);
            exchange.getMessage().setBody(body);
            boolean sync = producer.process(exchange, doneSync -> {
                assertTrue(doneSync);
                done.incrementAndGet();
            });
            assertTrue(sync);
            assertEquals(1, done.get());
            assertEquals(body != MEDIA, exchange.isFailed());
        }
    }

    @Test
    void publisherIsClosedWithTheProducer() throws Exception {
        var producer = context.getEndpoint("tcpoffload:news").createProducer();
        producer.start();
        assertEquals(1, engine.opened.size());
        producer.stop();
        assertEquals(1, engine.closed);
        producer.start();
        assertEquals(2, engine.opened.size());
        assertFalse(engine.closed > 1);
        producer.stop();
    }
}
