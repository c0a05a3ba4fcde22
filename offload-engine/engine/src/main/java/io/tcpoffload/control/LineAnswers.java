// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.control;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers a client's lines, each as soon as it is there. One handler for the whole way, because whoever asks after a pause
 * waits for each step's cold caches. The socket's thread.
 */
final class LineAnswers extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(LineAnswers.class);

    /** A path has 4096 bytes at most; nothing else is long. */
    static final int MAX_LINE_BYTES = 8192;

    private final UnaryOperator<String> commands;
    private final byte[] line = new byte[MAX_LINE_BYTES];
    private int length;
    private boolean tooLong;

    /** @param commands gives the answer to a line */
    LineAnswers(UnaryOperator<String> commands) {
        this.commands = commands;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            while (bytes.isReadable() && !tooLong) {
                take(context, bytes.readByte());
            }
        } finally {
            bytes.release();
        }
    }

    private void take(ChannelHandlerContext context, byte next) {
        if (next == '\n') {
            String whole = new String(line, 0, length, StandardCharsets.UTF_8);
            length = 0;
            if (!whole.isBlank()) {
                say(context, commands.apply(whole));
            }
        } else if (length < MAX_LINE_BYTES) {
            line[length++] = next;
        } else {
            tooLong = true;
            say(context, "error a line is too long: at most " + MAX_LINE_BYTES + " bytes may be")
                    .addListener(done -> context.close());
        }
    }

    private static ChannelFuture say(ChannelHandlerContext context, String answer) {
        return context.writeAndFlush(ByteBufUtil.writeUtf8(context.alloc(), answer + "\n"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        LOG.debug("A client of the control socket is gone: {}", cause.toString());
        context.close();
    }
}
