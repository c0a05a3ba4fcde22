// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.http;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.tcpoffload.api.AccessRule;
import io.tcpoffload.api.PathTemplate;
import io.tcpoffload.api.ViewerRequest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** One request that can be dealt with. */
final class Asked {

    private static final String BEARER = "Bearer ";
    private static final Pattern TARGET = Pattern.compile("/[\\x21-\\x7e]{0,1700}");

    private final HttpRequest request;
    private final RequestRouter.Wanted wanted;
    private final InetSocketAddress remote;
    private final InetSocketAddress local;
    private final long session;

    /** @param session the id that its viewer would have */
    Asked(HttpRequest request, RequestRouter.Wanted wanted, Channel socket, long session) {
        this.request = request;
        this.wanted = wanted;
        this.remote = (InetSocketAddress) socket.remoteAddress();
        this.local = (InetSocketAddress) socket.localAddress();
        this.session = session;
    }

    HttpRequest request() {
        return request;
    }

    RequestRouter.Wanted wanted() {
        return wanted;
    }

    String path() {
        return wanted.path();
    }

    /** Path and query as another server is to be asked for them; {@code /} where they can't stand in a header field. */
    String target() {
        return TARGET.matcher(request.uri()).matches() ? request.uri() : "/";
    }

    long session() {
        return session;
    }

    InetSocketAddress remote() {
        return remote;
    }

    InetSocketAddress local() {
        return local;
    }

    InetAddress address() {
        return remote.getAddress();
    }

    boolean isHead() {
        return request.method().equals(HttpMethod.HEAD);
    }

    /** Whether the client lets the connection be used again (RFC 9112 section 9.3). */
    boolean mayPersist() {
        return HttpUtil.isKeepAlive(request);
    }

    /** The channel it names if no handler's template says otherwise. */
    String channel(Map<String, String> variables) {
        String named = variables.get(PathTemplate.CHANNEL);
        return named != null ? named : path().substring(1);
    }

    /** What it brought by query or as bearer token (RFC 6750 section 2); empty if nothing. */
    String token(AccessRule rule) {
        String token = RequestTarget.parameter(wanted.query(), rule.tokenParameter());
        String field = request.headers().get(HttpHeaderNames.AUTHORIZATION);
        return token.isEmpty() && field != null && field.regionMatches(true, 0, BEARER, 0, BEARER.length())
                ? field.substring(BEARER.length()).strip() : token;
    }

    ViewerRequest toViewerRequest(Handlers.Match match, ChannelDirectory directory, String token) {
        String channel = channel(match.variables());
        List<Map.Entry<String, String>> headers = List.copyOf(request.headers().entries());
        return new ViewerRequest(session, request.method().name(), path(), wanted.query(), Map.copyOf(match.variables()),
                headers, channel, directory.find(channel) != null, token, remote, local);
    }
}
