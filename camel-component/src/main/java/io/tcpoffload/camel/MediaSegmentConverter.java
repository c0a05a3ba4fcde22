// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import io.tcpoffload.api.MediaSegment;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.apache.camel.Converter;

/**
 * Lets a route hand a segment to other components, too: {@code .multicast().to("tcpoffload:news", "file:archive")}. What
 * they get is a copy, because they may keep it for longer than the segment's memory is there.
 */
@Converter(generateLoader = true)
public final class MediaSegmentConverter {

    private MediaSegmentConverter() {
    }

    @Converter
    public static byte[] toByteArray(MediaSegment segment) {
        ByteBuffer media = segment.buffer();
        byte[] bytes = new byte[media.remaining()];
        media.get(bytes);
        return bytes;
    }

    @Converter
    public static ByteBuffer toByteBuffer(MediaSegment segment) {
        return ByteBuffer.wrap(toByteArray(segment));
    }

    @Converter
    public static InputStream toInputStream(MediaSegment segment) {
        return new ByteArrayInputStream(toByteArray(segment));
    }
}
