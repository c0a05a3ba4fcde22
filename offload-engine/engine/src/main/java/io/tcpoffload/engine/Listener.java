// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.engine;

import io.netty.util.NetUtil;
import io.tcpoffload.channel.MediaChannel;
import io.tcpoffload.channel.ViewerTransport;
import io.tcpoffload.http.ChannelDirectory;
import io.tcpoffload.http.EventLoops;
import io.tcpoffload.http.HttpLimits;
import io.tcpoffload.http.HttpListener;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;

/** A bound address and the channels behind it. */
final class Listener implements ChannelDirectory, AutoCloseable {

    private final Map<String, MediaChannel> channels = new ConcurrentSkipListMap<>();
    private final Function<MediaChannel, ViewerTransport> transports;
    private final HttpListener http;

    Listener(String hostAndPort, EventLoops loops, Function<MediaChannel, ViewerTransport> transports) {
        this.transports = transports;
        int colon = hostAndPort.lastIndexOf(':');
        http = new HttpListener(hostAndPort.substring(0, colon), Integer.parseInt(hostAndPort.substring(colon + 1)),
                loops, this, HttpLimits.DEFAULT);
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
        return transports.apply(channel);
    }

    void add(MediaChannel channel) {
        channels.put(channel.name(), channel);
    }

    void remove(MediaChannel channel) {
        channels.remove(channel.name(), channel);
    }

    boolean isEmpty() {
        return channels.isEmpty();
    }

    /** {@code host:port} that is really bound; an IPv6 address is in brackets. */
    String address() {
        return NetUtil.toSocketAddressString(http.boundAddress());
    }

    Map<String, Long> counters() {
        return http.counters();
    }

    @Override
    public void close() {
        http.close();
    }
}
