// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel.mpegts;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class SourceJoinTest {

    private final SourceJoin join = new SourceJoin();
    private final TsCheck check = new TsCheck();

    /** Ten pictures from a time on, 40 ms apart, whose first counter and time are the source's own. */
    private static ByteBuffer source(int counter, long millis) {
        var packets = new Packets();
        for (int i = 0; i < 10; i++) {
            packets.pcr(0x100, counter + i * 2, millis + i * 40)
                    .pes(0x100, counter + i * 2 + 1, (millis + i * 40 + 200) * 90, (millis + i * 40 + 160) * 90)
                    .payload(0x101, counter + i);
        }
        return packets.buffer();
    }

    @Test
    void oneSourceStaysAsItIs() {
        ByteBuffer media = source(3, 1000);
        byte[] before = media.array().clone();
        join.switchSource();
        join.restamp(media);
        assertArrayEquals(before, media.array());
        assertEquals(0, join.switches());
    }

    @Test
    void announcedSwitchGoesOnInCountersAndTime() {
        ByteBuffer first = source(3, 1000);
        ByteBuffer second = source(9, 700_000);
        join.restamp(first);
        join.switchSource();
        join.restamp(second);
        assertEquals(0, check.check(first, 0), check::first);
        assertEquals(0, check.check(second, 0), check::first);
        assertEquals(TsClock.ticks(1000 + 400), Packets.at(second, 0).pcr());
        assertEquals((1400 + 200) * 90, PesTimestamps.read(second, 188 + 13));
        assertEquals((1400 + 160) * 90, PesTimestamps.read(second, 188 + 18));
        assertEquals(1, join.switches());
    }

    @Test
    void switchIsFoundByItsClock() {
        ByteBuffer first = source(0, 60_000);
        ByteBuffer second = source(5, 10);
        join.restamp(first);
        join.restamp(second);
        assertEquals(1, join.switches());
        assertEquals(0, check.check(first, 0) + check.check(second, 0), check::first);
    }

    @Test
    void timesInFrontOfTheFirstClockAreMovedToo() {
        join.restamp(source(0, 1000));
        join.switchSource();
        ByteBuffer second = new Packets().pes(0x100, 7, 90 * 500_200L, 90 * 500_200L).pcr(0x100, 8, 500_000).buffer();
        join.restamp(second);
        assertEquals(90 * 1600, PesTimestamps.read(second, 13));
    }

    @Test
    void faultsWithinASourceStayVisible() {
        join.restamp(source(0, 0));
        join.switchSource();
        ByteBuffer second = new Packets().pcr(0x100, 2, 100).payload(0x100, 5).buffer();
        join.restamp(second);
        assertEquals(1, check.check(second, 0));
    }

    @Test
    void timeWraps() {
        long wrap = TsClock.PCR_WRAP / TsClock.ticks(1);
        ByteBuffer first = source(0, wrap - 380);
        join.restamp(first);
        join.switchSource();
        ByteBuffer second = source(0, 5_000);
        join.restamp(second);
        assertEquals(0, check.check(first, 0) + check.check(second, 0), check::first);
        assertEquals(20, Packets.at(second, 0).pcr() / TsClock.ticks(1), 1);
    }

    @Test
    void nullPacketsAreLeftAlone() {
        join.restamp(source(0, 0));
        join.switchSource();
        ByteBuffer nulls = new Packets().payload(TsPacket.NULL_PID, 9).buffer();
        ByteBuffer before = ByteBuffer.wrap(nulls.array().clone());
        join.restamp(nulls);
        assertEquals(before, nulls);
    }
}
