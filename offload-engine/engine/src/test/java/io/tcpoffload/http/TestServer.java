// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.http;

import io.tcpoffload.api.ChannelSpec;
import io.tcpoffload.api.ListenerSpec;
import io.tcpoffload.api.ViewerEvent;
import io.tcpoffload.channel.MediaChannel;
import io.tcpoffload.channel.Viewer;
import io.tcpoffload.channel.ViewerTransport;
import io.tcpoffload.channel.ViewerWatcher;
import io.tcpoffload.nio.NioLimits;
import io.tcpoffload.nio.NioTransport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** A listener on a free port of the loopback address, with the ordinary transport behind it. */
public final class TestServer implements AutoCloseable, ChannelDirectory, ViewerWatcher {

    private final Map<String, MediaChannel> channels = new ConcurrentSkipListMap<>();
    private final EventLoops loops;
    private final NioTransport transport;
    private final Front front = new Front(new AtomicLong()::incrementAndGet, this);
    private final List<ViewerEvent.Type> events = new CopyOnWriteArrayList<>();
    private final HttpListener listener;

    public TestServer(HttpLimits httpLimits, NioLimits nioLimits, boolean epoll) {
        loops = new EventLoops(2, epoll);
        transport = new NioTransport(nioLimits);
        listener = new HttpListener(ListenerSpec.at("127.0.0.1:0"), loops, this, front, httpLimits);
    }

    public MediaChannel open(ChannelSpec spec) {
        var channel = new MediaChannel(spec, "127.0.0.1:0", null);
        channels.put(spec.name(), channel);
        return channel;
    }

    /** Takes the channel out of the listing and ends it. */
    public void remove(MediaChannel channel) {
        channels.remove(channel.name());
        channel.close();
    }

    public InetSocketAddress address() {
        return listener.boundAddress();
    }

    public HttpListener listener() {
        return listener;
    }

    public NioTransport transport() {
        return transport;
    }

    public EventLoops loops() {
        return loops;
    }

    public Front front() {
        return front;
    }

    /** What has happened to viewers, in order. */
    public List<ViewerEvent.Type> events() {
        return events;
    }

    @Override
    public void on(ViewerEvent.Type type, Viewer viewer, long sentBytes, long lagBytes, String reason) {
        events.add(type);
    }

    public TestClient connect() throws IOException {
        return new TestClient(address());
    }

    @Override
    public MediaChannel find(String name) {
        return channels.get(name);
    }

    @Override
    public Collection<MediaChannel> list() {
        return channels.values();
    }

    @Override
    public ViewerTransport transport(MediaChannel channel) {
        return transport;
    }

    @Override
    public void close() {
        listener.close();
        transport.close();
        channels.values().forEach(MediaChannel::close);
        loops.close();
    }
}
