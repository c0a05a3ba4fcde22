// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel.mpegts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;

class TsCheckTest {

    private final TsCheck check = new TsCheck();

    @Test
    void soundStreamHasNoFault() {
        var packets = new Packets();
        for (int i = 0; i < 40; i++) {
            packets.payload(0x100, i).pcr(0x101, i, i * 40).payload(TsPacket.NULL_PID, 3);
        }
        assertEquals(0, check.check(packets.buffer(), 0));
        assertNull(check.first());
    }

    @Test
    void lostPacketIsAContinuityErrorAndSaysWhere() {
        assertEquals(1, check.check(new Packets().payload(0x100, 0).payload(0x100, 2).payload(0x100, 3).buffer(), 0));
        assertEquals(1, check.count(TsFault.CONTINUITY_COUNT));
        assertEquals("PID 256 has continuity counter 2 instead of 1, at byte 188", check.first());
    }

    @Test
    void packetMayComeTwiceButNotThrice() {
        assertEquals(0, check.check(new Packets().payload(1, 0).payload(1, 0).payload(1, 1).buffer(), 0));
        assertEquals(1, check.check(new Packets().payload(1, 1).payload(1, 1).payload(1, 2).buffer(), 0));
    }

    @Test
    void packetWithoutPayloadDoesNotCount() {
        assertEquals(0, check.check(new Packets().payload(1, 4).empty(1, 4).payload(1, 5).buffer(), 0));
        assertEquals(1, check.check(new Packets().empty(1, 6).buffer(), 0));
    }

    @Test
    void announcedDiscontinuityIsNone() {
        assertEquals(0, check.check(new Packets().pcr(1, 0, 0).pcr(1, 9, 5000, true).pcr(1, 10, 5040).buffer(), 0));
    }

    @Test
    void clockThatJumpsIsAFault() {
        assertEquals(1, check.check(new Packets().pcr(1, 0, 0).pcr(1, 1, 140).buffer(), 0));
        assertEquals("PID 1 has a PCR 140 ms after the last one, at byte 188", check.first());
        assertEquals(1, check.check(new Packets().pcr(1, 2, 100).buffer(), 0));
        assertEquals("PID 1 has a PCR -40 ms after the last one, at byte 0", check.first());
        assertEquals(2, check.count(TsFault.PCR_DISCONTINUITY));
    }

    @Test
    void clockMayWrap() {
        long wrap = TsClock.PCR_WRAP / TsClock.ticks(1);
        assertEquals(0, check.check(new Packets().pcr(1, 0, wrap - 20).pcr(1, 1, wrap + 20).buffer(), 0));
    }

    @Test
    void damagedAndUnsyncedPacketsAreCounted() {
        assertEquals(2, check.check(new Packets().damaged(1, 0).garbage(188).buffer(), 0));
        assertEquals(1, check.count(TsFault.TRANSPORT));
        assertEquals(1, check.count(TsFault.SYNC_BYTE));
    }

    @Test
    void newSourceStartsAnew() {
        check.check(new Packets().payload(1, 0).buffer(), 0);
        check.expectNewSource();
        assertEquals(0, check.check(new Packets().payload(1, 9).buffer(), 0));
    }
}
