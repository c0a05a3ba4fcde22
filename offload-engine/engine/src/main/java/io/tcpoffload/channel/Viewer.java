// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import io.netty.util.NetUtil;
import io.tcpoffload.api.TransportMode;
import io.tcpoffload.api.ViewerEvent.Type;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/**
 * Who is served: from admission to the end, whichever transport does it. A transport {@linkplain #begin() begins} it and
 * from then on closes its cursor, or {@linkplain #refuse() refuses} it. Thread-safe.
 */
public final class Viewer {

    private final long id;
    private final MediaChannel channel;
    private final String remote;
    private final String local;
    private final String token;
    private final ViewerWatcher watcher;
    private final Runnable onEnd;
    private final long admittedNs = System.nanoTime();
    private volatile TransportMode transport = TransportMode.NIO;
    private volatile String cause = "";
    private boolean ended;

    /**
     * @param id    as in {@link io.tcpoffload.api.SessionInfo#id()}
     * @param token what it brought, empty if nothing
     * @param onEnd called once, when it is served no longer, or was never
     */
    public Viewer(long id, MediaChannel channel, InetSocketAddress remote, InetSocketAddress local, String token,
            ViewerWatcher watcher, Runnable onEnd) {
        this.id = id;
        this.channel = channel;
        this.remote = text(remote);
        this.local = text(local);
        this.token = token;
        this.watcher = watcher;
        this.onEnd = onEnd;
    }

    /** Of a channel for its own sake: without address, watched by nobody. */
    static Viewer anonymous(MediaChannel channel) {
        return new Viewer(0, channel, null, null, "", ViewerWatcher.NONE, () -> { });
    }

    private static String text(InetSocketAddress address) {
        return address == null ? "" : NetUtil.toSocketAddressString(address);
    }

    /** Its place in the channel. */
    public Cursor begin() {
        Cursor cursor = channel.openCursor(this);
        tell(Type.SUBSCRIBE, cursor, "");
        return cursor;
    }

    /** Its place after a former engine's; nobody is told that it begins. See {@link MediaChannel#resumeCursor}. */
    public Cursor resume(long position, long jumps) {
        return channel.resumeCursor(this, position, jumps);
    }

    /** It went, or its connection could not be served, before it began. */
    public void refuse() {
        end();
    }

    /** Who carries it from now on: OFFLOAD or NIO. */
    public void carriedBy(TransportMode mode) {
        transport = mode;
    }

    /** Why it is going to end, if nobody knows better; the first word counts. */
    public void endsBecause(String reason) {
        if (cause.isEmpty()) {
            cause = reason;
        }
    }

    /** Its connection failed. */
    public void failed(Cursor cursor, String reason) {
        endsBecause(reason);
        tell(Type.ERROR, cursor, reason);
    }

    void tell(Type type, Cursor cursor, String reason) {
        watcher.on(type, this, cursor.sentBytes(), cursor.lag(), reason);
    }

    /** Its cursor is closed. */
    void left(Cursor cursor) {
        tell(Type.UNSUBSCRIBE, cursor, whyLeft(cursor.closeReason()));
        end();
    }

    private String whyLeft(CloseReason reason) {
        if (!cause.isEmpty()) {
            return cause;
        }
        CloseReason known = reason == null && !channel.isOpen() ? CloseReason.CHANNEL_CLOSED : reason;
        return known == null ? "the viewer left" : known.text();
    }

    private void end() {
        synchronized (this) {
            if (ended) {
                return;
            }
            ended = true;
        }
        onEnd.run();
    }

    public long id() {
        return id;
    }

    public MediaChannel channel() {
        return channel;
    }

    /** {@code address:port}. */
    public String remote() {
        return remote;
    }

    /** {@code address:port}. */
    public String local() {
        return local;
    }

    public String token() {
        return token;
    }

    public TransportMode transport() {
        return transport;
    }

    /** Since it was admitted. */
    public long ageMillis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - admittedNs);
    }
}
