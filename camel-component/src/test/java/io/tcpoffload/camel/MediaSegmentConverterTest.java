// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.api.MediaSegment;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.BindToRegistry;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MediaSegmentConverterTest extends CamelTestSupport {

    private static final byte[] MEDIA = {'G', 1, 2, 3};

    @BindToRegistry("engine")
    private final FakeEngine engine = new FakeEngine();
    @TempDir
    private static Path folder;

    @Override
    protected RoutesBuilder createRouteBuilder() {
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").multicast().to("tcpoffload:news", "file:" + folder + "?fileName=a.ts");
            }
        };
    }

    @Test
    void segmentGoesToViewersAndToAnotherComponent() throws Exception {
        var freed = new AtomicBoolean();
        var segment = new MediaSegment(ByteBuffer.allocateDirect(8).put((byte) 'x').put(MEDIA).flip().position(1), true,
                () -> freed.set(true));
        template.sendBody("direct:in", segment);
        segment.release();
        assertTrue(freed.get());
        assertArrayEquals(MEDIA, engine.bodies.get(0).bytes());
        assertArrayEquals(MEDIA, Files.readAllBytes(folder.resolve("a.ts")));
    }

    @Test
    void whatOthersGetOutlivesTheSegment() throws Exception {
        ByteBuffer memory = ByteBuffer.wrap(MEDIA.clone());
        var segment = new MediaSegment(memory, true, () -> memory.put(0, (byte) 0));
        byte[] bytes = context.getTypeConverter().mandatoryConvertTo(byte[].class, segment);
        ByteBuffer buffer = context.getTypeConverter().mandatoryConvertTo(ByteBuffer.class, segment);
        InputStream stream = context.getTypeConverter().mandatoryConvertTo(InputStream.class, segment);
        segment.release();
        assertArrayEquals(MEDIA, bytes);
        assertEquals(ByteBuffer.wrap(MEDIA), buffer);
        assertArrayEquals(MEDIA, stream.readAllBytes());
    }
}
