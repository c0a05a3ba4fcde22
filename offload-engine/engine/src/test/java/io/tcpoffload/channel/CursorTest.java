// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.api.ChannelSpec;
import io.tcpoffload.api.RecoverPolicy;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CursorTest {

    private static final int STORE = (int) ChannelSpec.MIN_STORE_BYTES;
    private static final int LAG_MAX = 100_000;
    private static final int PACKETS = 188 * 100;

    private final Extent extent = new Extent();
    private MediaChannel channel = open(RecoverPolicy.KEYFRAME);

    private static MediaChannel open(RecoverPolicy policy) {
        return new MediaChannel(ChannelSpec.channel("test").withStoreBytes(STORE).withClientBufferMax(LAG_MAX)
                .withRecoverPolicy(policy), "127.0.0.1:8080", null);
    }

    @AfterEach
    void close() {
        channel.close();
    }

    private void append(int length, boolean joinPoint) {
        channel.store().append(Pattern.buffer(channel.store().head(), length), joinPoint);
    }

    private long count(ChannelCounter counter) {
        return channel.counters().get(counter);
    }

    /** A viewer that has been sent this many bytes of the first segment. */
    private Cursor at(int bytes) {
        append(PACKETS, true);
        Cursor cursor = channel.openCursor();
        assertEquals(Step.DATA, cursor.next(extent));
        cursor.advance(bytes);
        return cursor;
    }

    @Test
    void waitsForTheFirstSegment() {
        Cursor cursor = channel.openCursor();
        assertEquals(Step.NONE, cursor.next(extent));
        append(1000, false);
        assertEquals(Step.NONE, cursor.next(extent));
        assertEquals(-1, cursor.position());
        append(1000, true);
        assertEquals(Step.DATA, cursor.next(extent));
        assertEquals(1000, extent.position());
    }

    @Test
    void startsAtTheNewestSegment() {
        append(500, true);
        append(600, true);
        append(50, false);
        Cursor cursor = channel.openCursor();
        assertEquals(Step.DATA, cursor.next(extent));
        assertEquals(500, cursor.position());
        assertEquals(650, extent.length());
        assertEquals(650, cursor.lag());
    }

    @Test
    void followsTheLiveEdge() {
        Cursor cursor = at(PACKETS);
        assertEquals(Step.NONE, cursor.next(extent));
        append(10, false);
        assertEquals(Step.DATA, cursor.next(extent));
        assertEquals(10, extent.length());
        assertEquals(0, cursor.jumps());
    }

    @Test
    void finishesThePacketAndSkipsToTheNewestSegment() {
        Cursor cursor = at(1000);
        append(LAG_MAX, true);
        append(PACKETS, true);
        assertTrue(cursor.isOverdue());
        assertEquals(Step.DATA, cursor.next(extent));
        assertEquals(1000, extent.position());
        assertEquals(188 * 6 - 1000, extent.length(), "the rest of the sixth packet");
        cursor.advance(extent.length());
        assertEquals(Step.DATA, cursor.next(extent));
        assertEquals(PACKETS + LAG_MAX, extent.position());
        assertEquals(1, cursor.jumps());
        assertEquals(188 * 6, cursor.jumpedFrom());
        assertEquals(1, count(ChannelCounter.SKIPS));
        assertEquals(PACKETS + LAG_MAX - 188 * 6, count(ChannelCounter.SKIPPED_BYTES));
    }

    @Test
    void skipsAtOnceAtAPacketsEnd() {
        Cursor cursor = at(188 * 3);
        append(LAG_MAX, true);
        assertEquals(Step.DATA, cursor.next(extent));
        assertEquals(PACKETS, extent.position());
        assertEquals(1, cursor.jumps());
    }

    @Test
    void countsPacketsFromTheSegmentsStart() {
        append(77, true);
        Cursor cursor = at(1000);
        append(LAG_MAX, true);
        assertEquals(Step.DATA, cursor.next(extent));
        assertEquals(77 + 1000, extent.position());
        assertEquals(188 * 6 - 1000, extent.length());
    }

    @Test
    void takesASegmentsEndForAPacketsEnd() {
        append(188 + 10, true);
        Cursor cursor = channel.openCursor();
        cursor.next(extent);
        cursor.advance(188 + 4);
        append(LAG_MAX, true);
        append(188, true);
        assertEquals(Step.DATA, cursor.next(extent));
        assertEquals(6, extent.length());
        cursor.advance(6);
        assertEquals(Step.DATA, cursor.next(extent));
        assertEquals(188 + 10 + LAG_MAX, extent.position());
    }

    @Test
    void goesOnWhenThereIsNoNewerSegment() {
        Cursor cursor = at(188);
        append(LAG_MAX + 1, false);
        assertEquals(Step.DATA, cursor.next(extent));
        assertEquals(188, extent.position());
        assertEquals(0, cursor.jumps());
    }

    @Test
    void skipsWhenOverwrittenAtAPacketsEnd() {
        Cursor cursor = at(188 * 2);
        append(STORE / 2, true);
        append(STORE / 2, true);
        assertFalse(cursor.locate(extent));
        assertEquals(Step.DATA, cursor.next(extent));
        assertEquals(PACKETS + STORE / 2, extent.position());
        assertNull(cursor.closeReason());
    }

    @Test
    void isLostWhenTheRestOfItsPacketIsOverwritten() {
        Cursor cursor = at(1000);
        append(STORE / 2, true);
        append(STORE / 2, true);
        assertEquals(Step.CLOSE, cursor.next(extent));
        assertEquals(CloseReason.LOST, cursor.closeReason());
        assertEquals(Step.CLOSE, cursor.next(extent));
        assertEquals(1, count(ChannelCounter.LOST_CLOSED));
    }

    @Test
    void rescuesTheRestOfThePacketOfAViewerThatCannotBeSentTo() {
        Cursor cursor = at(1000);
        assertFalse(cursor.rescue(extent), "not too far behind yet");
        append(LAG_MAX, true);
        assertTrue(cursor.rescue(extent));
        assertEquals(128, extent.length());
        cursor.advance(extent.length());
        assertFalse(cursor.rescue(extent));
        append(STORE / 2, true);
        append(STORE / 2, true);
        assertEquals(Step.DATA, cursor.next(extent));
        assertEquals(channel.store().newestJoinPoint(), extent.position());
        assertEquals(1, cursor.jumps());
    }

    @Test
    void disconnectsWhereThatIsSet() {
        channel.close();
        channel = open(RecoverPolicy.DISCONNECT);
        Cursor cursor = at(188);
        append(LAG_MAX - PACKETS + 188, true);
        assertEquals(Step.DATA, cursor.next(extent), "just within the limit");
        append(1, false);
        assertFalse(cursor.rescue(extent));
        assertEquals(Step.CLOSE, cursor.next(extent));
        assertEquals(CloseReason.TOO_SLOW, cursor.closeReason());
        assertEquals(1, count(ChannelCounter.SLOW_CLOSED));
    }

    @Test
    void givesAnEndedChannelsRestAndThenCloses() {
        Cursor cursor = at(188);
        channel.close();
        assertEquals(Step.DATA, cursor.next(extent));
        cursor.advance(extent.length());
        assertEquals(Step.CLOSE, cursor.next(extent));
        assertEquals(CloseReason.CHANNEL_CLOSED, cursor.closeReason());
    }

    @Test
    void closesAViewerThatStillWaitsWhenTheChannelEnds() {
        Cursor cursor = channel.openCursor();
        channel.close();
        assertEquals(Step.CLOSE, cursor.next(extent));
    }

    @Test
    void countsViewers() {
        Cursor cursor = channel.openCursor();
        channel.openCursor();
        assertEquals(2, channel.viewers());
        cursor.close();
        cursor.close();
        assertEquals(1, channel.viewers());
    }

    @Test
    void allocatesNothing() {
        Cursor cursor = at(188);
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long sum = 0;
        for (int i = 0; i < 20_000; i++) {
            sum += cursor.next(extent).ordinal();
        }
        long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
        for (int i = 0; i < 1000; i++) {
            sum += cursor.next(extent).ordinal();
        }
        long allocated = threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
        assertTrue(allocated < 1000, allocated + " bytes for 1000 steps, " + sum);
    }
}
