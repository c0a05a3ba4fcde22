// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import io.tcpoffload.api.ChannelInfo;
import io.tcpoffload.api.ChannelSpec;
import io.tcpoffload.api.EngineInfo;
import io.tcpoffload.api.OffloadEngine;
import io.tcpoffload.api.OffloadException;
import io.tcpoffload.api.Published;
import io.tcpoffload.api.Publisher;
import io.tcpoffload.api.SessionInfo;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** An engine that remembers what it was asked to do. */
final class FakeEngine implements OffloadEngine {

    static final int SUBSCRIBERS = 7;

    enum Kind { BUFFER, FILE, STREAM }

    record Body(Kind kind, byte[] bytes, boolean keyframe) {
    }

    final List<ChannelSpec> opened = new CopyOnWriteArrayList<>();
    final List<Body> bodies = new CopyOnWriteArrayList<>();
    volatile int closed;
    volatile String refusal;

    @Override
    public Publisher openChannel(ChannelSpec spec) {
        if (refusal != null) {
            throw new OffloadException(refusal);
        }
        opened.add(spec);
        return new FakePublisher(spec.name());
    }

    @Override
    public EngineInfo info() {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<ChannelInfo> channels() {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<SessionInfo> sessions() {
        throw new UnsupportedOperationException();
    }

    @Override
    public String control(String line) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void handBack(long session) {
        throw new UnsupportedOperationException();
    }

    private final class FakePublisher implements Publisher {

        private final String channel;
        private boolean isClosed;

        FakePublisher(String channel) {
            this.channel = channel;
        }

        @Override
        public String channel() {
            return channel;
        }

        @Override
        public Published publish(ByteBuffer body, boolean keyframe) {
            byte[] bytes = new byte[body.remaining()];
            body.get(bytes);
            return accept(Kind.BUFFER, bytes, keyframe);
        }

        @Override
        public Published publish(Path file, boolean keyframe) throws IOException {
            return accept(Kind.FILE, Files.readAllBytes(file), keyframe);
        }

        @Override
        public Published publish(InputStream body, boolean keyframe) throws IOException {
            return accept(Kind.STREAM, body.readAllBytes(), keyframe);
        }

        private Published accept(Kind kind, byte[] bytes, boolean keyframe) {
            if (isClosed) {
                throw new OffloadException("publisher of channel " + channel + " is closed");
            }
            bodies.add(new Body(kind, bytes, keyframe));
            return new Published(bytes.length, SUBSCRIBERS);
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
