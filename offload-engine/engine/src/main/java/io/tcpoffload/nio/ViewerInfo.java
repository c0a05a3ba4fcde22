// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.nio;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.epoll.EpollSocketChannel;
import io.tcpoffload.api.SessionInfo;
import io.tcpoffload.api.TransportMode;
import io.tcpoffload.channel.Cursor;

/** A viewer's numbers: written by its event loop, read from any thread. */
final class ViewerInfo {

    private final long id;
    private final Channel socket;
    private final Cursor cursor;
    private final String remote;
    private final String local;
    private final long startedAt = System.currentTimeMillis();
    private volatile long sentBytes;
    private volatile boolean halfClosed;

    ViewerInfo(long id, Channel socket, Cursor cursor, long sentBytes) {
        this.id = id;
        this.socket = socket;
        this.cursor = cursor;
        this.sentBytes = sentBytes;
        this.remote = Addresses.text(socket.remoteAddress());
        this.local = Addresses.text(socket.localAddress());
    }

    String remote() {
        return remote;
    }

    /** Media bytes that the kernel took. Event loop only. */
    void addSent(long bytes) {
        sentBytes = sentBytes + bytes;
    }

    void halfClosed() {
        halfClosed = true;
    }

    SessionInfo toSessionInfo() {
        return new SessionInfo(id, remote, local, cursor.channel().name(), TransportMode.NIO, "",
                halfClosed ? "CLOSE_WAIT" : "ESTABLISHED", startedAt, sentBytes, sentBytes, cursor.lag(), 0,
                roundTripMicros(), 0, cursor.jumps());
    }

    private long roundTripMicros() {
        if (socket instanceof EpollSocketChannel epoll && epoll.isActive()) {
            try {
                return epoll.tcpInfo().rtt();
            } catch (ChannelException e) {
                return 0;
            }
        }
        return 0;
    }
}
