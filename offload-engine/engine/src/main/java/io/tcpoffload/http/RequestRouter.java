// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.http;

import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.tcpoffload.api.ViewerRequest;
import java.util.List;

/** Decides whether a request can be dealt with, and what of it is a page of the engine's own. No state, no I/O. */
final class RequestRouter {

    /**
     * What a request asks for, or else the reply that it gets for being wrong.
     *
     * @param path  decoded, beginning with a slash; null with a reply
     * @param query as sent
     * @param host  for URLs that are given out
     */
    record Wanted(String path, String query, String host, Reply reply) {

        static Wanted error(HttpResponseStatus status, String text) {
            return new Wanted(null, null, null, new Reply(status).text(text));
        }
    }

    private static final String INDEX = "/";
    private static final String PLAYLIST = "/playlist.m3u";

    private final ChannelDirectory directory;

    RequestRouter(ChannelDirectory directory) {
        this.directory = directory;
    }

    /** @param local our {@code address:port}, for a client that names no host */
    Wanted read(HttpRequest request, String local) {
        if (request.decoderResult().isFailure()) {
            return malformed(request.decoderResult());
        }
        HttpVersion version = request.protocolVersion();
        if (!version.equals(HttpVersion.HTTP_1_1) && !version.equals(HttpVersion.HTTP_1_0)) {
            return Wanted.error(HttpResponseStatus.HTTP_VERSION_NOT_SUPPORTED, "this server speaks HTTP/1.1 and 1.0");
        }
        if (!request.method().equals(HttpMethod.GET) && !request.method().equals(HttpMethod.HEAD)) {
            return new Wanted(null, null, null, new Reply(HttpResponseStatus.METHOD_NOT_ALLOWED).field("Allow", "GET, HEAD")
                    .text("only GET and HEAD are possible here"));
        }
        List<String> hosts = request.headers().getAll(HttpHeaderNames.HOST);
        boolean mayOmit = version.equals(HttpVersion.HTTP_1_0);
        if (hosts.size() > 1 || hosts.isEmpty() && !mayOmit || hosts.size() == 1 && !RequestTarget.isHost(hosts.get(0))) {
            return Wanted.error(HttpResponseStatus.BAD_REQUEST, "exactly one valid Host field is needed");
        }
        if (hasBody(request)) {
            return Wanted.error(HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE, "a request with a body is not accepted");
        }
        if (request.headers().size() > ViewerRequest.MAX_HEADERS) {
            return Wanted.error(HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "there are too many header fields");
        }
        String path = RequestTarget.path(request.uri());
        return path == null ? Wanted.error(HttpResponseStatus.BAD_REQUEST, "the request target is malformed")
                : new Wanted(path, RequestTarget.query(request.uri()), hosts.isEmpty() ? local : hosts.get(0), null);
    }

    /** The engine's own page at that path; null if there is none. */
    Reply page(Wanted wanted) {
        return switch (wanted.path()) {
            case INDEX -> Pages.index(wanted.host(), directory);
            case PLAYLIST -> Pages.playlist(wanted.host(), directory.list());
            default -> null;
        };
    }

    /** Whether there is a page; a handler takes its place only for this very path. */
    static boolean isPage(String path) {
        return path.equals(INDEX) || path.equals(PLAYLIST);
    }

    private static boolean hasBody(HttpRequest request) {
        List<String> lengths = request.headers().getAll(HttpHeaderNames.CONTENT_LENGTH);
        return request.headers().contains(HttpHeaderNames.TRANSFER_ENCODING)
                || !lengths.isEmpty() && !lengths.equals(List.of("0"));
    }

    private static Wanted malformed(DecoderResult result) {
        if (result.cause() instanceof TooLongHttpLineException) {
            return Wanted.error(HttpResponseStatus.REQUEST_URI_TOO_LONG, "the request line is too long");
        }
        if (result.cause() instanceof TooLongFrameException) {
            return Wanted.error(HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "the header fields are too large");
        }
        return Wanted.error(HttpResponseStatus.BAD_REQUEST, "this is not an HTTP request");
    }
}
