// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.control;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.PeerCredentials;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.tcpoffload.api.OffloadException;
import io.tcpoffload.kernel.SocketFile;
import io.tcpoffload.kernel.Urgency;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves a Unix domain socket: mode 0600 from the first moment, root and the engine's own user only, a line in, a line
 * out. Lines and clients are bounded. Its thread answers before others have a processor, so that an answer does not take
 * longer on a busy machine.
 */
public final class ControlSocket implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ControlSocket.class);

    static final int MAX_CLIENTS = 256;

    private static final long STOP_MS = 1000;
    private static final int WARM_UP_LINES = 300;

    private final Path path;
    private final UnaryOperator<String> commands;
    private final EventLoopGroup loop = new EpollEventLoopGroup(1, new DefaultThreadFactory("tcpoffload-control", true));
    private final EpollServerDomainSocketChannel server = new EpollServerDomainSocketChannel();
    private final long user;
    private final LongAdder served = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private int clients;

    private ControlSocket(Path path, UnaryOperator<String> commands) {
        this.path = path;
        this.commands = commands;
        this.user = SocketFile.user();
    }

    /**
     * Starts to serve. A socket that a dead engine left there is replaced.
     *
     * @param commands gives the answer to a line; called on the socket's thread
     * @throws OffloadException if the path can't be used, or another engine serves it
     */
    public static ControlSocket open(Path path, UnaryOperator<String> commands) {
        ControlSocket socket = new ControlSocket(path, commands);
        try {
            SocketFile.makeRoom(path);
            socket.bind();
            socket.warmUp();
            socket.loop.execute(Urgency::raise);
        } catch (OffloadException e) {
            socket.loop.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS);
            throw e;
        }
        LOG.info("Control socket {}", path);
        return socket;
    }

    /** Clients so far, by what became of them. Any thread. */
    public Map<String, Long> counters() {
        return Map.of("control_clients", served.sum(), "control_clients_refused", refused.sum());
    }

    private void bind() {
        SocketFile.restrict(server.fd().intValue());
        ServerBootstrap bootstrap = new ServerBootstrap().group(loop).channelFactory(() -> server)
                .childHandler(new ChannelInitializer<EpollDomainSocketChannel>() {
                    @Override
                    protected void initChannel(EpollDomainSocketChannel client) {
                        accept(client);
                    }
                });
        Throwable cause = bootstrap.bind(new DomainSocketAddress(path.toFile())).awaitUninterruptibly().cause();
        if (cause != null) {
            throw new OffloadException("control '" + path + "' can't be bound: " + cause.getMessage()
                    + "; a path of at most 107 bytes in a directory that exists is needed");
        }
    }

    /** The first client waits for classes to be loaded: so the first is ourselves. */
    private void warmUp() {
        try (SocketChannel self = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            for (int i = 0; i < WARM_UP_LINES; i++) {
                self.write(StandardCharsets.UTF_8.encode("adopt pid=0 fd=0\n"));
                self.read(ByteBuffer.allocate(LineAnswers.MAX_LINE_BYTES));
            }
        } catch (IOException e) {
            LOG.debug("No warm-up: {}", e.toString());
        }
    }

    private void accept(EpollDomainSocketChannel client) {
        String refusal = refusal(client);
        if (refusal != null) {
            LOG.warn("A client of the control socket is refused: {}", refusal);
            refused.increment();
            client.writeAndFlush(ByteBufUtil.writeUtf8(client.alloc(), "error " + refusal + "\n"))
                    .addListener(done -> client.close());
            return;
        }
        clients++;
        served.increment();
        client.closeFuture().addListener(done -> clients--);
        client.pipeline().addLast(new LineAnswers(commands));
    }

    /** Null when the client is welcome. */
    private String refusal(EpollDomainSocketChannel client) {
        try {
            PeerCredentials peer = client.peerCredentials();
            if (peer.uid() != 0 && peer.uid() != user) {
                return "user " + peer.uid() + " of process " + peer.pid() + " may not use it: user 0 or " + user
                        + " is needed";
            }
        } catch (IOException e) {
            return "its user is not known: " + e.getMessage();
        }
        return clients >= MAX_CLIENTS ? clients + " clients are connected: at most " + MAX_CLIENTS + " may be" : null;
    }

    /** Removes the socket's file. */
    @Override
    public void close() {
        server.close().awaitUninterruptibly();
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            LOG.debug("{} stays: {}", path, e.toString());
        }
        loop.shutdownGracefully(0, STOP_MS, TimeUnit.MILLISECONDS).awaitUninterruptibly(2 * STOP_MS);
    }
}
