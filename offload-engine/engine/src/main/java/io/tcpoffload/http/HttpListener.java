// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslHandler;
import io.tcpoffload.api.ListenerSpec;
import io.tcpoffload.api.OffloadException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import javax.net.ssl.SSLEngine;

/** One bound {@code host:port} and the channels behind it. Bound from construction to {@link #close()}. Thread-safe. */
public final class HttpListener implements AutoCloseable {

    private final Channel server;
    private final HeadGate gate;
    private final RequestRouter router;
    private final Concierge concierge;
    private final ReplySender sender;
    private final HttpCounters counters = new HttpCounters();

    /**
     * Binds.
     *
     * @param spec      address and settings; port 0 for a free one, {@code [::]} also takes IPv4 viewers
     * @param loops     whose threads to run on
     * @param directory what to offer
     * @param front     whom to ask
     * @param limits    bounds on what outsiders can make it hold
     * @throws OffloadException if it can't be bound; the message names address, cause and remedy
     */
    public HttpListener(ListenerSpec spec, EventLoops loops, ChannelDirectory directory, Front front, HttpLimits limits) {
        int colon = spec.address().lastIndexOf(':');
        String host = spec.address().substring(0, colon);
        int port = Integer.parseInt(spec.address().substring(colon + 1));
        var address = new InetSocketAddress(host, port);
        if (address.isUnresolved()) {
            throw new OffloadException("listener " + host + ":" + port + " can't be bound: unknown host; "
                    + "use an address of this machine");
        }
        gate = new HeadGate(limits, counters, System::nanoTime);
        router = new RequestRouter(directory);
        concierge = new Concierge(directory, front, router);
        sender = new ReplySender(limits.stall(), directory.files(), loops, this::goOn);
        ServerBootstrap bootstrap = new ServerBootstrap().group(loops.group()).channel(loops.serverChannel())
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.SO_BACKLOG, spec.backlog())
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel socket) {
                        counters.increment(HttpCounter.ACCEPTED);
                        if (gate.enter(socket)) {
                            socket.pipeline().addLast(spec.sslContext() == null ? new TlsRefusal() : tls(spec));
                            attend(socket, true);
                        }
                    }
                });
        setBuffers(bootstrap, spec);
        ChannelFuture bind = bootstrap.bind(address).awaitUninterruptibly();
        if (!bind.isSuccess()) {
            throw new OffloadException("listener " + host + ":" + port + " can't be bound: " + explain(bind.cause(),
                    port), bind.cause());
        }
        server = bind.channel();
    }

    private void attend(Channel socket, boolean first) {
        var decoder = new RequestQueue.Decoder(gate.limits());
        var queue = new RequestQueue(decoder);
        socket.pipeline().addLast(decoder, queue,
                new FrontHandler(router, concierge, queue, sender, gate, counters, first));
    }

    /** A connection that had its answer from elsewhere. */
    private void goOn(Channel socket, boolean persist) {
        if (!persist) {
            gate.farewell().say(socket, socket.alloc().buffer(0));
        } else if (gate.enterAgain(socket)) {
            socket.closeFuture().addListener(closed -> gate.leave(socket));
            attend(socket, false);
            socket.config().setAutoRead(true);
        } else {
            socket.close();
        }
    }

    private static SslHandler tls(ListenerSpec spec) {
        SSLEngine engine = spec.sslContext().createSSLEngine();
        engine.setUseClientMode(false);
        engine.setNeedClientAuth(spec.clientAuth());
        return new SslHandler(engine);
    }

    /** Accepted sockets inherit the listening one's; the window scale depends on it, so it can't be set later. */
    private static void setBuffers(ServerBootstrap bootstrap, ListenerSpec spec) {
        if (spec.receiveBuffer() > 0) {
            bootstrap.option(ChannelOption.SO_RCVBUF, spec.receiveBuffer());
        }
        if (spec.sendBuffer() > 0) {
            bootstrap.childOption(ChannelOption.SO_SNDBUF, spec.sendBuffer());
        }
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

    /**
     * Stops listening, and lets go who has no request under way. Viewers being served stay: they belong to their transports.
     * Idempotent; from any thread.
     */
    @Override
    public void close() {
        ChannelFuture closing = server.close();
        gate.close();
        if (!server.eventLoop().inEventLoop()) {
            closing.awaitUninterruptibly();
        }
    }
}
