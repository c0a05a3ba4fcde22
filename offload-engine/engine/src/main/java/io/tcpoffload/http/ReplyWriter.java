// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.DefaultFileRegion;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.stream.ChunkedNioFile;
import io.netty.handler.stream.ChunkedWriteHandler;
import io.tcpoffload.api.Content;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Lets the kernel send a content: bytes from memory, files from the page cache (sendfile). On the event loop. */
final class ReplyWriter {

    private static final int TLS_CHUNK_BYTES = 64 << 10;

    private final Duration stall;

    /** @param stall how long a client may take nothing before it counts as gone */
    ReplyWriter(Duration stall) {
        this.stall = stall;
    }

    /**
     * Sends head and body.
     *
     * @param withBody false for the answer to HEAD
     * @param then     gets whether all of it was sent, when it was
     * @throws IOException if the file can't be opened; nothing has been sent then
     */
    void write(Channel socket, ContentReply reply, boolean withBody, boolean persist, Consumer<Boolean> then)
            throws IOException {
        Content.Body body = reply.source().content().body();
        ByteBuf head = Unpooled.wrappedBuffer(reply.head(persist));
        if (!withBody || reply.length() == 0) {
            finish(socket, socket.writeAndFlush(head), head::readerIndex, then);
        } else if (body instanceof Content.FilePart part) {
            FileChannel file = FileChannel.open(part.file(), StandardOpenOption.READ);
            boolean tls = socket.pipeline().get(SslHandler.class) != null;
            socket.write(head);
            if (tls) {
                writeChunks(socket, file, reply, then);
            } else {
                DefaultFileRegion region = new DefaultFileRegion(file, reply.offset(), reply.length());
                finish(socket, socket.writeAndFlush(region), region::transferred, then);
            }
        } else {
            var bytes = ((Content.Bytes) body).buffer();
            ByteBuf all = Unpooled.wrappedBuffer(head, Unpooled.wrappedBuffer(bytes.slice(
                    bytes.position() + (int) reply.offset(), (int) reply.length())));
            finish(socket, socket.writeAndFlush(all), all::readerIndex, then);
        }
    }

    private void writeChunks(Channel socket, FileChannel file, ContentReply reply, Consumer<Boolean> then)
            throws IOException {
        if (socket.pipeline().get(ChunkedWriteHandler.class) == null) {
            socket.pipeline().addAfter(socket.pipeline().context(SslHandler.class).name(), null, new ChunkedWriteHandler());
        }
        var chunks = new ChunkedNioFile(file, reply.offset(), reply.length(), TLS_CHUNK_BYTES);
        finish(socket, socket.writeAndFlush(chunks), chunks::currentOffset, then);
    }

    private void finish(Channel socket, ChannelFuture written, LongSupplier progress, Consumer<Boolean> then) {
        if (written.isDone()) {
            then.accept(written.isSuccess());
            return;
        }
        var watch = new ReplyWatch(socket, stall, progress);
        written.addListener(done -> {
            watch.end();
            then.accept(done.isSuccess());
        });
    }
}
