// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.camel.mpegts.FaultyStreamException;
import io.tcpoffload.camel.mpegts.Packets;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.camel.BindToRegistry;
import org.apache.camel.Exchange;
import org.apache.camel.converter.stream.InputStreamCache;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What alignment, validate and restamp make of bodies of each type. */
class ProducerStagesTest extends CamelTestSupport {

    private static final byte[] MEDIA = new Packets().pcr(0x100, 0, 0).payload(0x100, 1).payload(0x100, 2).bytes();
    private static final byte[] NEXT = new Packets().pcr(0x100, 3, 40).payload(0x100, 4).bytes();
    private static final byte[] OTHER = new Packets().pcr(0x100, 9, 90_000).payload(0x100, 10).bytes();

    @BindToRegistry("engine")
    private final FakeEngine engine = new FakeEngine();
    @TempDir
    private Path folder;

    private Exchange send(String options, Object body, Map<String, Object> headers) {
        return template.request("tcpoffload:news?" + options, exchange -> {
            exchange.getMessage().setBody(body);
            headers.forEach(exchange.getMessage()::setHeader);
        });
    }

    private byte[] published() {
        var all = new ByteArrayOutputStream();
        engine.bodies.forEach(body -> all.writeBytes(body.bytes()));
        return all.toByteArray();
    }

    private List<Boolean> keyframes() {
        return engine.bodies.stream().map(FakeEngine.Body::keyframe).toList();
    }

    @Test
    void packetsAreMadeWholeAcrossBodies() {
        send("alignment=packet", Arrays.copyOf(MEDIA, 300), Map.of());
        assertEquals(188, published().length);
        Exchange second = send("alignment=packet", Arrays.copyOfRange(MEDIA, 300, MEDIA.length), Map.of());
        assertArrayEquals(MEDIA, published());
        assertEquals(List.of(true, false, true), keyframes());
        assertEquals(376L, second.getMessage().getHeader("CamelTcpOffloadAcceptedBytes"));
    }

    @Test
    void withoutAlignmentABodyStaysAsItIs() {
        send("", Arrays.copyOf(MEDIA, 300), Map.of());
        assertEquals(300, published().length);
    }

    @Test
    void wholeFileIsStillPublishedAsAFile() throws Exception {
        send("validate=count", Files.write(folder.resolve("a.ts"), MEDIA), Map.of());
        assertEquals(FakeEngine.Kind.FILE, engine.bodies.get(0).kind());
    }

    @Test
    void fileThatEndsWithinAPacketIsCut() throws Exception {
        send("alignment=packet", Files.write(folder.resolve("a.ts"), Arrays.copyOf(MEDIA, 300)), Map.of());
        assertEquals(188, published().length);
        send("alignment=packet", Files.write(folder.resolve("b.ts"), Arrays.copyOfRange(MEDIA, 300, MEDIA.length)),
                Map.of());
        assertArrayEquals(MEDIA, published());
    }

    @Test
    void emptyFileIsNoMedia() throws Exception {
        assertNull(send("alignment=packet", Files.createFile(folder.resolve("a.ts")), Map.of()).getException());
        assertTrue(engine.bodies.isEmpty());
    }

    @Test
    void streamIsCutToo() {
        send("validate=strict", new ByteArrayInputStream(MEDIA), Map.of());
        assertArrayEquals(MEDIA, published());
    }

    @Test
    void strictRefusesABodyAndPublishesNothingOfIt() {
        send("validate=strict", MEDIA, Map.of());
        Exchange refused = send("validate=strict", OTHER, Map.of());
        assertInstanceOf(FaultyStreamException.class, refused.getException());
        assertEquals("the transport stream is refused (validate=strict): 2 faults, the first: PID 256 has continuity "
                + "counter 9 instead of 3, at byte 0", refused.getException().getMessage());
        assertArrayEquals(MEDIA, published());
    }

    /** Longer than what is read of a file or stream at a time, with a fault in its last packet. */
    private static byte[] longWithALateFault() {
        var packets = new Packets();
        for (int i = 0; i < 1000; i++) {
            packets.payload(0x101, i);
        }
        return packets.payload(0x101, 1007).bytes();
    }

    private void assertRefusedAsAWhole(String options, Object body) {
        engine.bodies.clear();
        Exchange refused = send(options, body, Map.of());
        assertInstanceOf(FaultyStreamException.class, refused.getException());
        assertEquals("the transport stream is refused (validate=strict): 1 fault: PID 257 has continuity counter 15 instead "
                + "of 8, at byte 188000", refused.getException().getMessage());
        assertEquals(0L, refused.getMessage().getHeader("CamelTcpOffloadAcceptedBytes"));
        assertTrue(engine.bodies.isEmpty());
    }

    @Test
    void strictRefusesAPacedFileBeforeAnyOfItIsPublished() throws Exception {
        String options = "validate=strict&pacing=bitrate&bitrate=10G";
        assertRefusedAsAWhole(options, Files.write(folder.resolve("a.ts"), longWithALateFault()));
        byte[] good = new Packets().payload(0x101, 16).payload(0x101, 17).bytes();
        assertNull(send(options, Files.write(folder.resolve("b.ts"), good), Map.of()).getException());
        assertArrayEquals(good, published());
    }

    @Test
    void strictRefusesACachedStreamBeforeAnyOfItIsPublished() throws Exception {
        assertRefusedAsAWhole("validate=strict", new InputStreamCache(longWithALateFault()));
        byte[] good = new Packets().payload(0x101, 16).payload(0x101, 17).bytes();
        send("validate=strict", new InputStreamCache(good), Map.of());
        assertArrayEquals(good, published());
    }

    @Test
    void strictEndsAStreamAtThePieceThatHasAFault() {
        context.setStreamCaching(false);
        byte[] media = longWithALateFault();
        Exchange refused = send("validate=strict", new ByteArrayInputStream(media), Map.of());
        assertInstanceOf(FaultyStreamException.class, refused.getException());
        byte[] before = Arrays.copyOf(media, 188 * 336 * 2);
        assertArrayEquals(before, published());
        assertEquals((long) before.length, refused.getMessage().getHeader("CamelTcpOffloadAcceptedBytes"));
    }

    @Test
    void examinationLeavesTheFeedAsItWas() throws Exception {
        byte[] media = longWithALateFault();
        byte[] good = Arrays.copyOf(media, media.length - 188);
        String options = "validate=strict&pacing=bitrate&bitrate=10G";
        send(options, Files.write(folder.resolve("a.ts"), Arrays.copyOf(good, 300)), Map.of());
        Path second = Files.write(folder.resolve("b.ts"), Arrays.copyOfRange(good, 300, good.length));
        Exchange rest = send(options, second, Map.of());
        assertNull(rest.getException());
        assertArrayEquals(good, published());
    }

    @Test
    void switchThatIsToldIsNoFault() {
        send("validate=strict", MEDIA, Map.of());
        assertNull(send("validate=strict", OTHER, Map.of("CamelTcpOffloadDiscontinuity", true)).getException());
    }

    @Test
    void restampJoinsSources() {
        send("restamp=true&validate=strict", MEDIA, Map.of());
        send("restamp=true&validate=strict", OTHER, Map.of("CamelTcpOffloadDiscontinuity", "true"));
        byte[] all = published();
        assertArrayEquals(MEDIA, Arrays.copyOf(all, MEDIA.length));
        assertArrayEquals(NEXT, Arrays.copyOfRange(all, MEDIA.length, all.length));
    }

    @Test
    void exchangeIsToldTheBodysTimes() {
        byte[] media = new Packets().pcr(0x100, 0, 1000).pes(0x100, 1, 99_000, 90_000).pcr(0x100, 2, 1080).bytes();
        Exchange sent = send("alignment=packet", media, Map.of());
        assertEquals(99_000L, sent.getMessage().getHeader("CamelTcpOffloadPts"));
        assertEquals(80L, sent.getMessage().getHeader("CamelTcpOffloadSegmentDuration"));
        assertNull(send("", media, Map.of()).getMessage().getHeader("CamelTcpOffloadPts"));
        assertNull(send("alignment=packet", new Packets().payload(0x100, 3).bytes(), Map.of()).getMessage()
                .getHeader("CamelTcpOffloadPts"));
    }

    @Test
    void timesAreThoseThatViewersSee() {
        send("restamp=true", MEDIA, Map.of());
        byte[] other = new Packets().pcr(0x100, 9, 90_000).pes(0x100, 10, 90_100 * 90L, 90_050 * 90L).bytes();
        Exchange sent = send("restamp=true", other, Map.of("CamelTcpOffloadDiscontinuity", true));
        assertEquals(140 * 90L, sent.getMessage().getHeader("CamelTcpOffloadPts"));
    }

    @Test
    void routesBodyIsNotWrittenTo() {
        byte[] body = OTHER.clone();
        send("restamp=true", MEDIA, Map.of());
        send("restamp=true", ByteBuffer.wrap(body), Map.of("CamelTcpOffloadDiscontinuity", true));
        assertArrayEquals(OTHER, body);
    }

    @Test
    void discontinuityMustBeAFlag() {
        assertEquals("header CamelTcpOffloadDiscontinuity 'often' of type java.lang.String is not valid: true or false",
                send("", MEDIA, Map.of("CamelTcpOffloadDiscontinuity", "often")).getException().getMessage());
    }
}
