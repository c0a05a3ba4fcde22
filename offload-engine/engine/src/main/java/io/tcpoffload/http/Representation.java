// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.tcpoffload.api.Content;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.Objects;

/**
 * A handler's content with what is known of it at this moment.
 *
 * @param offset   of its first byte, in the file
 * @param length   bytes
 * @param etag     null for none
 * @param modified in whole seconds, null if unknown
 */
record Representation(Content content, long offset, long length, String etag, Instant modified) {

    /**
     * Looks at it.
     *
     * @throws IOException if its file can't be read, or ends before its part does
     */
    static Representation of(Content content) throws IOException {
        if (!(content.body() instanceof Content.FilePart part)) {
            Instant modified = content.lastModified();
            return new Representation(content, 0, content.body().length(), content.etag(),
                    modified == null ? null : HttpDate.wholeSeconds(modified));
        }
        BasicFileAttributes file = Files.readAttributes(part.file(), BasicFileAttributes.class);
        if (!file.isRegularFile() || !Files.isReadable(part.file())) {
            throw new IOException("not a regular, readable file");
        }
        long length = part.length() < 0 ? Math.max(0, file.size() - part.offset()) : part.length();
        if (part.offset() + length > file.size()) {
            throw new IOException("it has " + file.size() + " bytes, and not " + (part.offset() + length));
        }
        Instant changed = file.lastModifiedTime().toInstant();
        String etag = content.etag() != null ? content.etag() : tag(file, part.offset(), length);
        Instant modified = content.lastModified() != null ? content.lastModified() : changed;
        return new Representation(content, part.offset(), length, etag, HttpDate.wholeSeconds(modified));
    }

    /** Of inode, size and time of change: another file, or another content, has another one. */
    private static String tag(BasicFileAttributes file, long offset, long length) {
        Instant changed = file.lastModifiedTime().toInstant();
        return '"' + Integer.toHexString(Objects.hashCode(file.fileKey())) + '-' + Long.toHexString(file.size()) + '-'
                + Long.toHexString(changed.getEpochSecond()) + '.' + Integer.toHexString(changed.getNano())
                + (length == file.size() ? "" : "-" + Long.toHexString(offset) + '+' + Long.toHexString(length)) + '"';
    }

    /** What a request for it gets. */
    ContentReply reply(HttpHeaders request) {
        if (content.status() != HttpResponseStatus.OK.code()) {
            return ContentReply.whole(this, HttpResponseStatus.valueOf(content.status()));
        }
        switch (Preconditions.evaluate(request, etag, modified)) {
            case FAILED -> {
                return ContentReply.empty(this, HttpResponseStatus.PRECONDITION_FAILED);
            }
            case NOT_MODIFIED -> {
                return ContentReply.empty(this, HttpResponseStatus.NOT_MODIFIED);
            }
            case PROCEED -> { }
        }
        ByteRange range = Preconditions.rangeCounts(request, etag, modified)
                ? ByteRange.parse(request.get(HttpHeaderNames.RANGE), length) : null;
        if (range == null) {
            return ContentReply.whole(this, HttpResponseStatus.OK);
        }
        return range == ByteRange.UNSATISFIABLE
                ? ContentReply.empty(this, HttpResponseStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
                : ContentReply.part(this, range);
    }
}
