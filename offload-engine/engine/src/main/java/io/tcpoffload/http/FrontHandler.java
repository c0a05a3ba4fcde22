// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.NetUtil;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import io.tcpoffload.channel.MediaChannel;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connection from its acceptance until it is handed to a transport, or answered and closed. */
final class FrontHandler extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(FrontHandler.class);

    private final ChannelDirectory directory;
    private final RequestRouter router;
    private final HeadGate gate;
    private final HttpCounters counters;
    private ScheduledFuture<?> deadline;
    private MediaChannel admitted;
    private boolean answered;

    FrontHandler(ChannelDirectory directory, HeadGate gate, HttpCounters counters) {
        this.directory = directory;
        this.router = new RequestRouter(directory);
        this.gate = gate;
        this.counters = counters;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        deadline = ctx.executor().schedule(() -> tooSlow(ctx), gate.limits().headDeadline().toNanos(),
                TimeUnit.NANOSECONDS);
    }

    private void tooSlow(ChannelHandlerContext ctx) {
        if (!answered) {
            counters.increment(HttpCounter.SLOW_HEADS);
            answer(ctx, new Reply(HttpResponseStatus.REQUEST_TIMEOUT).text("the request did not come in time"), true);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            if (answered) {
                return;
            }
            if (message instanceof HttpRequest request) {
                route(ctx, request);
            }
            if (message instanceof LastHttpContent && admitted != null) {
                serve(ctx);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void route(ChannelHandlerContext ctx, HttpRequest request) {
        var local = NetUtil.toSocketAddressString((InetSocketAddress) ctx.channel().localAddress());
        var answer = router.route(request, local);
        boolean withBody = !request.method().equals(HttpMethod.HEAD);
        if (answer.channel() == null) {
            counters.increment(answer.reply().status().code() < 400 ? HttpCounter.PAGES : HttpCounter.REFUSED);
            answer(ctx, answer.reply(), withBody);
        } else if (withBody) {
            admitted = answer.channel();
        } else {
            counters.increment(HttpCounter.PAGES);
            answer(ctx, mediaHead(answer.channel()), false);
        }
    }

    /** No Content-Length: the body ends with the connection (RFC 9112 section 6.3, rule 8). */
    private static Reply mediaHead(MediaChannel channel) {
        return new Reply(HttpResponseStatus.OK).field("Content-Type", channel.spec().contentType());
    }

    private void serve(ChannelHandlerContext ctx) {
        Channel socket = ctx.channel();
        counters.increment(HttpCounter.SERVED);
        socket.config().setAutoRead(false);
        detach(socket);
        ByteBuf head = mediaHead(admitted).encode(socket.alloc(), true);
        directory.transport(admitted).serve(socket, head, admitted);
    }

    private void answer(ChannelHandlerContext ctx, Reply reply, boolean withBody) {
        Channel socket = ctx.channel();
        detach(socket);
        gate.farewell().say(socket, reply.encode(socket.alloc(), withBody));
    }

    private void refuseTls(ChannelHandlerContext ctx) {
        Channel socket = ctx.channel();
        counters.increment(HttpCounter.TLS_REFUSED);
        LOG.debug("{} speaks TLS to {}, which speaks HTTP: refused; its URL has to begin with http://",
                socket.remoteAddress(), socket.localAddress());
        detach(socket);
        gate.farewell().say(socket, TlsRefusal.alert());
    }

    private void detach(Channel socket) {
        answered = true;
        deadline.cancel(false);
        gate.leave(socket);
        socket.pipeline().remove(HttpRequestDecoder.class);
        socket.pipeline().remove(this);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            ctx.close();
        } else if (event == TlsRefusal.CLIENT_HELLO && !answered) {
            refuseTls(ctx);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (!answered) {
            answered = true;
            counters.increment(HttpCounter.GONE);
        }
        deadline.cancel(false);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.debug("{}: {}", ctx.channel(), cause.toString());
        ctx.close();
    }
}
