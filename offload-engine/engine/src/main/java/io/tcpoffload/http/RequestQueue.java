// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.flow.FlowControlHandler;

/**
 * Keeps what a client sends ahead until the request before it has been answered, and knows whether there is any. On the
 * connection's event loop.
 */
final class RequestQueue extends FlowControlHandler {

    /** Decodes requests for the queue. */
    static final class Decoder extends HttpRequestDecoder {

        Decoder(HttpLimits limits) {
            super(new HttpDecoderConfig().setMaxInitialLineLength(limits.requestLineBytes())
                    .setMaxHeaderSize(limits.headBytes()));
        }

        private boolean isEmpty() {
            return actualReadableBytes() == 0;
        }
    }

    private final Decoder decoder;
    private long queued;

    RequestQueue(Decoder decoder) {
        this.decoder = decoder;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
        queued++;
        super.channelRead(ctx, message);
    }

    /** @param taken messages that have come out so far */
    boolean isEmpty(long taken) {
        return queued == taken && decoder.isEmpty();
    }
}
