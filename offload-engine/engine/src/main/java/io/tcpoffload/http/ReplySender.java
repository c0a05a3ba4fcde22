// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.stream.ChunkedNioFile;
import io.netty.handler.stream.ChunkedWriteHandler;
import io.tcpoffload.api.Content;
import io.tcpoffload.channel.FileTransport;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends contents: by the kernel - bytes from memory, files from the page cache (sendfile) - or, what is large enough, by a
 * {@link FileTransport}. On the connection's event loop.
 */
final class ReplySender {

    private static final Logger LOG = LoggerFactory.getLogger(ReplySender.class);

    private static final int TLS_CHUNK_BYTES = 64 << 10;
    /** What the kernel sends of a response in any case: a segment or two. */
    private static final int TAIL_BYTES = 2048;

    private final Duration stall;
    private final FileTransport files;
    private final EventLoops loops;
    private final BiConsumer<Channel, Boolean> goOn;

    /**
     * @param stall how long a client may take nothing before it counts as gone
     * @param goOn  gets connections that had their response from a file transport, on their loops, and whether they persist
     */
    ReplySender(Duration stall, FileTransport files, EventLoops loops, BiConsumer<Channel, Boolean> goOn) {
        this.stall = stall;
        this.files = files;
        this.loops = loops;
        this.goOn = goOn;
    }

    /** Whether that is for the file transport. */
    boolean wants(Channel socket, ContentReply reply) {
        return reply.source().content().body() instanceof Content.FilePart && reply.length() > TAIL_BYTES
                && files.wants(reply.length())
                && socket instanceof EpollSocketChannel;
    }

    /**
     * Gives the connection to the file transport.
     *
     * @param otherwise called on the socket's loop when it is here again, with nothing sent
     * @throws IOException if the file can't be opened; nothing has changed then
     */
    void sendElsewhere(Channel socket, ContentReply reply, boolean persist, Runnable otherwise) throws IOException {
        FileChannel file = FileChannel.open(((Content.FilePart) reply.source().content().body()).file(),
                StandardOpenOption.READ);
        long most = reply.length() - TAIL_BYTES;
        var parcel = new FileTransport.Reply(socket, reply.head(persist), file, reply.offset(), most);
        socket.deregister().addListener(free -> files.send(parcel, new FileTransport.Outcome() {
            @Override
            public void goesOn(int fd, long sent) {
                loops.adopt(fd, again -> {
                    var region = new DefaultFileRegion(file, reply.offset() + sent, reply.length() - sent);
                    finish(again, again.writeAndFlush(region), region::transferred,
                            done -> goOn.accept(again, done && persist));
                }, () -> close(file));
            }

            @Override
            public void over() {
                close(file);
                LOG.debug("{}: over with its response", socket);
            }

            @Override
            public void refused(String reason) {
                LOG.debug("{}: by the kernel, {}", socket, reason);
                close(file);
                loops.group().register(socket).addListener(here -> socket.eventLoop().execute(otherwise));
            }
        }));
    }

    private static void close(FileChannel file) {
        try {
            file.close();
        } catch (IOException e) {
            LOG.debug("It was only read: {}", e.toString());
        }
    }

    /**
     * Sends head and body.
     *
     * @param withBody false for the answer to HEAD
     * @param then     gets whether all of it was sent, when it was
     * @throws IOException if the file can't be opened; nothing has been sent then
     */
    void send(Channel socket, ContentReply reply, boolean withBody, boolean persist, Consumer<Boolean> then)
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
