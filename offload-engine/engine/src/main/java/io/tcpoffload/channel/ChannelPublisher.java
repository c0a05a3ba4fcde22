// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import io.tcpoffload.api.OffloadException;
import io.tcpoffload.api.Published;
import io.tcpoffload.api.Publisher;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;

/** One publisher of a channel. */
public final class ChannelPublisher implements Publisher {

    private final MediaChannel channel;
    private final AtomicBoolean closed = new AtomicBoolean();

    ChannelPublisher(MediaChannel channel) {
        this.channel = channel;
    }

    @Override
    public String channel() {
        return channel.name();
    }

    @Override
    public Published publish(ByteBuffer body, boolean keyframe) {
        requireOpen();
        long accepted = -1;
        try {
            accepted = channel.store().append(body, keyframe);
        } finally {
            count(accepted);
        }
        return new Published(accepted, channel.viewers(), channel.store().head());
    }

    @Override
    public Published publish(Path file, boolean keyframe) throws IOException {
        requireOpen();
        long accepted = -1;
        try {
            accepted = channel.store().append(file, keyframe);
        } finally {
            count(accepted);
        }
        return new Published(accepted, channel.viewers(), channel.store().head());
    }

    @Override
    public Published publish(InputStream body, boolean keyframe) throws IOException {
        requireOpen();
        long accepted = -1;
        try {
            accepted = channel.store().append(body, keyframe, this::isOpen);
        } finally {
            count(accepted);
        }
        requireOpen();
        return new Published(accepted, channel.viewers(), channel.store().head());
    }

    private void count(long accepted) {
        channel.counters().add(accepted < 0 ? ChannelCounter.FAILED_BODIES : ChannelCounter.PUBLISHED_BODIES, 1);
    }

    private boolean isOpen() {
        return !closed.get();
    }

    private void requireOpen() {
        if (closed.get()) {
            throw new OffloadException("the publisher of channel " + channel() + " is closed; open the channel again");
        }
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            channel.publisherLeft();
        }
    }
}
