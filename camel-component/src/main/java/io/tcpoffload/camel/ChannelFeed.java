// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import io.tcpoffload.api.ChannelSpec;
import io.tcpoffload.api.Delivery;
import io.tcpoffload.api.OffloadException;
import io.tcpoffload.api.Publisher;
import io.tcpoffload.camel.mpegts.Pace;
import io.tcpoffload.camel.mpegts.TransportStream;
import io.tcpoffload.camel.mpegts.Validate;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Brings bodies into one channel, the way the settings say. Without any setting a body goes to the engine as it is, and
 * threads do not wait for each other here; otherwise one body after another.
 */
final class ChannelFeed implements AutoCloseable {

    /** Of streams and of files that are paced: many datagrams, and little to wait for. A multiple of 188. */
    private static final int CHUNK_BYTES = 188 * 7 * 48;
    /** What the engine may be late with an answer. */
    private static final Duration GRACE = Duration.ofSeconds(1);

    private final ChannelSpec spec;
    private final EngineLink<Publisher> link;
    private final FeedSettings settings;
    private final TransportStream stream;
    private final Pace pace;
    private final FeedCounters counters = new FeedCounters();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final ReentrantLock writer = new ReentrantLock(true);
    private ByteBuffer chunk;

    ChannelFeed(EngineSource engines, ChannelSpec spec, FeedSettings settings) {
        this.spec = spec;
        this.settings = settings;
        this.link = new EngineLink<>(engines, "channel " + spec.name(), engine -> engine.openChannel(spec));
        this.stream = settings.newStream();
        this.pace = settings.newPace();
    }

    /** @throws OffloadException if the engine refuses the channel, or there is none and none can come */
    void open() {
        link.open();
    }

    /**
     * Publishes a body; returns when the store has accepted all of it. A stream that is no cache is closed.
     *
     * @param accepted  gets what is accepted, also of a body that fails half-way
     * @param newSource whether it comes from another source than the body before
     * @throws IOException      if a file or stream can't be read
     * @throws OffloadException if there is no engine or no room, or the feed is closed
     */
    void publish(MediaBody body, boolean keyframe, boolean newSource, Acceptance accepted) throws IOException {
        boolean done = false;
        try {
            MediaBody.rewind(body);
            if (stream == null && pace == null) {
                publishAsItIs(body, keyframe, accepted);
            } else {
                publishInOrder(body, keyframe, newSource, accepted);
            }
            done = true;
        } finally {
            if (done) {
                counters.countAccepted(accepted.bytes());
            } else {
                counters.countFailed(accepted.bytes());
            }
            MediaBody.close(body);
        }
    }

    private void publishAsItIs(MediaBody body, boolean keyframe, Acceptance accepted) throws IOException {
        if (body instanceof MediaBody.Memory memory) {
            publishPiece(memory.buffer(), keyframe, accepted);
        } else if (body instanceof MediaBody.LocalFile file) {
            publishFile(file.path(), keyframe, accepted);
        } else if (body instanceof MediaBody.Stream media) {
            if (settings.backpressure() == Backpressure.DROP_OLDEST) {
                accepted.add(link.get().publish(media.in(), keyframe));
            } else {
                readStream(media.in(), keyframe, (piece, key) -> publishPiece(piece, key, accepted));
            }
        }
    }

    private void publishFile(Path file, boolean keyframe, Acceptance accepted) throws IOException {
        awaitRoom(settings.backpressure() == Backpressure.DROP_OLDEST ? 0 : Files.size(file));
        accepted.add(link.get().publish(file, keyframe));
    }

    private void publishInOrder(MediaBody body, boolean keyframe, boolean newSource, Acceptance accepted)
            throws IOException {
        writer.lock();
        try {
            if (newSource) {
                switchSource();
            }
            if (stream != null) {
                stream.beginBody();
            }
            TransportStream.Sink out = pace == null
                    ? (packets, key) -> publishPiece(packets, key, accepted)
                    : (packets, key) -> publishInTime(packets, key, accepted);
            TransportStream.Sink in = stream == null ? out : (media, key) -> stream.write(media, key, out);
            if (body instanceof MediaBody.Memory memory) {
                in.accept(memory.buffer(), keyframe);
            } else if (body instanceof MediaBody.LocalFile file) {
                publishLocalFile(file.path(), keyframe, in, accepted);
            } else if (body instanceof MediaBody.Stream media) {
                if (settings.validate() == Validate.STRICT && media.isCached()) {
                    readStream(media.in(), keyframe, (piece, key) -> stream.examine(piece));
                    stream.endExamination();
                    MediaBody.rewind(body);
                }
                readStream(media.in(), keyframe, in);
            }
            if (stream != null) {
                accepted.times(stream.bodyPts(), stream.bodyMillis());
            }
        } finally {
            writer.unlock();
        }
    }

    private void switchSource() {
        if (stream != null) {
            stream.switchSource();
        }
        if (pace != null) {
            pace.expectNewSource();
        }
    }

    private void publishLocalFile(Path path, boolean keyframe, TransportStream.Sink in, Acceptance accepted)
            throws IOException {
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
            if (pace != null) {
                if (settings.validate() == Validate.STRICT) {
                    readFile(file, keyframe, (media, key) -> stream.examine(media));
                    stream.endExamination();
                    file.position(0);
                }
                readFile(file, keyframe, in);
                return;
            }
            long size = Math.min(file.size(), Integer.MAX_VALUE);
            if (size == 0) {
                return;
            }
            ByteBuffer media = file.map(FileChannel.MapMode.READ_ONLY, 0, size);
            if (!stream.passesWhole(file.size(), media.get(0))) {
                in.accept(media, keyframe);
                return;
            }
            if (stream.validation() != Validate.NONE) {
                stream.inspect(media);
            }
            publishFile(path, keyframe, accepted);
        } catch (InternalError e) {
            // What Java makes of a fault in a mapped file.
            throw new IOException(path + " changed while it was read", e);
        }
    }

    /** Through memory outside the heap: a film that is paced is larger than any mapping. */
    private void readFile(FileChannel file, boolean keyframe, TransportStream.Sink in) throws IOException {
        if (chunk == null) {
            chunk = ByteBuffer.allocateDirect(CHUNK_BYTES);
        }
        boolean first = keyframe;
        while (file.read(chunk.clear()) >= 0) {
            if (chunk.flip().hasRemaining()) {
                in.accept(chunk.slice(), first);
                first = false;
            }
        }
    }

    private static void readStream(InputStream media, boolean keyframe, TransportStream.Sink in) throws IOException {
        byte[] bytes = new byte[CHUNK_BYTES];
        boolean first = keyframe;
        for (int n = media.read(bytes); n >= 0; n = media.read(bytes)) {
            if (n > 0) {
                in.accept(ByteBuffer.wrap(bytes, 0, n), first);
                first = false;
            }
        }
    }

    private void publishInTime(ByteBuffer media, boolean keyframe, Acceptance accepted) throws IOException {
        boolean first = keyframe;
        while (media.hasRemaining()) {
            int length = pace.next(media, System.nanoTime());
            awaitTime(pace.due());
            publishPiece(media.slice(media.position(), length), first, accepted);
            media.position(media.position() + length);
            first = false;
        }
    }

    private void awaitTime(long due) {
        try {
            if (stopping.await(due - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                throw new OffloadException("channel " + spec.name() + ": its route has stopped while a body was under way");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OffloadException("channel " + spec.name() + ": interrupted while a body was under way", e);
        }
    }

    private void publishPiece(ByteBuffer media, boolean keyframe, Acceptance accepted) {
        awaitRoom(media.remaining());
        accepted.add(link.get().publish(media, keyframe));
    }

    private void awaitRoom(long bytes) {
        boolean block = settings.backpressure() == Backpressure.BLOCK;
        if (settings.backpressure() == Backpressure.DROP_OLDEST
                || within(link.get().whenRoom(bytes, block ? settings.sendTimeout() : Duration.ZERO))) {
            return;
        }
        throw new OffloadException("channel " + spec.name() + " has no room for " + bytes + " bytes"
                + (block ? " within sendTimeout " + settings.sendTimeout().toMillis() + " ms" : "")
                + ": a viewer would lag by more than its limit (backpressure="
                + OptionWord.of(settings.backpressure()) + ")");
    }

    private boolean within(CompletionStage<Boolean> answer) {
        try {
            return answer.toCompletableFuture().get(settings.sendTimeout().plus(GRACE).toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new OffloadException("channel " + spec.name() + ": " + e.getCause().getMessage(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OffloadException("channel " + spec.name() + ": interrupted while waiting for room", e);
        }
    }

    /**
     * Publishes to chosen viewers only, as it is and at once.
     *
     * @throws IOException if a file or stream can't be read
     */
    void publishTo(Set<Long> sessions, MediaBody body, Acceptance accepted) throws IOException {
        boolean done = false;
        try {
            MediaBody.rewind(body);
            accepted.add(link.get().publish(inMemory(body), sessions));
            done = true;
        } finally {
            if (done) {
                counters.countAccepted(accepted.bytes());
            } else {
                counters.countFailed(accepted.bytes());
            }
            MediaBody.close(body);
        }
    }

    private static ByteBuffer inMemory(MediaBody body) throws IOException {
        if (body instanceof MediaBody.Memory memory) {
            return memory.buffer();
        } else if (body instanceof MediaBody.LocalFile file) {
            try (FileChannel channel = FileChannel.open(file.path(), StandardOpenOption.READ)) {
                return channel.map(FileChannel.MapMode.READ_ONLY, 0, Math.min(channel.size(), Integer.MAX_VALUE));
            }
        }
        return ByteBuffer.wrap(((MediaBody.Stream) body).in().readAllBytes());
    }

    /** When the viewers have been sent what was accepted; see {@link Publisher#whenSent}. */
    CompletionStage<Delivery> whenSent(Acceptance accepted) {
        if (accepted.position() < 0) {
            return CompletableFuture.completedFuture(new Delivery(0, 0, 0, 0));
        }
        return link.get().whenSent(accepted.position(), settings.sendTimeout());
    }

    ChannelSpec spec() {
        return spec;
    }

    FeedSettings settings() {
        return settings;
    }

    FeedCounters counters() {
        return counters;
    }

    /** Null where bodies are left as they come. */
    TransportStream stream() {
        return stream;
    }

    /** Why the channel is not open, or null if it is. */
    String problem() {
        return link.problem();
    }

    /** Ends a wait for a body's time to come: its exchange fails. */
    void stopWaiting() {
        stopping.countDown();
    }

    @Override
    public void close() {
        stopWaiting();
        link.close();
    }
}
