// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tcpoffload.api.ChannelSpec;
import io.tcpoffload.api.OffloadException;
import io.tcpoffload.api.Published;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ChannelPublisherTest {

    private final MediaChannel channel =
            new MediaChannel(ChannelSpec.channel("news").withStoreBytes(1 << 20), "127.0.0.1:8080", null);

    @AfterEach
    void close() {
        channel.close();
    }

    @Test
    void saysWhatBecameOfABody() {
        channel.openCursor();
        try (var publisher = channel.openPublisher()) {
            assertEquals("news", publisher.channel());
            assertEquals(new Published(100, 1, 100), publisher.publish(ByteBuffer.allocate(100), true));
            assertEquals(100, channel.publishedBytes());
            assertEquals(1, channel.counters().get(ChannelCounter.PUBLISHED_BODIES));
        }
    }

    @Test
    void wakesListenersUntilTheyAreTakenAway() {
        var wakeUps = new AtomicInteger();
        Runnable listener = wakeUps::incrementAndGet;
        channel.onAppend(listener);
        var publisher = channel.openPublisher();
        publisher.publish(ByteBuffer.allocate(1), true);
        channel.removeOnAppend(listener);
        publisher.publish(ByteBuffer.allocate(1), true);
        assertEquals(1, wakeUps.get());
    }

    @Test
    void tellsWhenTheLastPublisherLeft() {
        var detached = new AtomicInteger();
        channel.onDetached(detached::incrementAndGet);
        var one = channel.openPublisher();
        var other = channel.openPublisher();
        one.close();
        one.close();
        assertEquals(0, detached.get());
        other.close();
        assertEquals(1, detached.get());
        assertEquals(0, channel.publishers());
    }

    @Test
    void refusesBodiesOnceClosed() {
        var publisher = channel.openPublisher();
        publisher.close();
        assertThrows(OffloadException.class, () -> publisher.publish(ByteBuffer.allocate(1), true));
    }

    @Test
    void countsRefusedBodies() {
        var publisher = channel.openPublisher();
        assertThrows(OffloadException.class, () -> publisher.publish(ByteBuffer.allocate((1 << 20) + 1), true));
        assertEquals(1, channel.counters().get(ChannelCounter.FAILED_BODIES));
    }

    @Test
    void stopsAStreamWhenClosedByAnotherThread() {
        var publisher = channel.openPublisher();
        var endless = new InputStream() {
            @Override
            public int read() {
                if (channel.store().head() > 100) {
                    publisher.close();
                }
                return 1;
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                bytes[offset] = (byte) read();
                return 1;
            }
        };
        assertThrows(OffloadException.class, () -> publisher.publish(endless, true));
    }

    @Test
    void aClosedChannelTakesNoPublisher() {
        channel.close();
        assertFalse(channel.isOpen());
        assertThrows(OffloadException.class, channel::openPublisher);
    }
}
