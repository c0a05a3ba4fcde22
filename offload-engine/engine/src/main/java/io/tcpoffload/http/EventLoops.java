// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The threads that run all listeners and the ordinary transport: Netty's epoll loops where their library loads, the
 * JDK's selector elsewhere.
 */
public final class EventLoops implements AutoCloseable {

    private static final long CLOSE_SECONDS = 5;

    private final EventLoopGroup group;
    private final boolean epoll;

    /**
     * @param threads 1 or more
     * @param preferEpoll whether epoll is wanted; it is used where it can be had
     */
    public EventLoops(int threads, boolean preferEpoll) {
        epoll = preferEpoll && Epoll.isAvailable();
        var names = new DefaultThreadFactory("tcpoffload-http", true);
        group = epoll ? new EpollEventLoopGroup(threads, names) : new NioEventLoopGroup(threads, names);
    }

    public EventLoopGroup group() {
        return group;
    }

    public Class<? extends ServerSocketChannel> serverChannel() {
        return epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    }

    public boolean isEpoll() {
        return epoll;
    }

    /**
     * Gives a connected, non-blocking TCP socket to one of the loops, with {@link #isEpoll() epoll} only.
     *
     * @param fd     closed with the channel
     * @param onLoop called on that loop's thread
     * @param onGone called instead when the connection is over already, or the loops are closing
     */
    public void adopt(int fd, Consumer<Channel> onLoop, Runnable onGone) {
        EpollSocketChannel socket = new EpollSocketChannel(fd);
        socket.config().setAutoRead(false).setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        socket.config().setOption(ChannelOption.TCP_NODELAY, true);
        group.register(socket).addListener(registered -> {
            if (registered.isSuccess() && socket.isActive()) {
                onLoop.accept(socket);
            } else {
                socket.close();
                onGone.run();
            }
        });
    }

    /** What runs and why, in one line. */
    public String describe() {
        return epoll ? "epoll" : "JDK selector" + (Epoll.unavailabilityCause() == null ? ""
                : ", as epoll can't be had: " + Epoll.unavailabilityCause().getMessage());
    }

    /** Ends the threads; waits up to five seconds for them. */
    @Override
    public void close() {
        group.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly(CLOSE_SECONDS,
                TimeUnit.SECONDS);
    }
}
