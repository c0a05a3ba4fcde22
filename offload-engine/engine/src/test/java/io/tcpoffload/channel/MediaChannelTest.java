// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.api.ChannelSpec;
import io.tcpoffload.api.OffloadException;
import io.tcpoffload.api.RecoverPolicy;
import io.tcpoffload.api.TransportMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MediaChannelTest {

    private static final int STORE = 8 << 20;

    @TempDir
    Path directory;

    private final Extent extent = new Extent();

    private MediaChannel open() {
        var channel = new MediaChannel(ChannelSpec.channel("leak-check").withStoreBytes(STORE), "127.0.0.1:8080", directory);
        for (int i = 0; i < 8; i++) {
            channel.store().append(Pattern.buffer(channel.store().head(), 1 << 20), true);
        }
        return channel;
    }

    /** KiB of the deleted store's pages mapped by this process (proc(5), smaps). */
    private long residentKib() throws IOException {
        long sum = 0;
        boolean ours = false;
        for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
            if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
                ours = line.contains(directory.toString());
            } else if (ours && line.startsWith("Rss:")) {
                sum += Long.parseLong(line.replaceAll("[^0-9]", ""));
            }
        }
        return sum;
    }

    @Test
    void givesItsMemoryBackWhenItCloses() throws IOException {
        var channel = open();
        assertTrue(residentKib() >= STORE / 1024);
        channel.close();
        channel.close();
        assertTrue(residentKib() <= 8, residentKib() + " KiB left");
        try (var left = Files.list(directory)) {
            assertEquals(0, left.count());
        }
    }

    @Test
    void keepsItsMemoryUntilTheLastViewerHasLeft() throws IOException {
        var channel = open();
        Cursor cursor = channel.openCursor();
        channel.close();
        assertEquals(Step.DATA, cursor.next(extent));
        assertEquals(Pattern.at(extent.position()), channel.store().memory().get(extent.memoryOffset()));
        assertTrue(channel.store().stillValid(extent.position()));
        cursor.close();
        assertTrue(residentKib() <= 8, residentKib() + " KiB left");
        assertFalse(channel.store().stillValid(extent.position()), "a late reader takes no zeros for media");
    }

    @Test
    void aViewerThatComesTooLateIsClosed() {
        var channel = open();
        channel.close();
        assertEquals(Step.CLOSE, channel.openCursor().next(extent));
    }

    private static final int PACKETS = 188 * 100;
    private static final ChannelSpec NEWS = ChannelSpec.channel("news").withStoreBytes(ChannelSpec.MIN_STORE_BYTES)
            .withClientBufferMax(100_000).withListener("[::1]:9000").withContentType("video/mp2t; charset=\"=x\"")
            .withRecoverPolicy(RecoverPolicy.DISCONNECT).withDetachGrace(Duration.ofMillis(61_500));

    private static void append(MediaChannel channel, int length, boolean joinPoint) {
        channel.store().append(Pattern.buffer(channel.store().head(), length), joinPoint);
    }

    @Test
    void outlivesItsEngine() throws IOException {
        var former = new MediaChannel(NEWS, "127.0.0.1:8080", directory);
        append(former, PACKETS, true);
        try (var channel = MediaChannel.reopen(former.store().file())) {
            assertEquals(former.id(), channel.id());
            assertEquals("news", channel.name());
            assertEquals("127.0.0.1:8080", channel.listenerKey());
            assertEquals(NEWS.options(), channel.spec().options());
            assertEquals(NEWS.listener(), channel.spec().listener());
            assertEquals(0, channel.publishers());
            assertTrue(channel.isOpen());
            assertEquals(PACKETS, channel.publishedBytes());
            channel.openPublisher().publish(Pattern.buffer(PACKETS, 10), true);
            assertEquals(PACKETS + 10, StoreCheck.requirePattern(channel.store()));
        }
    }

    @Test
    void suspendedItTellsItsPublisherAndNotItsViewers() throws IOException {
        var former = new MediaChannel(NEWS, "127.0.0.1:8080", directory);
        var detached = new AtomicBoolean();
        former.onDetached(() -> detached.set(true));
        ChannelPublisher publisher = former.openPublisher();
        Cursor cursor = former.openCursor();
        publisher.publish(Pattern.buffer(0, PACKETS), true);
        former.suspend();
        former.close();
        OffloadException refused =
                assertThrows(OffloadException.class, () -> publisher.publish(Pattern.buffer(0, 10), true));
        assertTrue(refused.getMessage().contains("suspended"), refused.getMessage());
        assertThrows(OffloadException.class, former::openPublisher);
        assertEquals(Step.DATA, cursor.next(extent));
        cursor.advance(PACKETS);
        assertEquals(Step.NONE, cursor.next(extent));
        publisher.close();
        cursor.close();
        assertFalse(detached.get(), "what becomes of it is the next engine's business");
        try (var channel = MediaChannel.reopen(former.store().file())) {
            assertEquals(PACKETS, StoreCheck.requirePattern(channel.store()));
        }
    }

    @Test
    void takesOtherSettingsInPlace() throws IOException {
        var channel = new MediaChannel(NEWS, "127.0.0.1:8080", directory);
        append(channel, PACKETS, true);
        Cursor cursor = channel.openCursor();
        cursor.next(extent);
        cursor.advance(188);
        ChannelSpec other = NEWS.withClientBufferMax(10_000).withRecoverPolicy(RecoverPolicy.KEYFRAME)
                .withContentType("video/x").withDetachGrace(Duration.ZERO);
        assertTrue(channel.adapt(other));
        append(channel, 188, true);
        assertEquals(Step.DATA, cursor.next(extent));
        assertEquals(PACKETS, extent.position(), "too far behind now, it skips and is not disconnected");
        assertFalse(channel.adapt(other.withStoreBytes(1 << 21)));
        assertFalse(channel.adapt(other.withTransport(TransportMode.NIO)));
        try (var reopened = MediaChannel.reopen(channel.store().file())) {
            assertEquals(other.options(), reopened.spec().options());
        }
    }

    @Test
    void aViewerGoesOnInTheNextEngine() throws IOException {
        var former = new MediaChannel(NEWS.withRecoverPolicy(RecoverPolicy.KEYFRAME), "127.0.0.1:8080", directory);
        append(former, 77, true);
        append(former, PACKETS, true);
        try (var channel = MediaChannel.reopen(former.store().file())) {
            Cursor cursor = channel.resumeCursor(77 + 1000, 3);
            assertEquals(1, channel.viewers());
            assertEquals(3, cursor.jumps());
            assertEquals(Step.DATA, cursor.next(extent));
            assertEquals(77 + 1000, extent.position());
            append(channel, 100_000, true);
            assertEquals(Step.DATA, cursor.next(extent));
            assertEquals(188 * 6 - 1000, extent.length(), "it is too slow now: the rest of its packet");
            cursor.advance(extent.length());
            assertEquals(Step.DATA, cursor.next(extent));
            assertEquals(77 + PACKETS, extent.position());
            assertEquals(4, cursor.jumps());
        }
    }

    @Test
    void aViewerAtTheLiveEdgeGoesOnAtAPacketsEnd() throws IOException {
        try (var channel = new MediaChannel(NEWS.withRecoverPolicy(RecoverPolicy.KEYFRAME), "127.0.0.1:8080", directory)) {
            append(channel, 77, true);
            append(channel, 188, true);
            Cursor atEnd = channel.resumeCursor(77 + 188, 0);
            append(channel, 10, false);
            Cursor within = channel.resumeCursor(77 + 188 + 10, 0);
            assertEquals(Step.NONE, within.next(extent));
            for (int i = 0; i < 3; i++) {
                append(channel, (int) ChannelSpec.MIN_STORE_BYTES / 2, true);
            }
            assertEquals(Step.DATA, atEnd.next(extent), "it skips: it was between two packets");
            assertEquals(Step.CLOSE, within.next(extent));
            assertEquals(CloseReason.LOST, within.closeReason());
        }
    }

    @Test
    void aViewerWhosePlaceIsForgottenIsLost() throws IOException {
        try (var channel = new MediaChannel(NEWS.withRecoverPolicy(RecoverPolicy.KEYFRAME), "127.0.0.1:8080", directory)) {
            for (int i = 0; i < 5; i++) {
                append(channel, (int) ChannelSpec.MIN_STORE_BYTES / 2, true);
            }
            Cursor cursor = channel.resumeCursor(188, 0);
            assertEquals(Step.CLOSE, cursor.next(extent));
            assertEquals(CloseReason.LOST, cursor.closeReason());
        }
    }

    @Test
    void aViewerThatHadNothingYetWaitsOn() throws IOException {
        try (var channel = new MediaChannel(NEWS, "127.0.0.1:8080", directory)) {
            Cursor cursor = channel.resumeCursor(-1, 0);
            assertEquals(Step.NONE, cursor.next(extent));
            append(channel, 188, true);
            assertEquals(Step.DATA, cursor.next(extent));
        }
    }

    @Test
    void refusesAViewerFromBeyondItsStream() throws IOException {
        try (var channel = new MediaChannel(NEWS, "127.0.0.1:8080", directory)) {
            append(channel, 188, true);
            OffloadException refused = assertThrows(OffloadException.class, () -> channel.resumeCursor(189, 0));
            assertTrue(refused.getMessage().contains("189") && refused.getMessage().contains("188"), refused.getMessage());
            assertEquals(0, channel.viewers());
        }
    }

    @Test
    void refusesAStoreThatDescribesNoChannel() throws IOException {
        try (var store = new SegmentStore(directory, "news", STORE, () -> { })) {
            refuses(store, "names no channel");
            store.describe("name=a b\nlistenerKey=x");
            refuses(store, "channel name 'a b' is not valid");
            store.describe("name=a\nlistenerKey=x\nstoreSize=many");
            refuses(store, "'storeSize=many'");
            store.describe("name=a\nlistenerKey=x\ncolour=red");
            refuses(store, "'colour=red' is not valid: there is no option 'colour'");
        }
    }

    private static void refuses(SegmentStore store, String why) {
        StoreRefusedException refused =
                assertThrows(StoreRefusedException.class, () -> MediaChannel.reopen(store.file()));
        assertTrue(refused.getMessage().contains(why) && refused.getMessage().startsWith(store.file().toString()),
                refused.getMessage());
    }
}
