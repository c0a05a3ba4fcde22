// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.api.ChannelSpec;
import io.tcpoffload.api.Delivery;
import io.tcpoffload.api.MediaAmount;
import io.tcpoffload.api.Published;
import io.tcpoffload.api.RecoverPolicy;
import io.tcpoffload.api.SyncMethod;
import io.tcpoffload.api.ViewerEvent.Type;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Where viewers start, and what becomes of slow ones, with each setting. */
class CursorPolicyTest {

    private static final int BODY = 188 * 100;

    private final Extent extent = new Extent();
    private final List<Type> events = new ArrayList<>();
    private MediaChannel channel;

    private void open(UnaryOperator<ChannelSpec> settings) {
        channel = new MediaChannel(settings.apply(ChannelSpec.channel("test").withStoreBytes(1 << 20)), "a:1", null);
    }

    @AfterEach
    void close() {
        channel.close();
    }

    private void append(int length, boolean keyframe) {
        channel.store().append(Pattern.buffer(channel.store().head(), length), keyframe);
    }

    private Cursor viewer() {
        return new Viewer(1, channel, null, null, "", (type, v, sent, lag, reason) -> events.add(type), () -> { }).begin();
    }

    private long startWith(SyncMethod method, MediaAmount burst) {
        open(spec -> spec.withSyncMethod(method).withBurstSize(burst));
        append(BODY, true);
        append(BODY, false);
        append(BODY, true);
        append(BODY + 10, false);
        append(BODY, false);
        Cursor cursor = viewer();
        return cursor.next(extent) == Step.DATA ? extent.position() : -1;
    }

    @Test
    void startsAtTheNewestBodyOnAPacket() {
        assertEquals(4 * BODY + 188, startWith(SyncMethod.LATEST, ChannelSpec.DEFAULT_BURST));
    }

    @Test
    void startsAtTheNewestKeyframe() {
        assertEquals(2 * BODY, startWith(SyncMethod.LATEST_KEYFRAME, ChannelSpec.DEFAULT_BURST));
    }

    @Test
    void startsAtTheNextKeyframe() {
        assertEquals(-1, startWith(SyncMethod.NEXT_KEYFRAME, ChannelSpec.DEFAULT_BURST));
        Cursor cursor = viewer();
        append(BODY, false);
        assertEquals(Step.NONE, cursor.next(extent));
        append(BODY, true);
        append(BODY, true);
        assertEquals(Step.DATA, cursor.next(extent));
        assertEquals(6 * BODY + 10, extent.position(), "the first that came, and not the newest");
    }

    @Test
    void startsABurstOnAPacket() {
        assertEquals(4 * BODY - 188 * 5, startWith(SyncMethod.BURST, MediaAmount.ofBytes(BODY + 10 + 188 * 5)));
        channel.close();
        assertEquals(0, startWith(SyncMethod.BURST, MediaAmount.ofBytes(10 * BODY)));
    }

    @Test
    void startsABurstAtAKeyframe() {
        assertEquals(2 * BODY, startWith(SyncMethod.BURST_KEYFRAME, MediaAmount.ofBytes(BODY)));
        channel.close();
        assertEquals(0, startWith(SyncMethod.BURST_KEYFRAME, MediaAmount.ofBytes(4 * BODY)));
        channel.close();
        assertEquals(0, startWith(SyncMethod.BURST_KEYFRAME, MediaAmount.ofBytes(40 * BODY)), "the oldest there is");
    }

    @Test
    void waitsForSomethingToStartWith() {
        for (SyncMethod method : SyncMethod.values()) {
            open(spec -> spec.withSyncMethod(method).withBurstSize(MediaAmount.ofBytes(BODY)));
            Cursor cursor = viewer();
            assertEquals(Step.NONE, cursor.next(extent), method.toString());
            append(BODY, true);
            append(BODY, true);
            append(BODY, false);
            assertEquals(Step.DATA, cursor.next(extent), method.toString());
            assertEquals(0, extent.position(), "the first that came, and not the newest");
            channel.close();
        }
    }

    /** A viewer at 188 * 3, and eight bodies more, of which one is a keyframe. */
    private Cursor slow(RecoverPolicy policy, int soft, int hard) {
        open(spec -> spec.withRecoverPolicy(policy).withClientBufferSoftMax(MediaAmount.ofBytes(soft))
                .withClientBufferMax(hard));
        append(BODY, true);
        Cursor cursor = viewer();
        cursor.next(extent);
        cursor.advance(188 * 3);
        for (int i = 1; i < 9; i++) {
            append(BODY, i == 5);
        }
        return cursor;
    }

    @Test
    void goesOnAtTheNewestBody() {
        Cursor cursor = slow(RecoverPolicy.LATEST, 2 * BODY, 0);
        assertEquals(Step.DATA, cursor.next(extent));
        assertEquals(8 * BODY, extent.position());
        assertEquals(List.of(Type.SUBSCRIBE, Type.SLOW, Type.RESYNC), events);
    }

    @Test
    void goesOnAtTheSoftLimit() {
        Cursor cursor = slow(RecoverPolicy.SOFT_LIMIT, 2 * BODY + 100, 0);
        assertEquals(Step.DATA, cursor.next(extent));
        assertEquals(7 * BODY, extent.position(), "the first packet within it");
    }

    @Test
    void goesOnAtTheNewestKeyframe() {
        Cursor cursor = slow(RecoverPolicy.KEYFRAME, 2 * BODY, 5 * BODY);
        assertEquals(Step.DATA, cursor.next(extent));
        assertEquals(5 * BODY, extent.position());
        assertFalse(cursor.isTooSlow());
    }

    @Test
    void disconnectsWhomTheNewestKeyframeDoesNotBringWithinTheHardLimit() {
        Cursor cursor = slow(RecoverPolicy.KEYFRAME, 2 * BODY, 3 * BODY);
        assertTrue(cursor.isTooSlow());
        assertEquals(Step.CLOSE, cursor.next(extent));
        assertEquals(CloseReason.TOO_SLOW, cursor.closeReason());
        assertEquals(1, channel.counters().get(ChannelCounter.SLOW_CLOSED));
    }

    @Test
    void letsAViewerCatchUpUntilTheHardLimit() {
        Cursor cursor = slow(RecoverPolicy.NONE, 2 * BODY, 9 * BODY);
        assertEquals(Step.DATA, cursor.next(extent));
        assertEquals(188 * 3, extent.position());
        assertFalse(cursor.isTooSlow());
        append(BODY, false);
        assertTrue(cursor.isTooSlow());
        assertEquals(Step.CLOSE, cursor.next(extent));
    }

    @Test
    void keepsAViewerThatLacksOnlyTheNewestBody() {
        open(spec -> spec.withRecoverPolicy(RecoverPolicy.NONE).withClientBufferMax(BODY));
        append(BODY, true);
        Cursor cursor = viewer();
        cursor.next(extent);
        cursor.advance(BODY);
        append(4 * BODY, true);
        assertFalse(cursor.isTooSlow());
        assertEquals(Step.DATA, cursor.next(extent));
    }

    @Test
    void tellsOnceThatAViewerIsSlowAndAgainWhenItIsSlowAgain() {
        Cursor cursor = slow(RecoverPolicy.NONE, 2 * BODY, 0);
        cursor.next(extent);
        cursor.next(extent);
        cursor.advance(8 * BODY);
        cursor.next(extent);
        assertEquals(List.of(Type.SUBSCRIBE, Type.SLOW), events);
        append(3 * BODY, false);
        cursor.next(extent);
        assertEquals(List.of(Type.SUBSCRIBE, Type.SLOW, Type.SLOW), events);
    }

    @Test
    void givesChosenViewersWhatOthersPassOver() {
        open(spec -> spec);
        append(BODY, true);
        Cursor chosen = viewer();
        Cursor other = new Viewer(2, channel, null, null, "", ViewerWatcher.NONE, () -> { }).begin();
        try (ChannelPublisher publisher = channel.openPublisher()) {
            Published one = publisher.publish(Pattern.buffer(BODY, 188), Set.of(1L, 4711L));
            assertEquals(new Published(188, 1, BODY + 188), one);
            assertEquals(new Published(0, 0, BODY + 188), publisher.publish(Pattern.buffer(0, 188), Set.of(4711L)));
            append(BODY, false);
            for (Cursor cursor : List.of(chosen, other)) {
                assertEquals(Step.DATA, cursor.next(extent));
                assertEquals(BODY, extent.length(), "up to where the ways part");
                cursor.advance(BODY);
                assertEquals(Step.DATA, cursor.next(extent));
            }
            assertEquals(BODY + 188, extent.position());
            assertEquals(BODY, extent.length());
            assertEquals(List.of(0L, 1L), List.of(chosen.jumps(), other.jumps()));
            assertEquals(0, channel.counters().get(ChannelCounter.SKIPS));
            other.advance(BODY);
            assertEquals(2L * BODY, other.sentBytes());
            chosen.next(extent);
            assertEquals(BODY, extent.position());
            assertEquals(188, extent.length());
        }
    }

    @Test
    void startsNobodyInABodyForOthers() {
        open(spec -> spec.withSyncMethod(SyncMethod.LATEST));
        append(BODY, true);
        viewer();
        try (ChannelPublisher publisher = channel.openPublisher()) {
            publisher.publish(Pattern.buffer(BODY, 188), Set.of(1L));
        }
        Cursor late = new Viewer(2, channel, null, null, "", ViewerWatcher.NONE, () -> { }).begin();
        assertEquals(Step.NONE, late.next(extent));
        append(188, false);
        assertEquals(Step.DATA, late.next(extent));
        assertEquals(BODY + 188, extent.position());
    }

    @Test
    void tellsWhenEverybodyWasSentIt() throws Exception {
        open(spec -> spec);
        append(BODY, true);
        List<Cursor> cursors = List.of(viewer(), viewer(), viewer(), viewer());
        try (ChannelPublisher publisher = channel.openPublisher()) {
            var now = publisher.whenSent(BODY, Duration.ZERO).toCompletableFuture();
            assertEquals(new Delivery(0, 0, 0, 4), now.get());
            var later = publisher.whenSent(BODY, Duration.ofSeconds(30)).toCompletableFuture();
            cursors.get(0).next(extent);
            cursors.get(0).advance(BODY);
            cursors.get(1).close();
            cursors.get(2).next(extent);
            cursors.get(2).advance(BODY);
            assertFalse(later.isDone());
            append(700_000, true);
            append(188 * 1000, true);
            cursors.get(3).next(extent);
            assertEquals(new Delivery(2, 1, 1, 0), later.get(10, TimeUnit.SECONDS));
            assertEquals(new Delivery(0, 0, 0, 3), publisher.whenSent(channel.store().head(), Duration.ofMillis(20))
                    .toCompletableFuture().get(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void doesNotWaitForViewersThatHaveNothingToStartWith() throws Exception {
        open(spec -> spec.withSyncMethod(SyncMethod.NEXT_KEYFRAME));
        append(BODY, true);
        viewer();
        append(BODY, false);
        try (ChannelPublisher publisher = channel.openPublisher()) {
            assertEquals(new Delivery(0, 1, 0, 0),
                    publisher.whenSent(2 * BODY, Duration.ofSeconds(30)).toCompletableFuture().get(1, TimeUnit.SECONDS));
        }
    }

    @Test
    void tellsWhetherThereIsRoomForTheSlowest() throws Exception {
        open(spec -> spec.withClientBufferMax(2 * BODY));
        append(BODY, true);
        Cursor cursor = viewer();
        try (ChannelPublisher publisher = channel.openPublisher()) {
            assertTrue(publisher.whenRoom(BODY, Duration.ZERO).toCompletableFuture().get());
            assertFalse(publisher.whenRoom(BODY + 1, Duration.ofMillis(20)).toCompletableFuture().get(5, TimeUnit.SECONDS));
            var room = publisher.whenRoom(10 * BODY, Duration.ofSeconds(30)).toCompletableFuture();
            cursor.next(extent);
            cursor.advance(BODY - 1);
            assertFalse(room.isDone());
            cursor.advance(1);
            assertTrue(room.get(10, TimeUnit.SECONDS), "everything was sent: waiting would not help");
        }
    }

    @Test
    void countsWhatWasSent() {
        Cursor cursor = slow(RecoverPolicy.KEYFRAME, 2 * BODY, 0);
        cursor.next(extent);
        assertEquals(188 * 3, cursor.sentBytes());
        cursor.advance(1000);
        assertEquals(188 * 3 + 1000, cursor.sentBytes());
        assertEquals(1, cursor.jumps());
    }
}
