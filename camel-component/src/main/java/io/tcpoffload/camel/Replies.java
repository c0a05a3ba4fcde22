// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import io.tcpoffload.api.Content;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.spi.HeaderFilterStrategy;

/** Makes a response of a route's message: a file or a part of it, bytes, a text. */
final class Replies {

    /** A playlist or a picture is far smaller; what is larger belongs into a file, which is not read into the heap. */
    static final int MAX_STREAM_BYTES = 16 << 20;

    private static final String DEFAULT_TYPE = "application/octet-stream";
    private static final Map<String, String> TYPES = Map.ofEntries(
            Map.entry("ts", "video/mp2t"), Map.entry("m3u8", "application/vnd.apple.mpegurl"),
            Map.entry("m3u", "audio/x-mpegurl"), Map.entry("mpd", "application/dash+xml"),
            Map.entry("mp4", "video/mp4"), Map.entry("m4s", "video/iso.segment"), Map.entry("m4a", "audio/mp4"),
            Map.entry("aac", "audio/aac"), Map.entry("mp3", "audio/mpeg"), Map.entry("vtt", "text/vtt"),
            Map.entry("xml", "application/xml"), Map.entry("json", "application/json"),
            Map.entry("jpg", "image/jpeg"), Map.entry("png", "image/png"),
            Map.entry("html", "text/html; charset=utf-8"), Map.entry("txt", "text/plain; charset=utf-8"));

    private final HeaderFilterStrategy filter;

    Replies(HeaderFilterStrategy filter) {
        this.filter = filter;
    }

    /**
     * @param received headers that came with the request: those that the route has left as they were are not sent back
     * @throws UnpublishableException if the body or a header is wrong
     * @throws IOException            if a stream can't be read
     */
    Content content(Exchange exchange, Map<String, Object> received) throws IOException {
        Message message = exchange.getMessage();
        Content content = body(message);
        long status = Headers.number(message, TcpOffloadConstants.STATUS,
                Headers.number(message, Exchange.HTTP_RESPONSE_CODE, content.status()));
        if (status != content.status()) {
            content = content.withStatus((int) status);
        }
        String etag = own(message, received, "ETag");
        if (etag != null) {
            content = content.withETag(etag);
        }
        Object modified = message.getHeader("Last-Modified");
        if (modified != null && modified != received.get("Last-Modified")) {
            content = content.withLastModified(time(modified));
        }
        for (Map.Entry<String, Object> header : message.getHeaders().entrySet()) {
            if (header.getValue() != null && header.getValue() != received.get(header.getKey())) {
                content = withHeader(content, exchange, header.getKey(), header.getValue());
            }
        }
        return content;
    }

    private Content withHeader(Content content, Exchange exchange, String name, Object value) {
        Content more = content;
        for (Object one : value instanceof Collection<?> many ? many : List.of(value)) {
            if (!filter.applyFilterToCamelHeaders(name, one, exchange)) {
                more = more.withHeader(name, one.toString());
            }
        }
        return more;
    }

    private static String own(Message message, Map<String, Object> received, String name) {
        Object value = message.getHeader(name);
        return value == null || value == received.get(name) ? null : value.toString();
    }

    private static Content body(Message message) throws IOException {
        Object body = message.getBody();
        String type = Headers.text(message, Exchange.CONTENT_TYPE);
        if (body == null) {
            return Content.of(new byte[0], type);
        } else if (body instanceof CharSequence text) {
            return Content.of(text.toString().getBytes(StandardCharsets.UTF_8),
                    type == null ? "text/plain; charset=utf-8" : type);
        }
        MediaBody media = media(body);
        if (media instanceof MediaBody.Memory memory) {
            return Content.of(memory.buffer(), type == null ? DEFAULT_TYPE : type);
        } else if (media instanceof MediaBody.LocalFile file) {
            return file(message, file.path(), type == null ? typeOf(file.path()) : type);
        }
        MediaBody.rewind(media);
        try (InputStream stream = ((MediaBody.Stream) media).in()) {
            return Content.of(read(stream), type == null ? DEFAULT_TYPE : type);
        }
    }

    private static MediaBody media(Object body) {
        try {
            return MediaBody.of(body);
        } catch (UnpublishableException e) {
            throw new UnpublishableException("a body of type " + body.getClass().getTypeName() + " can't be a reply: a "
                    + "String, byte[], ByteBuffer, MediaSegment, InputStream, File, Path or a Camel file can");
        }
    }

    private static Content file(Message message, Path file, String type) {
        long offset = Headers.number(message, TcpOffloadConstants.REPLY_OFFSET, 0);
        long length = Headers.number(message, TcpOffloadConstants.REPLY_LENGTH, -1);
        if (length < 0 && offset > 0) {
            throw new UnpublishableException("header " + TcpOffloadConstants.REPLY_OFFSET + " " + offset + " needs "
                    + TcpOffloadConstants.REPLY_LENGTH + ", too");
        }
        return length < 0 ? Content.file(file, type) : Content.file(file, offset, length, type);
    }

    private static String typeOf(Path file) {
        String name = String.valueOf(file.getFileName());
        return TYPES.getOrDefault(name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT), DEFAULT_TYPE);
    }

    private static ByteBuffer read(InputStream stream) throws IOException {
        byte[] bytes = stream.readNBytes(MAX_STREAM_BYTES + 1);
        if (bytes.length > MAX_STREAM_BYTES) {
            throw new UnpublishableException("a stream of more than " + MAX_STREAM_BYTES + " bytes can't be a reply: write "
                    + "it to a file and reply with that");
        }
        return ByteBuffer.wrap(bytes);
    }

    private static Instant time(Object value) {
        if (value instanceof Instant instant) {
            return instant;
        } else if (value instanceof Date date) {
            return date.toInstant();
        } else if (value instanceof Long millis) {
            return Instant.ofEpochMilli(millis);
        }
        try {
            return ZonedDateTime.parse(value.toString(), DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
        } catch (DateTimeParseException e) {
            throw new UnpublishableException("header Last-Modified '" + value + "' is not valid: an HTTP date such as Sun, "
                    + "06 Nov 1994 08:49:37 GMT, an Instant, or milliseconds since the epoch");
        }
    }
}
