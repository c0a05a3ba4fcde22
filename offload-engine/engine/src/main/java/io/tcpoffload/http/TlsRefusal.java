// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;

/**
 * Looks at a connection's first byte: a client that begins with a TLS handshake record would take an answer in HTTP for
 * garbage, or wait for one until its request's time is over. First in the pipeline; gone after the first read.
 */
final class TlsRefusal extends ChannelInboundHandlerAdapter {

    /** Fired through the pipeline when the client speaks TLS. */
    static final Object CLIENT_HELLO = new Object();

    /** ContentType handshake, RFC 8446 section 5.1; no HTTP request begins with it. */
    private static final int HANDSHAKE = 22;

    /**
     * A record of its own (RFC 8446 sections 5.1 and 6): alert, TLS 1.0 as every client reads it, two bytes: fatal,
     * handshake_failure.
     */
    private static final byte[] ALERT = {21, 3, 1, 0, 2, 2, 40};

    /** What to answer. */
    static ByteBuf alert() {
        return Unpooled.copiedBuffer(ALERT);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof ByteBuf bytes) || !bytes.isReadable()) {
            ctx.fireChannelRead(message);
            return;
        }
        boolean tls = bytes.getUnsignedByte(bytes.readerIndex()) == HANDSHAKE;
        if (tls) {
            ReferenceCountUtil.release(message);
            ctx.fireUserEventTriggered(CLIENT_HELLO);
        } else {
            ctx.fireChannelRead(message);
        }
        if (!ctx.isRemoved()) {
            ctx.pipeline().remove(this);
        }
    }
}
