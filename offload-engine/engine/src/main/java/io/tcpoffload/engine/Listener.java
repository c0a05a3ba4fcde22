// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.engine;

import io.netty.util.NetUtil;
import io.tcpoffload.api.ListenerSpec;
import io.tcpoffload.api.OffloadException;
import io.tcpoffload.channel.FileTransport;
import io.tcpoffload.channel.MediaChannel;
import io.tcpoffload.channel.ViewerTransport;
import io.tcpoffload.http.ChannelDirectory;
import io.tcpoffload.http.EventLoops;
import io.tcpoffload.http.Front;
import io.tcpoffload.http.HttpLimits;
import io.tcpoffload.http.HttpListener;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** A bound address and the channels behind it. */
final class Listener implements ChannelDirectory, AutoCloseable {

    private final Map<String, MediaChannel> channels = new ConcurrentSkipListMap<>();
    private final ListenerSpec spec;
    private final Front front;
    private final FileTransport files;
    private final Function<MediaChannel, ViewerTransport> transports;
    private final HttpListener http;
    private final AtomicInteger holds = new AtomicInteger();

    /** @param spec with an address */
    Listener(ListenerSpec spec, EventLoops loops, Front front, Function<MediaChannel, ViewerTransport> transports,
            FileTransport files) {
        this.spec = spec;
        this.files = files;
        this.front = front;
        this.transports = transports;
        http = new HttpListener(spec, loops, this, front, HttpLimits.DEFAULT);
    }

    /** @throws OffloadException if it was bound with other settings; the message names both owners */
    void requireSame(ListenerSpec wanted) {
        if (wanted.sslContext() != spec.sslContext() || wanted.clientAuth() != spec.clientAuth()
                || wanted.backlog() != spec.backlog() || wanted.sendBuffer() != spec.sendBuffer()
                || wanted.receiveBuffer() != spec.receiveBuffer()) {
            throw new OffloadException("listener " + spec.address() + " is bound for " + spec.owner() + " with "
                    + describe(spec) + "; it can't be bound for " + wanted.owner() + " with " + describe(wanted)
                    + " at the same time");
        }
    }

    private static String describe(ListenerSpec spec) {
        return (spec.sslContext() == null ? "no TLS" : "TLS" + (spec.clientAuth() ? " and client certificates" : ""))
                + ", backlog=" + spec.backlog() + ", sendBufferSize=" + spec.sendBuffer() + ", receiveBufferSize="
                + spec.receiveBuffer();
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

    @Override
    public FileTransport files() {
        return files;
    }

    void add(MediaChannel channel) {
        channels.put(channel.name(), channel);
    }

    void remove(MediaChannel channel) {
        channels.remove(channel.name(), channel);
    }

    /** Keeps it bound, whatever comes and goes. */
    void hold() {
        holds.incrementAndGet();
    }

    void release() {
        holds.decrementAndGet();
    }

    /** Whether nothing needs it. */
    boolean isEmpty() {
        return channels.isEmpty() && front.handlers().isEmpty() && holds.get() == 0;
    }

    /** Whether new viewers of this channel are refused. */
    boolean isSuspended(MediaChannel channel) {
        return front.suspensionOf("/" + channel.name()) != null;
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
