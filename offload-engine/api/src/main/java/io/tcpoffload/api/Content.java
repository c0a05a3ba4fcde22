// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.api;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A response with a body of its own: bytes, a file, or a part of a file. The engine adds Content-Length, Date, ETag and
 * Last-Modified, answers Range, If-Range, If-None-Match and If-Modified-Since (RFC 9110 sections 13 and 14) when the status
 * is 200, leaves the body away for HEAD, and keeps the connection for the next request. Immutable.
 */
public final class Content {

    /** Longest value of a header field. */
    public static final int MAX_VALUE_LENGTH = 4096;

    private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}");
    private static final Pattern VALUE = Pattern.compile("[\\x20-\\x7e\\t]*");
    private static final Pattern ETAG = Pattern.compile("(?:W/)?\"[\\x21\\x23-\\x7e]{0,128}\"");
    /** What the engine says itself, and what would break the framing of the connection (RFC 9112). */
    private static final Set<String> RESERVED = Set.of("content-length", "content-range", "transfer-encoding", "connection",
            "keep-alive", "upgrade", "te", "trailer", "date", "etag", "last-modified", "accept-ranges", "content-type");

    /** What is sent after the head. */
    public sealed interface Body {

        /** Bytes in it. */
        long length();
    }

    /**
     * Bytes in memory; not copied, so they must not change until they are sent.
     *
     * @param buffer its remaining bytes; position and limit stay
     */
    public record Bytes(ByteBuffer buffer) implements Body {
        @Override
        public long length() {
            return buffer.remaining();
        }
    }

    /**
     * A part of a file, read while it is sent.
     *
     * @param length -1 for all from the offset to the end that the file has when the response begins
     */
    public record FilePart(Path file, long offset, long length) implements Body {
    }

    private final int status;
    private final String contentType;
    private final Body body;
    private final List<Map.Entry<String, String>> headers;
    private final String etag;
    private final Instant lastModified;

    private Content(int status, String contentType, Body body, List<Map.Entry<String, String>> headers, String etag,
            Instant lastModified) {
        this.status = status;
        this.contentType = contentType;
        this.body = body;
        this.headers = headers;
        this.etag = etag;
        this.lastModified = lastModified;
    }

    /** @param contentType such as {@code application/vnd.apple.mpegurl}; null for none */
    public static Content of(ByteBuffer body, String contentType) {
        return new Content(200, requireValue("contentType", contentType), new Bytes(body), List.of(), null, null);
    }

    /** As {@link #of(ByteBuffer, String)}. */
    public static Content of(byte[] body, String contentType) {
        return of(ByteBuffer.wrap(body), contentType);
    }

    /** In UTF-8. */
    public static Content text(String body, String contentType) {
        return of(body.getBytes(StandardCharsets.UTF_8), contentType);
    }

    /** A whole file. 404 if it can't be read when it is to be sent. */
    public static Content file(Path file, String contentType) {
        return new Content(200, requireValue("contentType", contentType),
                new FilePart(Objects.requireNonNull(file), 0, -1), List.of(), null, null);
    }

    /**
     * A part of a file, as a resource of its own: ranges that a client asks for count from its offset.
     *
     * @throws OffloadException if offset or length are negative
     */
    public static Content file(Path file, long offset, long length, String contentType) {
        if (offset < 0 || length < 0) {
            throw new OffloadException("a part of " + length + " bytes at offset " + offset + " is not valid: both are 0 "
                    + "or more");
        }
        return new Content(200, requireValue("contentType", contentType),
                new FilePart(Objects.requireNonNull(file), offset, length), List.of(), null, null);
    }

    /** @param code 200 to 599, but for 204, 206, 304 and 416, which the engine finds out itself */
    public Content withStatus(int code) {
        if (code < 200 || code > 599 || Set.of(204, 206, 304, 416).contains(code)) {
            throw new OffloadException("status " + code + " is not valid for a response with a body: 200 to 599, but for "
                    + "204, 206, 304 and 416");
        }
        return new Content(code, contentType, body, headers, etag, lastModified);
    }

    /** @throws OffloadException if the field is one that the engine sets itself, or its name or value are malformed */
    public Content withHeader(String name, String value) {
        if (name == null || !NAME.matcher(name).matches() || RESERVED.contains(name.toLowerCase(Locale.ROOT))) {
            throw new OffloadException("header '" + name + "' can't be set: a token of RFC 9110 section 5.6.2, and none of "
                    + "those that the engine sets itself");
        }
        List<Map.Entry<String, String>> more = new ArrayList<>(headers);
        more.add(Map.entry(name, requireValue("header " + name, Objects.requireNonNull(value))));
        return new Content(status, contentType, body, List.copyOf(more), etag, lastModified);
    }

    /** @param tag with its quotes, such as {@code "v1"} or {@code W/"v1"}; files have one by themselves */
    public Content withETag(String tag) {
        if (tag == null || !ETAG.matcher(tag).matches()) {
            throw new OffloadException("etag " + tag + " is not valid: up to 128 printable ASCII characters in double "
                    + "quotes, such as \"v1\" or W/\"v1\"");
        }
        return new Content(status, contentType, body, headers, tag, lastModified);
    }

    /** Files have one by themselves. */
    public Content withLastModified(Instant time) {
        return new Content(status, contentType, body, headers, etag, Objects.requireNonNull(time));
    }

    private static String requireValue(String name, String value) {
        if (value != null && (value.length() > MAX_VALUE_LENGTH || !VALUE.matcher(value).matches())) {
            throw new OffloadException(name + " has a value that is not valid: at most " + MAX_VALUE_LENGTH
                    + " printable ASCII characters, without line breaks");
        }
        return value;
    }

    public int status() {
        return status;
    }

    /** Null for none. */
    public String contentType() {
        return contentType;
    }

    public Body body() {
        return body;
    }

    /** Those set here, in order. */
    public List<Map.Entry<String, String>> headers() {
        return headers;
    }

    /** Null for none, which for a file means one of its size and times. */
    public String etag() {
        return etag;
    }

    /** Null for none, which for a file means its own. */
    public Instant lastModified() {
        return lastModified;
    }
}
