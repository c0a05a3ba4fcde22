// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.tcpoffload.api.OffloadException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** One bound {@code host:port} and the channels behind it. Bound from construction to {@link #close()}. Thread-safe. */
public final class HttpListener implements AutoCloseable {

    /** Viewers that come at once, as after a power cut: the kernel keeps their handshakes for us. */
    private static final int BACKLOG = 1024;

    private final Channel server;
    private final HttpCounters counters = new HttpCounters();

    /**
     * Binds.
     *
     * @param host      name, IPv4 address, or IPv6 address in brackets; {@code [::]} also takes IPv4 viewers
     * @param port      0 to 65535, 0 for a free one
     * @param loops     whose threads to run on
     * @param directory what to offer
     * @param limits    bounds on what outsiders can make it hold
     * @throws OffloadException if it can't be bound; the message names address, cause and remedy
     */
    public HttpListener(String host, int port, EventLoops loops, ChannelDirectory directory, HttpLimits limits) {
        var address = new InetSocketAddress(host, port);
        if (address.isUnresolved()) {
            throw new OffloadException("listener " + host + ":" + port + " can't be bound: unknown host; "
                    + "use an address of this machine");
        }
        var gate = new HeadGate(limits, counters, System::nanoTime);
        ChannelFuture bind = new ServerBootstrap().group(loops.group()).channel(loops.serverChannel())
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel socket) {
                        counters.increment(HttpCounter.ACCEPTED);
                        if (gate.enter(socket)) {
                            socket.pipeline().addLast(new TlsRefusal());
                            socket.pipeline().addLast(new HttpRequestDecoder(new HttpDecoderConfig()
                                    .setMaxInitialLineLength(limits.requestLineBytes())
                                    .setMaxHeaderSize(limits.headBytes())));
                            socket.pipeline().addLast(new FrontHandler(directory, gate, counters));
                        }
                    }
                }).bind(address).awaitUninterruptibly();
        if (!bind.isSuccess()) {
            throw new OffloadException("listener " + host + ":" + port + " can't be bound: " + explain(bind.cause(),
                    port), bind.cause());
        }
        server = bind.channel();
    }

    private static String explain(Throwable cause, int port) {
        String text = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
        if (text.contains("in use")) {
            return "port in use; choose another port, or stop the program that has it (ss -ltnp 'sport = :" + port
                    + "' names it)";
        }
        if (text.contains("denied") || text.contains("not permitted")) {
            return "permission denied; ports below 1024 need root or CAP_NET_BIND_SERVICE, choose a higher one";
        }
        if (text.contains("assign") || cause instanceof UnresolvedAddressException
                || cause instanceof UnknownHostException) {
            return "not an address of this machine; use one that 'ip address' lists, or 0.0.0.0 for all";
        }
        return cause.toString();
    }

    /** Address and port, the real port where 0 was asked for. */
    public InetSocketAddress boundAddress() {
        return (InetSocketAddress) server.localAddress();
    }

    /** Everything counted since it was bound, by name. */
    public Map<String, Long> counters() {
        Map<String, Long> map = new TreeMap<>();
        for (HttpCounter counter : HttpCounter.values()) {
            map.put(counter.name().toLowerCase(Locale.ROOT), counters.get(counter));
        }
        return map;
    }

    /** Stops listening. Viewers being served stay: they belong to their transports. Idempotent; from any thread. */
    @Override
    public void close() {
        ChannelFuture closing = server.close();
        if (!server.eventLoop().inEventLoop()) {
            closing.awaitUninterruptibly();
        }
    }
}
