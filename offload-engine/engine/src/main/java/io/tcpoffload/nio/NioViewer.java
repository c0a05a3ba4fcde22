// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.nio;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.tcpoffload.api.SessionInfo;
import io.tcpoffload.channel.ChannelCounter;
import io.tcpoffload.channel.CloseReason;
import io.tcpoffload.channel.Cursor;
import io.tcpoffload.channel.Extent;
import io.tcpoffload.channel.MediaChannel;
import io.tcpoffload.channel.Step;
import io.tcpoffload.channel.TsPacket;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One viewer: copies from the store into one buffer, writes it, and takes the next when the kernel has it. Whatever a
 * viewer does, it holds no more than that buffer and the rest of one packet. Runs on its socket's event loop.
 */
final class NioViewer extends ChannelInboundHandlerAdapter implements ChannelFutureListener {

    private static final Logger LOG = LoggerFactory.getLogger(NioViewer.class);
    /** One buffer: the kernel takes more in several calls anyway. */
    private static final int CHUNK_BYTES = 64 << 10;
    /** Chunks for one viewer before the others get their turn: 1 MiB. */
    private static final int CHUNKS_A_TURN = 16;
    /** How often a viewer is looked at within the time it may stall. */
    private static final int STALL_CHECKS = 4;

    private final Channel socket;
    private final MediaChannel media;
    private final Cursor cursor;
    private final NioLimits limits;
    private final ByteBuffer memory;
    private final Extent extent = new Extent();
    private final Runnable nextTurn = this::pump;
    private final ViewerInfo info;

    private int pendingWrites;
    private long pendingBytes;
    private ByteBuf inFlight;
    private int inFlightLeft;
    private long progressNanos;
    private boolean ending;
    private boolean grace;
    private boolean inputShut;

    NioViewer(Channel socket, Cursor cursor, long sentBytes, NioLimits limits) {
        this.socket = socket;
        this.media = cursor.channel();
        this.limits = limits;
        this.cursor = cursor;
        this.memory = media.store().memory();
        this.info = new ViewerInfo(cursor.viewer().id(), socket, cursor, sentBytes);
    }

    EventLoop loop() {
        return socket.eventLoop();
    }

    SessionInfo info() {
        return info.toSessionInfo();
    }

    /** Sends the head and begins. */
    void start(ByteBuf responseHead) {
        socket.closeFuture().addListener(f -> cursor.close());
        socket.pipeline().addLast(this);
        if (socket.isActive()) {
            SocketTuning.apply(socket, limits);
        }
        long period = limits.stall().toNanos() / STALL_CHECKS;
        var watch = loop().scheduleAtFixedRate(this::closeWhenStalled, period, period, TimeUnit.NANOSECONDS);
        socket.closeFuture().addListener(f -> watch.cancel(false));
        if (responseHead != null) {
            write(responseHead);
        }
        socket.config().setAutoRead(true);
        wake();
    }

    /** The channel has more, or has closed. */
    void wake() {
        if (pendingWrites == 0) {
            pump();
        } else if (cursor.isTooSlow()) {
            if (cursor.next(extent) == Step.CLOSE) {
                close();
            }
        } else if (cursor.rescue(extent)) {
            sendExtent();
        }
        if (!media.isOpen()) {
            startGrace();
        }
    }

    private void pump() {
        for (int i = 0; pendingWrites == 0 && !ending; i++) {
            if (i == CHUNKS_A_TURN) {
                loop().execute(nextTurn);
                return;
            }
            switch (cursor.next(extent)) {
                case DATA -> sendExtent();
                case CLOSE -> close();
                case NONE -> {
                    return;
                }
            }
        }
    }

    private void sendExtent() {
        int length = chunkLength();
        ByteBuf chunk = socket.alloc().directBuffer(length);
        memory.clear().position(extent.memoryOffset()).limit(extent.memoryOffset() + length);
        chunk.writeBytes(memory);
        if (!media.store().stillValid(extent.position())) {
            chunk.release();
            return;
        }
        cursor.advance(length);
        pendingBytes += length;
        write(chunk);
    }

    /**
     * Ends at a packet's end: one segment more may overwrite what comes next, and then a viewer within a packet could
     * not go on at the newest segment.
     */
    private int chunkLength() {
        if (extent.length() <= CHUNK_BYTES) {
            return extent.length();
        }
        int over = (int) ((extent.position() + CHUNK_BYTES - extent.segmentStart()) % TsPacket.SIZE);
        return CHUNK_BYTES - over;
    }

    private void write(ByteBuf buffer) {
        if (pendingWrites++ == 0) {
            inFlight = buffer;
            inFlightLeft = buffer.readableBytes();
            progressNanos = System.nanoTime();
        }
        ChannelFuture written = socket.writeAndFlush(buffer);
        if (written.isDone()) {
            completed(written);
        } else {
            written.addListener(this);
        }
    }

    private void completed(ChannelFuture written) {
        pendingWrites--;
        inFlight = null;
        progressNanos = System.nanoTime();
        if (!written.isSuccess()) {
            failed(written.cause());
        } else if (pendingWrites == 0) {
            info.addSent(pendingBytes);
            pendingBytes = 0;
        }
    }

    @Override
    public void operationComplete(ChannelFuture written) {
        completed(written);
        if (ending && pendingWrites == 0) {
            shutdown();
        }
        pump();
    }

    private void closeWhenStalled() {
        if (pendingWrites == 0) {
            return;
        }
        if (inFlight != null && inFlight.readableBytes() < inFlightLeft) {
            inFlightLeft = inFlight.readableBytes();
            progressNanos = System.nanoTime();
        } else if (System.nanoTime() - progressNanos >= limits.stall().toNanos()) {
            LOG.info("viewer {} of channel {} took nothing for {} s: disconnected", info.remote(), media.name(),
                    limits.stall().toSeconds());
            media.counters().add(ChannelCounter.DEAD_CLOSED, 1);
            cursor.viewer().failed(cursor, "took nothing for " + limits.stall().toSeconds() + " s");
            socket.close();
        }
    }

    /** As the cursor says. A viewer that has all of an ended channel is let go in good order. */
    private void close() {
        if (cursor.closeReason() == CloseReason.CHANNEL_CLOSED) {
            endInOrder();
        } else {
            LOG.info("viewer {} of channel {} is too slow ({}): disconnected {} bytes behind", info.remote(),
                    media.name(), cursor.closeReason(), cursor.lag());
            ending = true;
            socket.close();
        }
    }

    /** Disconnects, after what is under way; if the channel has ended, after all of it. From any thread. */
    void finish() {
        loop().execute(media.isOpen() ? this::endInOrder : this::wake);
    }

    /** As {@link #finish()}, because somebody wants it so. From any thread. */
    boolean disconnect(String reason) {
        cursor.endsBecause(reason);
        loop().execute(this::endInOrder);
        return true;
    }

    private void endInOrder() {
        ending = true;
        startGrace();
        if (pendingWrites == 0) {
            shutdown();
        }
    }

    /** Not a plain close: input that crosses it would make it a reset and cost the viewer the end of the stream. */
    private void shutdown() {
        SslHandler tls = socket.pipeline().get(SslHandler.class);
        if (inputShut) {
            socket.close();
        } else if (tls != null) {
            tls.closeOutbound();
        } else {
            ((DuplexChannel) socket).shutdownOutput();
        }
    }

    private void startGrace() {
        if (!grace) {
            grace = true;
            loop().schedule(() -> socket.close(), limits.closeGrace().toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    /** What a viewer says after its request is of no interest. */
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ReferenceCountUtil.release(message);
    }

    /** A viewer that half-closes still gets its stream. */
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            inputShut = true;
            info.halfClosed();
            if (ending && pendingWrites == 0) {
                socket.close();
            }
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        failed(cause);
    }

    private void failed(Throwable cause) {
        if (!ending) {
            ending = true;
            LOG.debug("viewer {} of channel {} left: {}", info.remote(), media.name(), cause.toString());
            if (String.valueOf(cause.getMessage()).contains("timed out")) {
                media.counters().add(ChannelCounter.DEAD_CLOSED, 1);
            }
            cursor.viewer().failed(cursor, "the connection failed: " + cause.getMessage());
        }
        socket.close();
    }
}
