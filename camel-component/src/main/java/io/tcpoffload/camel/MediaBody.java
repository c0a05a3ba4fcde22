// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import io.tcpoffload.api.Published;
import io.tcpoffload.api.Publisher;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.apache.camel.StreamCache;
import org.apache.camel.WrappedFile;

/**
 * Publishes a message body. The types are those that hold bytes; Camel's type converters are not asked, because they
 * would turn anything into bytes, text in some character set among it.
 */
final class MediaBody {

    private static final String RIGHT = "tcpoffload publishes byte[], ByteBuffer, InputStream, File, Path or a Camel "
            + "file";

    private MediaBody() {
    }

    /**
     * @param body the media; a buffer's position stays, so that the exchange can be sent on or again; a stream that
     *             is no stream cache is closed
     * @throws IOException            if a file or stream can't be read
     * @throws UnpublishableException if the body is not of a type that holds bytes
     */
    static Published publish(Publisher publisher, Object body, boolean keyframe) throws IOException {
        if (body instanceof byte[] bytes) {
            return publisher.publish(ByteBuffer.wrap(bytes), keyframe);
        } else if (body instanceof ByteBuffer buffer) {
            return publisher.publish(buffer.duplicate(), keyframe);
        } else if (body instanceof Path path) {
            return publisher.publish(path, keyframe);
        } else if (body instanceof File file) {
            return publisher.publish(file.toPath(), keyframe);
        } else if (body instanceof WrappedFile<?> file) {
            return publish(publisher, content(file), keyframe);
        } else if (body instanceof InputStream stream) {
            return publishStream(publisher, stream, keyframe);
        }
        throw refused(body);
    }

    private static Published publishStream(Publisher publisher, InputStream stream, boolean keyframe)
            throws IOException {
        if (stream instanceof StreamCache cache) {
            // An earlier step may have read it.
            cache.reset();
            return publisher.publish(stream, keyframe);
        }
        try (stream) {
            return publisher.publish(stream, keyframe);
        }
    }

    /** A local file is the file itself; a remote one is whatever the consumer has fetched of it. */
    private static Object content(WrappedFile<?> wrapped) {
        Object file = wrapped.getFile();
        if (file instanceof File || file instanceof Path) {
            return file;
        }
        Object fetched = wrapped.getBody();
        if (fetched == null || fetched instanceof WrappedFile) {
            throw new UnpublishableException("a body of type " + name(wrapped) + " without fetched content can't be "
                    + "published: let the consumer fetch the file, as by localWorkDirectory");
        }
        return fetched;
    }

    private static UnpublishableException refused(Object body) {
        if (body == null) {
            return new UnpublishableException("a body of null can't be published: " + RIGHT);
        }
        String hint = body instanceof CharSequence
                ? "; if text is really meant, convert it before: convertBodyTo byte[] with a charset" : "";
        return new UnpublishableException("a body of type " + name(body) + " can't be published: " + RIGHT + hint);
    }

    private static String name(Object body) {
        return body.getClass().getTypeName();
    }
}
