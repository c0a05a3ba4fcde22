// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;

/** A short response. Built on one thread, encoded once. */
final class Reply {

    private final HttpResponseStatus status;
    private final StringBuilder fields = new StringBuilder();
    private byte[] body;

    Reply(HttpResponseStatus status) {
        this.status = status;
        field("Date", DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC)));
        field("Server", "tcpoffload");
        field("Cache-Control", "no-store");
    }

    /** The caller vouches that the value has no line break in it. */
    Reply field(String name, String value) {
        fields.append(name).append(": ").append(value).append("\r\n");
        return this;
    }

    /** A line for people, after the status. */
    Reply text(String line) {
        return body("text/plain; charset=utf-8", status.code() + " " + status.reasonPhrase() + ": " + line + "\n");
    }

    Reply body(String contentType, String content) {
        body = content.getBytes(StandardCharsets.UTF_8);
        field("Content-Type", contentType);
        field("Content-Length", Integer.toString(body.length));
        return field("X-Content-Type-Options", "nosniff");
    }

    HttpResponseStatus status() {
        return status;
    }

    /** As the last response of its connection. */
    ByteBuf encode(ByteBufAllocator allocator, boolean withBody) {
        return encode(allocator, withBody, false);
    }

    /**
     * @param withBody false for the answer to HEAD (RFC 9110 section 9.3.2)
     * @param persist  whether the connection is there for another request; the reply has a body then
     */
    ByteBuf encode(ByteBufAllocator allocator, boolean withBody, boolean persist) {
        byte[] head = ("HTTP/1.1 " + status.code() + " " + status.reasonPhrase() + "\r\nConnection: "
                + (persist ? "keep-alive" : "close") + "\r\n" + fields + "\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        boolean send = withBody && body != null;
        ByteBuf out = allocator.directBuffer(head.length + (send ? body.length : 0));
        out.writeBytes(head);
        return send ? out.writeBytes(body) : out;
    }
}
