// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.api.ChannelSpec;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NullPacketsTest {

    private static final long SECOND = 1_000_000_000;

    private final TsFeed feed = new TsFeed(0, 0);
    private MediaChannel channel;
    private long nowNs = Long.MAX_VALUE - SECOND;

    @BeforeEach
    void open() {
        open("video/mp2t");
    }

    private void open(String contentType) {
        channel = new MediaChannel(ChannelSpec.channel("news").withStoreBytes(1 << 20).withContentType(contentType),
                "127.0.0.1:8080", null);
        publish(20);
        channel.openCursor();
    }

    @AfterEach
    void close() {
        channel.close();
    }

    private void publish(int pictures) {
        try (ChannelPublisher publisher = channel.openPublisher()) {
            for (int i = 0; i < pictures; i++) {
                publisher.publish(feed.picture(9, true), i == 0);
            }
        }
    }

    /** As an engine's timer does, every 100 ms. */
    private void pass(long ns) {
        for (long end = nowNs + ns; nowNs - end < 0; nowNs += SECOND / 10) {
            channel.keepAlive(nowNs);
        }
    }

    private TsReceiver received() {
        return new TsReceiver(channel.store());
    }

    @Test
    void comeAtThePaceOfTheChannelsKeepaliveWhileSomebodyPublishes() {
        channel.close();
        channel = new MediaChannel(ChannelSpec.channel("news").withStoreBytes(1 << 20)
                .withKeepalive(Duration.ofSeconds(2)).withStaleAfter(Duration.ofNanos(1)), "127.0.0.1:8080", null);
        try (ChannelPublisher publisher = channel.openPublisher()) {
            publisher.publish(feed.picture(9, true), true);
            channel.openCursor();
            pass(SECOND * 19 / 10);
            assertEquals(0, channel.counters().get(ChannelCounter.NULL_PACKETS));
            pass(SECOND * 4);
            assertEquals(2 * ChannelIntake.NULL_PACKETS, channel.counters().get(ChannelCounter.NULL_PACKETS));
            assertTrue(channel.isStale(), "null packets are not published");
            publisher.publish(ByteBuffer.allocate(100), false);
            pass(SECOND * 10);
            assertEquals(2 * ChannelIntake.NULL_PACKETS, channel.counters().get(ChannelCounter.NULL_PACKETS),
                    "not within a packet whose rest is to come");
        }
    }

    @Test
    void comeEveryHalfSecondOfSilence() {
        pass(SECOND / 2);
        assertEquals(0, received().nullPackets);
        pass(SECOND);
        assertEquals(2 * ChannelIntake.NULL_PACKETS, received().nullPackets);
        pass(SECOND);
        assertEquals(4 * ChannelIntake.NULL_PACKETS, received().nullPackets);
        assertEquals(4 * ChannelIntake.NULL_PACKETS, channel.counters().get(ChannelCounter.NULL_PACKETS));
        assertEquals(List.of(), received().faults);
    }

    @Test
    void stopWhenAPublisherComesAndAreNoBreak() {
        pass(2 * SECOND);
        int sent = received().nullPackets;
        try (ChannelPublisher publisher = channel.openPublisher()) {
            pass(5 * SECOND);
            assertEquals(sent, received().nullPackets);
            publisher.publish(feed.picture(9, true), true);
        }
        pass(SECOND / 2);
        assertEquals(sent, received().nullPackets);
        assertEquals(List.of(), received().discontinuities);
        assertEquals(List.of(), received().faults);
    }

    @Test
    void areNoPlaceToJoin() {
        long newest = channel.store().newestJoinPoint();
        pass(5 * SECOND);
        assertEquals(newest, channel.store().newestJoinPoint());
        assertEquals(1, channel.store().segments());
    }

    @Test
    void neverPushOutTheNewestPlaceToJoin() {
        pass(3600 * SECOND);
        assertEquals(0, channel.store().newestJoinPoint());
        assertTrue(channel.store().head() > channel.store().capacity() * 9 / 10, "as much as there is room for");
        assertEquals(List.of(), received().faults);
        for (int i = 0; i < 5; i++) {
            publish(500);
            long newest = channel.store().newestJoinPoint();
            pass(3600 * SECOND);
            assertEquals(newest, channel.store().newestJoinPoint());
        }
    }

    @Test
    void followAWholePacket() {
        try (ChannelPublisher publisher = channel.openPublisher()) {
            publisher.publish(feed.picture(9, true).slice(0, 1000), false);
        }
        pass(2 * SECOND);
        assertTrue(received().nullPackets > 0);
        assertEquals(List.of(), received().faults);
    }

    @Test
    void areNotSentWhereNobodyLooksOrNobodyKnowsThem() {
        long head = channel.store().head();
        channel.suspend();
        pass(5 * SECOND);
        assertEquals(head, channel.store().head());
        channel.close();
        open("video/x-flv");
        head = channel.store().head();
        pass(5 * SECOND);
        assertEquals(head, channel.store().head());
        channel.close();
        channel = new MediaChannel(ChannelSpec.channel("news"), "127.0.0.1:8080", null);
        channel.store().append(Pattern.buffer(0, 5000), true);
        channel.openCursor();
        pass(5 * SECOND);
        assertEquals(5000, channel.store().head(), "no transport stream, whatever its type says");
    }
}
