// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.headend.demo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class RestamperTest {

    private static final String PAYLOAD = "4701001";
    private static final String NO_PAYLOAD = "4701002";

    private final Restamper restamper = new Restamper();

    @Test
    void countsPacketsWithPayloadOnly() {
        assertEquals(14, restamp(PAYLOAD + "E"));
        assertEquals(15, restamp(PAYLOAD + "3"));
        assertEquals(15, restamp(NO_PAYLOAD + "3"));
        assertEquals(0, restamp(PAYLOAD + "3"));
    }

    @Test
    void countsEachPidForItself() {
        assertEquals(7, restamp("47010017"));
        assertEquals(2, restamp("47010112"));
        assertEquals(8, restamp("47010010"));
        assertEquals(3, restamp("47010110"));
    }

    @Test
    void leavesNullPacketsAsTheyAre() {
        byte[] bytes = new byte[TsPacket.SIZE];
        byte[] head = HexFormat.of().parseHex("471FFF15000001e0000080800521");
        System.arraycopy(head, 0, bytes, 0, head.length);
        byte[] before = bytes.clone();

        restamper.restamp(ByteBuffer.wrap(bytes), 0, bytes.length, 1000);
        restamper.restamp(ByteBuffer.wrap(bytes), 0, bytes.length, 1000);

        assertArrayEquals(before, bytes);
    }

    @Test
    void shiftsPcrPtsAndDtsTogetherThroughTheWrap() {
        ByteBuffer bytes = bytes("474100330750000034bc7e00" + "000001e0000080c00a310003a5e111000389c1");
        long untilWrap = StreamTime.WRAP_TICKS - 50_400;

        restamper.restamp(bytes, 0, TsPacket.SIZE, untilWrap);

        PesHeader pes = new PesHeader();
        TsPacket packet = new TsPacket().wrap(bytes, 0);
        pes.wrap(bytes, packet.payloadOffset(), packet.end());
        assertEquals(0, pes.dts());
        assertEquals(3600, pes.pts());
        assertEquals((27_000 + untilWrap) * 300, packet.pcr());
    }

    /** The counter of a packet with this head, after restamping. */
    private int restamp(String head) {
        ByteBuffer bytes = bytes(head + "B7");
        restamper.restamp(bytes, 0, TsPacket.SIZE, 0);
        return bytes.get(3) & 0x0F;
    }

    private static ByteBuffer bytes(String hex) {
        return ByteBuffer.allocate(TsPacket.SIZE).put(HexFormat.of().parseHex(hex)).clear();
    }
}
