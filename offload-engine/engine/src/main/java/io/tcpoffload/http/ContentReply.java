// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.http;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.tcpoffload.api.Content;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;

/**
 * The response that a {@link Representation} makes for one request.
 *
 * @param status 200, 206, 304, 412, 416 or the content's own
 * @param offset of the body's first byte in the buffer or file
 * @param length bytes of the body
 * @param fields header fields, with line ends
 */
record ContentReply(Representation source, HttpResponseStatus status, long offset, long length, String fields) {

    static ContentReply whole(Representation source, HttpResponseStatus status) {
        return new ContentReply(source, status, source.offset(), source.length(),
                fields(source, status, source.length(), true));
    }

    static ContentReply part(Representation source, ByteRange range) {
        return new ContentReply(source, HttpResponseStatus.PARTIAL_CONTENT, source.offset() + range.first(), range.length(),
                fields(source, HttpResponseStatus.PARTIAL_CONTENT, range.length(), true)
                        + "Content-Range: bytes " + range.first() + "-" + range.last() + "/" + source.length() + "\r\n");
    }

    /** Without a body. A 304 has no Content-Length: it would be that of the body which is not sent. */
    static ContentReply empty(Representation source, HttpResponseStatus status) {
        String more = status.equals(HttpResponseStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
                ? "Content-Range: bytes */" + source.length() + "\r\n" : "";
        return new ContentReply(source, status, 0, 0,
                fields(source, status, status.equals(HttpResponseStatus.NOT_MODIFIED) ? -1 : 0, false) + more);
    }

    private static String fields(Representation source, HttpResponseStatus status, long length, boolean typed) {
        Content content = source.content();
        var text = new StringBuilder();
        field(text, "Date", HttpDate.of(Instant.now()));
        field(text, "Server", "tcpoffload");
        if (length >= 0) {
            field(text, "Content-Length", Long.toString(length));
        }
        if (typed && content.contentType() != null) {
            field(text, "Content-Type", content.contentType());
        }
        if (source.etag() != null) {
            field(text, "ETag", source.etag());
        }
        if (source.modified() != null) {
            field(text, "Last-Modified", HttpDate.of(source.modified()));
        }
        if (content.status() == HttpResponseStatus.OK.code()) {
            field(text, "Accept-Ranges", "bytes");
        }
        for (Map.Entry<String, String> header : content.headers()) {
            field(text, header.getKey(), header.getValue());
        }
        return text.toString();
    }

    private static void field(StringBuilder text, String name, String value) {
        text.append(name).append(": ").append(value).append("\r\n");
    }

    /** Status line and header fields. */
    byte[] head(boolean persist) {
        return ("HTTP/1.1 " + status.code() + " " + status.reasonPhrase() + "\r\nConnection: "
                + (persist ? "keep-alive" : "close") + "\r\n" + fields + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }
}
