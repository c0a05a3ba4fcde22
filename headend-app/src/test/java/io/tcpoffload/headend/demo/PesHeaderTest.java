// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.headend.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PesHeaderTest {

    /** Video, PTS 54000. */
    private static final String WITH_PTS = "000001e00000808005210003a5e1";
    /** Video, PTS 54000 and DTS 50400. */
    private static final String WITH_DTS = "000001e0000080c00a310003a5e111000389c1";

    private final PesHeader header = new PesHeader();

    @Test
    void readsThePtsAndTakesItForTheDts() {
        assertTrue(wrap(bytes(WITH_PTS)));

        assertTrue(header.hasPts());
        assertFalse(header.hasDts());
        assertEquals(54_000, header.pts());
        assertEquals(54_000, header.dts());
        assertEquals(14, header.dataOffset());
    }

    @Test
    void readsPtsAndDts() {
        assertTrue(wrap(bytes(WITH_DTS)));

        assertTrue(header.hasDts());
        assertEquals(54_000, header.pts());
        assertEquals(50_400, header.dts());
        assertEquals(19, header.dataOffset());
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 0x7FFF, 0x8000, 0x3FFF_FFFF, 0x4000_0000, 0x1_5555_5555L, 0x1_FFFF_FFFFL})
    void returnsTheTimestampsThatWerePut(long ticks) {
        ByteBuffer bytes = bytes(WITH_DTS);
        wrap(bytes);

        header.pts(ticks);
        header.dts(0x1_FFFF_FFFFL - ticks);

        assertEquals(ticks, header.pts());
        assertEquals(0x1_FFFF_FFFFL - ticks, header.dts());
        assertEquals(0x31, bytes.get(9) & 0xF1, "prefix and marker of the PTS");
        assertEquals(0x11, bytes.get(14) & 0xF1, "prefix and marker of the DTS");
        for (int marker : new int[] {11, 13, 16, 18}) {
            assertEquals(1, bytes.get(marker) & 1, "marker bit in byte " + marker);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "0000b00d0001c1000000", // PAT section behind its pointer field
        "000001be000080800521", // padding stream: no optional head
        "000001e0000080800521", // head longer than what is there
        "000001e0000080800400", // PTS announced, no room for it
        "000001e00000"})
    void refusesWhatIsNoWholeHead(String hex) {
        assertFalse(wrap(bytes(hex)));
    }

    private boolean wrap(ByteBuffer bytes) {
        return header.wrap(bytes, 0, bytes.limit());
    }

    private static ByteBuffer bytes(String hex) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(hex));
    }
}
