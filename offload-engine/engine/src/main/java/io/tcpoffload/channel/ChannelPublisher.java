// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import io.tcpoffload.api.Delivery;
import io.tcpoffload.api.OffloadException;
import io.tcpoffload.api.Published;
import io.tcpoffload.api.Publisher;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

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
            accepted = channel.intake().append(body, keyframe);
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
            accepted = channel.intake().append(file, keyframe);
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
            accepted = channel.intake().append(body, keyframe, this::isOpen);
        } finally {
            count(accepted);
        }
        requireOpen();
        return new Published(accepted, channel.viewers(), channel.store().head());
    }

    @Override
    public Published publish(ByteBuffer body, Set<Long> sessions) {
        requireOpen();
        Set<Long> present = channel.cursors().stream().map(cursor -> cursor.viewer().id()).filter(sessions::contains)
                .collect(Collectors.toUnmodifiableSet());
        if (present.isEmpty()) {
            return new Published(0, 0, channel.store().head());
        }
        long accepted = -1;
        try {
            accepted = channel.store().append(body, range -> channel.addressed().add(
                    new Addressed.Stretch(range.from(), range.to(), present), channel.store().tail()));
        } finally {
            count(accepted);
        }
        return new Published(accepted, present.size(), channel.store().head());
    }

    @Override
    public CompletionStage<Delivery> whenSent(long position, Duration timeout) {
        Arrival arrival = new Arrival(channel.cursors(), position);
        return ViewerWaits.until(arrival::isComplete, timeout, arrival::toDelivery);
    }

    @Override
    public CompletionStage<Boolean> whenRoom(long bytes, Duration timeout) {
        return ViewerWaits.until(() -> hasRoom(bytes), timeout, () -> hasRoom(bytes));
    }

    private boolean hasRoom(long bytes) {
        long needed = Math.min(channel.limits().recoverBelow(bytes), channel.store().head());
        return channel.cursors().stream().allMatch(cursor -> cursor.position() < 0 || cursor.position() >= needed);
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
