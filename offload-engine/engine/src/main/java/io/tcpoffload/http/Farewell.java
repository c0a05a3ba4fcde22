// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The end of a connection that got its answer: we stop sending, and read on for a moment, because unread input would
 * turn our close into a reset that takes the answer away from the client (RFC 9112 section 9.6). When very many do so
 * at once, the next ones are closed without that courtesy.
 */
final class Farewell {

    private static final long LINGER_SECONDS = 2;

    private final AtomicInteger lingering = new AtomicInteger();
    private final int most;

    /** @param most connections that may linger at once */
    Farewell(int most) {
        this.most = most;
    }

    /** Sends the last words and closes. On the connection's event loop, with no other handler in its pipeline. */
    void say(Channel socket, ByteBuf reply) {
        socket.pipeline().addLast(new Discard());
        var timer = socket.eventLoop().schedule(() -> socket.close(), LINGER_SECONDS, TimeUnit.SECONDS);
        boolean linger = lingering.incrementAndGet() <= most;
        socket.closeFuture().addListener(closed -> {
            lingering.decrementAndGet();
            timer.cancel(false);
        });
        socket.writeAndFlush(reply).addListener((ChannelFutureListener) written -> {
            SslHandler tls = socket.pipeline().get(SslHandler.class);
            if (linger && written.isSuccess() && tls != null) {
                tls.closeOutbound();
            } else if (linger && written.isSuccess()) {
                ((DuplexChannel) socket).shutdownOutput();
            } else {
                socket.close();
            }
        });
    }

    private static final class Discard extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ReferenceCountUtil.release(message);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof ChannelInputShutdownEvent && ((DuplexChannel) ctx.channel()).isOutputShutdown()) {
                ctx.close();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
