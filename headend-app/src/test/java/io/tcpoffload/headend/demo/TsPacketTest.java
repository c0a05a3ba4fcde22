// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.headend.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TsPacketTest {

    /** PID 0x100, payload unit start, counter 3, adaptation field of 7 bytes: random access, PCR base 27000, extension 0. */
    private final ByteBuffer bytes = packet("474100330750000034bc7e00000001e0");
    private final TsPacket packet = new TsPacket().wrap(bytes, 0);

    @Test
    void readsHeaderAndAdaptationField() {
        assertNull(packet.fault());
        assertEquals(0x100, packet.pid());
        assertTrue(packet.payloadUnitStart());
        assertTrue(packet.hasPayload());
        assertEquals(3, packet.continuityCounter());
        assertTrue(packet.randomAccess());
        assertTrue(packet.hasPcr());
        assertEquals(27_000L * 300, packet.pcr());
        assertEquals(12, packet.payloadOffset());
        assertEquals(188, packet.end());
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 299, 300, 599, 511L * 300, StreamTime.PCR_WRAP / 2, StreamTime.PCR_WRAP - 1})
    void returnsThePcrThatWasPut(long pcr) {
        packet.pcr(pcr);

        assertEquals(pcr, packet.pcr());
        assertEquals(0x7E, bytes.get(10) & 0x7E, "reserved bits stay set");
        assertEquals(0x50, bytes.get(5), "the flags before");
        assertEquals(0, bytes.get(12), "the payload behind");
    }

    @Test
    void changesTheContinuityCounterAlone() {
        packet.continuityCounter(0x1F);

        assertEquals(0x0F, packet.continuityCounter());
        assertEquals(0x3F, bytes.get(3));
    }

    @Test
    void takesAnEmptyAdaptationFieldAsOneByteOfStuffing() {
        TsPacket stuffed = new TsPacket().wrap(packet("4701003300"), 0);

        assertNull(stuffed.fault());
        assertFalse(stuffed.hasPcr());
        assertEquals(5, stuffed.payloadOffset());
    }

    @ParameterizedTest
    @CsvSource({
        "48010010, sync byte",
        "47810010, damaged",
        "47010090, scrambled",
        "47010000, neither",
        "47010030B7, more than 182",
        "47010020B8, more than 183",
        "470100300110, too short for its PCR"})
    void namesTheFault(String hex, String reason) {
        String fault = new TsPacket().wrap(packet(hex), 0).fault();

        assertTrue(fault != null && fault.contains(reason), fault);
    }

    private static ByteBuffer packet(String hex) {
        return ByteBuffer.allocate(TsPacket.SIZE).put(HexFormat.of().parseHex(hex)).clear();
    }
}
