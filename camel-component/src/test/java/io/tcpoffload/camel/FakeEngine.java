// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import io.tcpoffload.api.ChannelInfo;
import io.tcpoffload.api.ChannelSpec;
import io.tcpoffload.api.Decision;
import io.tcpoffload.api.Delivery;
import io.tcpoffload.api.EngineInfo;
import io.tcpoffload.api.EventSpec;
import io.tcpoffload.api.HandlerSpec;
import io.tcpoffload.api.ListenerSpec;
import io.tcpoffload.api.OffloadEngine;
import io.tcpoffload.api.OffloadException;
import io.tcpoffload.api.PathTemplate;
import io.tcpoffload.api.Published;
import io.tcpoffload.api.Publisher;
import io.tcpoffload.api.Registration;
import io.tcpoffload.api.RequestHandler;
import io.tcpoffload.api.SessionInfo;
import io.tcpoffload.api.TransportMode;
import io.tcpoffload.api.ViewerEvent;
import io.tcpoffload.api.ViewerListener;
import io.tcpoffload.api.ViewerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** An engine that remembers what it was asked to do, and whose viewers and their requests a test makes up. */
final class FakeEngine implements OffloadEngine {

    static final int SUBSCRIBERS = 7;

    enum Kind { BUFFER, FILE, STREAM }

    record Body(String channel, Kind kind, byte[] bytes, boolean keyframe, Set<Long> sessions, long nanos) {
    }

    record Handler(HandlerSpec spec, RequestHandler handler) {
    }

    record Watch(EventSpec spec, ViewerListener listener) {
    }

    record Suspension(String listener, PathTemplate path, Duration retryAfter) {
    }

    final List<ChannelSpec> opened = new CopyOnWriteArrayList<>();
    final List<Body> bodies = new CopyOnWriteArrayList<>();
    final List<ListenerSpec> listeners = new CopyOnWriteArrayList<>();
    final List<Handler> handlers = new CopyOnWriteArrayList<>();
    final List<Watch> watches = new CopyOnWriteArrayList<>();
    final List<Suspension> suspensions = new CopyOnWriteArrayList<>();
    final List<ChannelInfo> channels = new CopyOnWriteArrayList<>();
    final List<SessionInfo> sessions = new CopyOnWriteArrayList<>();
    final List<String> closedSessions = new CopyOnWriteArrayList<>();
    /** What {@link Publisher#whenSent} answers; a test completes it. */
    volatile CompletableFuture<Delivery> sent = CompletableFuture.completedFuture(new Delivery(SUBSCRIBERS, 0, 0, 0));
    /** What {@link Publisher#whenRoom} answers. */
    volatile CompletableFuture<Boolean> room = CompletableFuture.completedFuture(true);
    final AtomicInteger roomAsked = new AtomicInteger();
    volatile int closed;
    volatile String refusal;

    @Override
    public Publisher openChannel(ChannelSpec spec) {
        refuse();
        opened.add(spec);
        return new FakePublisher(spec.name());
    }

    private void refuse() {
        if (refusal != null) {
            throw new OffloadException(refusal);
        }
    }

    private record Held<T>(List<T> all, T one) implements Registration {

        static <T> Registration of(List<T> all, T one) {
            all.add(one);
            return new Held<>(all, one);
        }

        @Override
        public String address() {
            return "127.0.0.1:8080";
        }

        @Override
        public Map<String, Long> counters() {
            return Map.of();
        }

        @Override
        public void close() {
            all.remove(one);
        }
    }

    @Override
    public Registration openListener(ListenerSpec spec) {
        refuse();
        for (ListenerSpec present : listeners) {
            if (present.address().equals(spec.address()) && present.backlog() != spec.backlog()) {
                throw new OffloadException("listener " + spec.address() + " has backlog " + present.backlog() + " for "
                        + present.owner() + "; it can't have backlog " + spec.backlog() + " for " + spec.owner());
            }
        }
        return Held.of(listeners, spec);
    }

    @Override
    public Registration handle(HandlerSpec spec, RequestHandler handler) {
        refuse();
        return Held.of(handlers, new Handler(spec, handler));
    }

    @Override
    public Registration watch(EventSpec spec, ViewerListener listener) {
        refuse();
        return Held.of(watches, new Watch(spec, listener));
    }

    @Override
    public Registration suspend(String listener, PathTemplate path, Duration retryAfter) {
        return Held.of(suspensions, new Suspension(listener, path, retryAfter));
    }

    @Override
    public void closeSession(long session, String reason) {
        closedSessions.add(session + " " + reason);
    }

    /** A viewer asks; the answer is waited for. */
    Decision request(String path, String query, Map<String, String> headers) throws Exception {
        return requestLater(path, query, headers).toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    CompletionStage<Decision> requestLater(String path, String query, Map<String, String> headers) {
        for (Handler registered : handlers) {
            Map<String, String> variables = registered.spec().path().match(path);
            if (variables != null) {
                String channel = variables.getOrDefault("channel", path.substring(1));
                return registered.handler().decide(new ViewerRequest(42, "GET", path, query, variables,
                        List.copyOf(headers.entrySet()), channel, true, "", new InetSocketAddress("10.1.2.3", 50000),
                        new InetSocketAddress("10.0.0.1", 8080)));
            }
        }
        throw new AssertionError("no handler for " + path);
    }

    void tell(ViewerEvent.Type type, long session, String channel) {
        watches.forEach(watch -> watch.listener().onEvent(new ViewerEvent(type, session, "127.0.0.1:8080", channel,
                "10.1.2.3:50000", "10.0.0.1:8080", "secret", TransportMode.NIO, Instant.ofEpochSecond(1_700_000_000),
                Duration.ofSeconds(90), 4_000_000, 188_000, "peer closed")));
    }

    static ChannelInfo info(String name, int viewers, boolean stale) {
        return new ChannelInfo(name, "127.0.0.1:8080", TransportMode.NIO, "asked for", 1, viewers, 3, 1000, 5000, 2, 1, 0,
                stale, false);
    }

    @Override
    public EngineInfo info() {
        return new EngineInfo("1", TransportMode.NIO, "asked for", List.of("127.0.0.1:8080"), List.of(), List.of(), Map.of());
    }

    @Override
    public List<ChannelInfo> channels() {
        return channels;
    }

    @Override
    public List<SessionInfo> sessions() {
        return sessions;
    }

    @Override
    public String control(String line) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void handBack(long session) {
        closedSessions.add(session + " handed back");
    }

    private final class FakePublisher implements Publisher {

        private final String channel;
        private boolean isClosed;
        private long position;

        FakePublisher(String channel) {
            this.channel = channel;
        }

        @Override
        public String channel() {
            return channel;
        }

        @Override
        public Published publish(ByteBuffer body, boolean keyframe) {
            return accept(Kind.BUFFER, bytes(body), keyframe, null);
        }

        @Override
        public Published publish(ByteBuffer body, Set<Long> chosen) {
            return accept(Kind.BUFFER, bytes(body), false, chosen);
        }

        private static byte[] bytes(ByteBuffer body) {
            byte[] bytes = new byte[body.remaining()];
            body.get(bytes);
            return bytes;
        }

        @Override
        public Published publish(Path file, boolean keyframe) throws IOException {
            return accept(Kind.FILE, Files.readAllBytes(file), keyframe, null);
        }

        @Override
        public Published publish(InputStream body, boolean keyframe) throws IOException {
            return accept(Kind.STREAM, body.readAllBytes(), keyframe, null);
        }

        private Published accept(Kind kind, byte[] bytes, boolean keyframe, Set<Long> chosen) {
            if (isClosed) {
                throw new OffloadException("publisher of channel " + channel + " is closed");
            }
            bodies.add(new Body(channel, kind, bytes, keyframe, chosen, System.nanoTime()));
            position += bytes.length;
            return new Published(bytes.length, chosen == null ? SUBSCRIBERS : chosen.size(), position);
        }

        @Override
        public CompletionStage<Delivery> whenSent(long position, Duration timeout) {
            return sent;
        }

        @Override
        public CompletionStage<Boolean> whenRoom(long bytes, Duration timeout) {
            roomAsked.incrementAndGet();
            return room;
        }

        @Override
        public void close() {
            if (!isClosed) {
                isClosed = true;
                closed++;
            }
        }
    }
}
