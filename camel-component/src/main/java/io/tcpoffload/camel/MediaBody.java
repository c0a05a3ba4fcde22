// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import io.tcpoffload.api.MediaSegment;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.apache.camel.StreamCache;
import org.apache.camel.WrappedFile;

/**
 * What a message body holds. The types are those that hold bytes; Camel's type converters are not asked, because they
 * would turn anything into bytes, text in some character set among it.
 */
sealed interface MediaBody {

    /** Bytes in memory, whoever owns it; the position is this body's own. */
    record Memory(ByteBuffer buffer, MediaSegment segment) implements MediaBody {
    }

    /** A file of a file system of this machine. */
    record LocalFile(Path path) implements MediaBody {
    }

    /** Bytes that come until the stream ends. */
    record Stream(InputStream in) implements MediaBody {

        /** An earlier step may have read a cache, and a later one may want to: it is begun anew, and not closed. */
        boolean isCached() {
            return in instanceof StreamCache;
        }
    }

    /**
     * @return a view of the body without a copy; a buffer's position stays, so that the exchange can be sent on or again
     * @throws UnpublishableException if the body is not of a type that holds bytes
     */
    static MediaBody of(Object body) {
        if (body instanceof byte[] bytes) {
            return new Memory(ByteBuffer.wrap(bytes), null);
        } else if (body instanceof ByteBuffer buffer) {
            return new Memory(buffer.duplicate(), null);
        } else if (body instanceof MediaSegment segment) {
            return new Memory(segment.buffer(), segment);
        } else if (body instanceof Path path) {
            return new LocalFile(path);
        } else if (body instanceof File file) {
            return new LocalFile(file.toPath());
        } else if (body instanceof WrappedFile<?> file) {
            return of(content(file));
        } else if (body instanceof InputStream stream) {
            return new Stream(stream);
        }
        throw Refusal.of(body);
    }

    /** A local file is the file itself; a remote one is whatever the consumer has fetched of it. */
    private static Object content(WrappedFile<?> wrapped) {
        Object file = wrapped.getFile();
        if (file instanceof File || file instanceof Path) {
            return file;
        }
        Object fetched = wrapped.getBody();
        if (fetched == null || fetched instanceof WrappedFile) {
            throw Refusal.notFetched(wrapped);
        }
        return fetched;
    }

    /**
     * Begins a cached stream anew.
     *
     * @throws IOException if the cache can't be read
     */
    static void rewind(MediaBody body) throws IOException {
        if (body instanceof Stream stream && stream.in() instanceof StreamCache cache) {
            cache.reset();
        }
    }

    /** Whether a viewer may start at its first byte, where no header says it. */
    static boolean startsSegment(MediaBody body) {
        return !(body instanceof Memory memory) || memory.segment() == null || memory.segment().keyframe();
    }

    /** Keeps a reference-counted body until {@link #release}. */
    static void retain(MediaBody body) {
        if (body instanceof Memory memory && memory.segment() != null) {
            memory.segment().retain();
        }
    }

    static void release(MediaBody body) {
        if (body instanceof Memory memory && memory.segment() != null) {
            memory.segment().release();
        }
    }

    /** Closes a stream that is no cache. */
    static void close(MediaBody body) throws IOException {
        if (body instanceof Stream stream && !stream.isCached()) {
            stream.in().close();
        }
    }

    /** What is said about a body that can't be published. */
    final class Refusal {

        private static final String RIGHT = "tcpoffload publishes byte[], ByteBuffer, MediaSegment, InputStream, File, Path "
                + "or a Camel file";

        private Refusal() {
        }

        static UnpublishableException of(Object body) {
            if (body == null) {
                return new UnpublishableException("a body of null can't be published: " + RIGHT);
            }
            String hint = body instanceof CharSequence
                    ? "; if text is really meant, convert it before: convertBodyTo byte[] with a charset" : "";
            return new UnpublishableException("a body of type " + name(body) + " can't be published: " + RIGHT + hint);
        }

        static UnpublishableException notFetched(Object wrapped) {
            return new UnpublishableException("a body of type " + name(wrapped) + " without fetched content can't be "
                    + "published: let the consumer fetch the file, as by localWorkDirectory");
        }

        private static String name(Object body) {
            return body.getClass().getTypeName();
        }
    }
}
