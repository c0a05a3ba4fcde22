// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.nio;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.tcpoffload.api.SessionInfo;
import io.tcpoffload.api.TransportMode;
import io.tcpoffload.channel.Cursor;
import io.tcpoffload.channel.MediaChannel;
import io.tcpoffload.channel.Viewer;
import io.tcpoffload.channel.ViewerTransport;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/** The ordinary transport: one for the whole engine, whatever the number of listeners and channels. */
public final class NioTransport implements ViewerTransport {

    private final NioLimits limits;
    private final ConcurrentHashMap<MediaChannel, Audience> audiences = new ConcurrentHashMap<>();
    private volatile boolean closed;

    public NioTransport(NioLimits limits) {
        this.limits = limits;
    }

    @Override
    public TransportMode mode() {
        return TransportMode.NIO;
    }

    @Override
    public void serve(Channel socket, ByteBuf responseHead, Viewer viewer) {
        MediaChannel media = viewer.channel();
        if (closed || !media.isOpen()) {
            if (responseHead != null) {
                responseHead.release();
            }
            viewer.refuse();
            socket.close();
            return;
        }
        viewer.carriedBy(TransportMode.NIO);
        begin(new NioViewer(socket, viewer.begin(), 0, limits), socket, media, responseHead);
    }

    /**
     * Goes on with a viewer that another transport has served so far. From this call on socket and cursor are this
     * transport's. Called on the socket's event loop.
     *
     * @param socket    connected, with nothing in its pipeline
     * @param cursor    where to go on; what is before it is the socket's
     * @param sentBytes media bytes sent so far
     */
    public void resume(Channel socket, Cursor cursor, long sentBytes) {
        if (closed) {
            cursor.close();
            socket.close();
            return;
        }
        cursor.viewer().carriedBy(TransportMode.NIO);
        begin(new NioViewer(socket, cursor, sentBytes, limits), socket, cursor.channel(), null);
    }

    private void begin(NioViewer viewer, Channel socket, MediaChannel media, ByteBuf responseHead) {
        audiences.compute(media, (m, audience) -> {
            Audience a = audience == null ? new Audience(m) : audience;
            a.add(viewer);
            return a;
        });
        socket.closeFuture().addListener(f -> leave(viewer, media));
        viewer.start(responseHead);
    }

    private void leave(NioViewer viewer, MediaChannel media) {
        audiences.computeIfPresent(media, (m, audience) -> audience.remove(viewer) ? null : audience);
    }

    @Override
    public List<SessionInfo> sessions() {
        return audiences.values().stream().map(Audience::viewers).flatMap(Collection::stream).map(NioViewer::info)
                .toList();
    }

    @Override
    public void closeViewers(MediaChannel media) {
        Audience audience = audiences.get(media);
        if (audience != null) {
            audience.viewers().forEach(NioViewer::finish);
        }
    }

    @Override
    public boolean closeSession(long session, String reason) {
        return audiences.values().stream().map(Audience::viewers).flatMap(Collection::stream)
                .filter(viewer -> viewer.info().id() == session).findFirst()
                .map(viewer -> viewer.disconnect(reason)).orElse(false);
    }

    @Override
    public int viewers(MediaChannel media) {
        Audience audience = audiences.get(media);
        return audience == null ? 0 : audience.viewers().size();
    }

    @Override
    public void close() {
        closed = true;
        audiences.keySet().forEach(this::closeViewers);
    }
}
