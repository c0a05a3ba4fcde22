// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.api.ChannelSpec;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TsJointTest {

    private static final int PICTURES = 40;

    @TempDir
    Path directory;
    private MediaChannel channel;
    private TsFeed feed = new TsFeed(3, 5_000_000);

    @BeforeEach
    void open() {
        open("video/mp2t");
        publish(feed);
    }

    private void open(String contentType) {
        channel = new MediaChannel(ChannelSpec.channel("news").withStoreBytes(1 << 20).withContentType(contentType),
                "127.0.0.1:8080", directory);
    }

    @AfterEach
    void close() {
        channel.close();
    }

    private void publish(TsFeed from) {
        try (ChannelPublisher publisher = channel.openPublisher()) {
            for (int i = 0; i < PICTURES; i++) {
                publisher.publish(from.picture(9, i % 3 == 2), i % 10 == 0);
            }
        }
    }

    private TsReceiver received() {
        return new TsReceiver(channel.store());
    }

    private long count(ChannelCounter counter) {
        return channel.counters().get(counter);
    }

    @Test
    void saysNothingWhereTheStreamGoesOnByItself() {
        long before = channel.store().head();
        publish(feed);
        TsReceiver received = received();
        assertEquals(List.of(), received.faults);
        assertEquals(List.of(), received.discontinuities);
        assertEquals(2 * before, channel.store().head());
        assertEquals(0, count(ChannelCounter.DISCONTINUITIES));
    }

    @Test
    void flagsEachPidBeforeItsFirstPacket() {
        publish(new TsFeed(9, 0));
        TsReceiver received = received();
        assertEquals(List.of(), received.faults);
        assertEquals(List.of(TsFeed.PAT, TsFeed.PMT, TsFeed.VIDEO, TsFeed.AUDIO), received.discontinuities,
                "audio comes in the third body");
        assertEquals(1, count(ChannelCounter.DISCONTINUITIES));
    }

    /** Each PID may go on by chance, once in 16. */
    @Test
    void flagsAnyPairOfCounters() {
        for (int continuity = 0; continuity < 16; continuity++) {
            publish(new TsFeed(continuity, 27_000_000L * continuity));
            assertEquals(List.of(), received().faults);
        }
    }

    @Test
    void flagsATimeBaseThatGoesBackAlthoughTheCountersGoOn() {
        publish(new TsFeed(3 + PICTURES, 1_000_000));
        long afterBack = received().discontinuities.size();
        assertEquals(List.of(), received().faults);
        assertTrue(afterBack > 0);
    }

    @Test
    void toleratesAProgrammeThatWasSilentForAWhile() {
        feed.rest(60 * TsFeed.SECOND);
        publish(feed);
        assertEquals(List.of(), received().discontinuities);
        feed.rest(600 * TsFeed.SECOND);
        publish(feed);
        assertEquals(4, received().discontinuities.size());
    }

    @Test
    void goesOnAcrossAnEnginesEnd() throws IOException {
        channel.suspend();
        channel = MediaChannel.reopen(channel.store().file());
        publish(feed);
        assertEquals(List.of(), received().discontinuities);
        channel.suspend();
        channel = MediaChannel.reopen(channel.store().file());
        publish(new TsFeed(8, 77));
        assertEquals(4, received().discontinuities.size());
        assertEquals(List.of(), received().faults);
    }

    @Test
    void isNoPlaceToJoin() {
        long end = channel.store().head();
        publish(new TsFeed(9, 0));
        assertEquals(end + 3 * TsPacket.SIZE, channel.store().joinPointAtOrAfter(end), "behind the packets that flag it");
    }

    @Test
    void looksIntoFilesAndStreams() throws IOException {
        byte[] body = new TsFeed(9, 0).picture(9, false).array();
        Path file = Files.write(directory.resolve("body.ts"), body);
        try (ChannelPublisher publisher = channel.openPublisher()) {
            publisher.publish(file, true);
        }
        assertEquals(3, received().discontinuities.size());
        InputStream slow = new ByteArrayInputStream(new TsFeed(2, 0).picture(9, false).array()) {
            @Override
            public synchronized int read(byte[] bytes, int offset, int length) {
                return super.read(bytes, offset, Math.min(length, 50));
            }
        };
        try (ChannelPublisher publisher = channel.openPublisher()) {
            assertEquals(11 * TsPacket.SIZE, publisher.publish(slow, true).acceptedBytes());
        }
        assertTrue(received().discontinuities.size() > 3);
    }

    @Test
    void endsAPacketThatWasCutShort() {
        for (int into = 1; into < TsPacket.SIZE; into++) {
            for (int of : new int[] {0, 2, 3, 11}) {
                TsFeed cut = new TsFeed(into, into);
                ByteBuffer body = cut.picture(9, true);
                try (ChannelPublisher publisher = channel.openPublisher()) {
                    publisher.publish(body.slice(0, of * TsPacket.SIZE + into), true);
                }
                try (ChannelPublisher publisher = channel.openPublisher()) {
                    publisher.publish(new TsFeed(into + 5, 99).picture(9, true), true);
                }
                String where = "cut " + into + " bytes into packet " + of;
                assertEquals(List.of(), received().faults, where);
            }
        }
        assertEquals((TsPacket.SIZE - 1) * 4, count(ChannelCounter.PACKETS_COMPLETED));
    }

    @Test
    void leavesOtherContentAlone() {
        for (String type : List.of("application/octet-stream", "video/mp2ts")) {
            channel.close();
            open(type);
            publish(feed);
            publish(new TsFeed(9, 0));
            assertEquals(0, received().discontinuities.size());
        }
    }

    @Test
    void knowsATransportStreamByItsTypeInAnyCase() {
        channel.close();
        open("Video/MP2T; x=y");
        publish(feed);
        publish(new TsFeed(9, 0));
        assertEquals(4, received().discontinuities.size());
    }

    @Test
    void leavesAloneWhatOnlyClaimsToBeATransportStream() {
        channel.close();
        open("video/mp2t");
        for (int i = 0; i < 100; i++) {
            try (ChannelPublisher publisher = channel.openPublisher()) {
                publisher.publish(Pattern.buffer(channel.store().head(), 5000 + i), true);
            }
        }
        assertEquals(channel.store().head(), StoreCheck.requirePattern(channel.store()));
    }

    @Test
    void aBodyThatIsNoTransportStreamFollowsAsItIs() {
        long end = channel.store().head();
        try (ChannelPublisher publisher = channel.openPublisher()) {
            publisher.publish(Pattern.buffer(0, 1000), true);
        }
        assertEquals(end + 1000, channel.store().head());
    }
}
