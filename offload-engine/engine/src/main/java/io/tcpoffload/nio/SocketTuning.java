// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.nio;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;

/** Options of a viewer's socket (tcp(7)). */
final class SocketTuning {

    /** With the two below, a viewer that vanished from a silent channel is found within a minute. */
    private static final int KEEPALIVE_IDLE_SECONDS = 30;
    private static final int KEEPALIVE_INTERVAL_SECONDS = 10;
    private static final int KEEPALIVE_PROBES = 3;
    /** What a viewer has not been sent stays with us, where the rules for slow viewers apply, not with the kernel. */
    private static final long UNSENT_BYTES = 128 << 10;

    private SocketTuning() {
    }

    static void apply(Channel socket, NioLimits limits) {
        var config = socket.config();
        config.setOption(ChannelOption.SO_KEEPALIVE, true);
        if (socket instanceof EpollSocketChannel) {
            config.setOption(EpollChannelOption.TCP_KEEPIDLE, KEEPALIVE_IDLE_SECONDS);
            config.setOption(EpollChannelOption.TCP_KEEPINTVL, KEEPALIVE_INTERVAL_SECONDS);
            config.setOption(EpollChannelOption.TCP_KEEPCNT, KEEPALIVE_PROBES);
            config.setOption(EpollChannelOption.TCP_USER_TIMEOUT, (int) limits.stall().toMillis());
            config.setOption(EpollChannelOption.TCP_NOTSENT_LOWAT, UNSENT_BYTES);
        }
    }
}
