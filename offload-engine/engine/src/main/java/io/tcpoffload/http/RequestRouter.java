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
import io.tcpoffload.channel.MediaChannel;
import java.util.List;

/** Decides what a request gets. No state, no I/O. */
final class RequestRouter {

    /** A channel to be served, or else a reply. */
    record Answer(MediaChannel channel, Reply reply) {

        static Answer error(HttpResponseStatus status, String text) {
            return new Answer(null, new Reply(status).text(text));
        }
    }

    private final ChannelDirectory directory;

    RequestRouter(ChannelDirectory directory) {
        this.directory = directory;
    }

    /** @param local our {@code address:port}, for a client that names no host */
    Answer route(HttpRequest request, String local) {
        if (request.decoderResult().isFailure()) {
            return malformed(request.decoderResult());
        }
        HttpVersion version = request.protocolVersion();
        if (!version.equals(HttpVersion.HTTP_1_1) && !version.equals(HttpVersion.HTTP_1_0)) {
            return Answer.error(HttpResponseStatus.HTTP_VERSION_NOT_SUPPORTED, "this server speaks HTTP/1.1 and 1.0");
        }
        if (!request.method().equals(HttpMethod.GET) && !request.method().equals(HttpMethod.HEAD)) {
            return new Answer(null, new Reply(HttpResponseStatus.METHOD_NOT_ALLOWED).field("Allow", "GET, HEAD")
                    .text("only GET and HEAD are possible here"));
        }
        List<String> hosts = request.headers().getAll(HttpHeaderNames.HOST);
        boolean mayOmit = version.equals(HttpVersion.HTTP_1_0);
        if (hosts.size() > 1 || hosts.isEmpty() && !mayOmit || hosts.size() == 1 && !RequestTarget.isHost(hosts.get(0))) {
            return Answer.error(HttpResponseStatus.BAD_REQUEST, "exactly one valid Host field is needed");
        }
        if (hasBody(request)) {
            return Answer.error(HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE, "a request with a body is not accepted");
        }
        String path = RequestTarget.path(request.uri());
        return path == null ? Answer.error(HttpResponseStatus.BAD_REQUEST, "the request target is malformed")
                : find(path, hosts.isEmpty() ? local : hosts.get(0));
    }

    private Answer find(String path, String host) {
        if (path.equals("/")) {
            return new Answer(null, Pages.index(host, directory));
        }
        if (path.equals("/playlist.m3u")) {
            return new Answer(null, Pages.playlist(host, directory.list()));
        }
        MediaChannel channel = directory.find(path.substring(1));
        return channel != null ? new Answer(channel, null)
                : Answer.error(HttpResponseStatus.NOT_FOUND, "no such channel; / lists those there are");
    }

    private static boolean hasBody(HttpRequest request) {
        List<String> lengths = request.headers().getAll(HttpHeaderNames.CONTENT_LENGTH);
        return request.headers().contains(HttpHeaderNames.TRANSFER_ENCODING)
                || !lengths.isEmpty() && !lengths.equals(List.of("0"));
    }

    private static Answer malformed(DecoderResult result) {
        if (result.cause() instanceof TooLongHttpLineException) {
            return Answer.error(HttpResponseStatus.REQUEST_URI_TOO_LONG, "the request line is too long");
        }
        if (result.cause() instanceof TooLongFrameException) {
            return Answer.error(HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "the header fields are too large");
        }
        return Answer.error(HttpResponseStatus.BAD_REQUEST, "this is not an HTTP request");
    }
}
