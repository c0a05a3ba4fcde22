// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.http;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Bounds the connections whose request is not complete yet, in all and per address. At the bound the oldest one gives
 * way, if it has had its chance, so that a crowd of silent connections can't keep viewers out; if none has, the newest
 * is refused. Thread-safe.
 */
final class HeadGate {

    /** A viewer sends its request within a round trip; a crowd that arrives at once is not thinned before that. */
    private static final long CHANCE_NANOS = 1_000_000_000L;

    private static final LinkedHashMap<Channel, Long> NONE = new LinkedHashMap<>();

    private final HttpLimits limits;
    private final HttpCounters counters;
    private final LongSupplier nanoClock;
    private final Farewell farewell;
    private final LinkedHashMap<Channel, Long> waiting = new LinkedHashMap<>();
    private final Map<InetAddress, LinkedHashMap<Channel, Long>> byAddress = new HashMap<>();
    private boolean closed;

    /** @param nanoClock monotonic time, such as {@link System#nanoTime} */
    HeadGate(HttpLimits limits, HttpCounters counters, LongSupplier nanoClock) {
        this.limits = limits;
        this.counters = counters;
        this.nanoClock = nanoClock;
        this.farewell = new Farewell(limits.waiting());
    }

    HttpLimits limits() {
        return limits;
    }

    /** For connections that leave with an answer. */
    Farewell farewell() {
        return farewell;
    }

    /** Lets a new connection wait for its request, or refuses and closes it. On the connection's event loop. */
    boolean enter(Channel socket) {
        if (enterOrRefuse(socket)) {
            socket.closeFuture().addListener(f -> leave(socket));
            return true;
        }
        return false;
    }

    /** Lets a connection that had its answer wait for its next request, if there is room. On its event loop. */
    synchronized boolean enterAgain(Channel socket) {
        InetAddress address = ((InetSocketAddress) socket.remoteAddress()).getAddress();
        if (closed || waiting.size() >= limits.waiting()
                || byAddress.getOrDefault(address, NONE).size() >= limits.waitingPerAddress()) {
            return false;
        }
        add(socket, address);
        return true;
    }

    private void add(Channel socket, InetAddress address) {
        long now = nanoClock.getAsLong();
        waiting.put(socket, now);
        byAddress.computeIfAbsent(address, a -> new LinkedHashMap<>()).put(socket, now);
    }

    private boolean enterOrRefuse(Channel socket) {
        if (!(socket.remoteAddress() instanceof InetSocketAddress remote)) {
            counters.increment(HttpCounter.GONE);
            socket.close();
            return false;
        }
        Channel evicted = null;
        boolean refused;
        synchronized (this) {
            var neighbours = byAddress.get(remote.getAddress());
            boolean addressFull = neighbours != null && neighbours.size() >= limits.waitingPerAddress();
            refused = addressFull || waiting.size() >= limits.waiting();
            if (refused) {
                evicted = oldestWithChance(addressFull ? neighbours : waiting);
                if (evicted != null) {
                    remove(evicted);
                    refused = false;
                }
            }
            if (!refused) {
                add(socket, remote.getAddress());
            }
        }
        if (evicted != null) {
            counters.increment(HttpCounter.EVICTED);
            evicted.close();
        }
        if (refused) {
            counters.increment(HttpCounter.TOO_MANY_WAITING);
            refuse(socket);
            return false;
        }
        return true;
    }

    private Channel oldestWithChance(LinkedHashMap<Channel, Long> candidates) {
        var oldest = candidates.entrySet().iterator().next();
        return nanoClock.getAsLong() - oldest.getValue() >= CHANCE_NANOS ? oldest.getKey() : null;
    }

    private void refuse(Channel socket) {
        socket.eventLoop().execute(() -> farewell.say(socket, new Reply(HttpResponseStatus.SERVICE_UNAVAILABLE)
                .text("too many unfinished requests; try again in a few seconds").encode(socket.alloc(), true)));
    }

    /** Nobody waits any more: whose request is not complete yet is let go. */
    void close() {
        List<Channel> all;
        synchronized (this) {
            closed = true;
            all = List.copyOf(waiting.keySet());
        }
        all.forEach(Channel::close);
    }

    /** The request is complete, or the connection gone. Idempotent. */
    synchronized void leave(Channel socket) {
        remove(socket);
    }

    private void remove(Channel socket) {
        if (waiting.remove(socket) != null) {
            InetAddress address = ((InetSocketAddress) socket.remoteAddress()).getAddress();
            var neighbours = byAddress.get(address);
            neighbours.remove(socket);
            if (neighbours.isEmpty()) {
                byAddress.remove(address);
            }
        }
    }
}
