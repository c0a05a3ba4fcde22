// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.kernel.DmaRing;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PieceClassTest {

    @ParameterizedTest
    @ValueSource(ints = {88, 536, 1440, 1448, 1460, 8948, 65_483})
    void isAPowerOfTwoOfSegmentsWithinTheBurstOrAllThatAPostTakes(int mss) {
        for (int burst = mss; burst <= 65_535; burst += mss) {
            int bytes = PieceClass.bytes(burst, mss, PieceClass.largest(mss));
            if (bytes == PieceClass.largest(mss)) {
                assertTrue(burst + mss > bytes);
            } else {
                assertEquals(1, Integer.bitCount(bytes / mss));
                assertEquals(0, bytes % mss);
                assertTrue(bytes <= burst && 2 * bytes > burst);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {88, 1448, 8948, 65_483})
    void nothingIsLargerThanAPost(int mss) {
        assertTrue(PieceClass.largest(mss) <= DmaRing.MAX_PAYLOAD && PieceClass.largest(mss) > 0);
    }

    @Test
    void aNearViewerGetsAsManySegmentsAsAPostTakes() {
        assertEquals(45 * 1448, PieceClass.bytes(45 * 1448, 1448, PieceClass.largest(1448)));
    }
}
