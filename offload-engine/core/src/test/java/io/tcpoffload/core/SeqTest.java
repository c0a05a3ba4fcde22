// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.clauses.Hostile;
import io.tcpoffload.clauses.Layer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SeqTest {

    @ParameterizedTest
    @ValueSource(ints = {0, 1, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, Integer.MAX_VALUE - 10, -10})
    @Clause(rfc = "RFC 9293", section = "3.4",
            does = "sequence numbers compare modulo 2^32")
    @Hostile(value = "4-tuple reuse", layer = Layer.CORE)
    void comparesAcrossEveryWrap(int seq) {
        for (final int gap : new int[] {1, 1000, 1 << 30, Integer.MAX_VALUE}) {
            final int later = Seq.plus(seq, gap);
            assertTrue(Seq.before(seq, later) && Seq.after(later, seq));
            assertTrue(Seq.atOrBefore(seq, later) && Seq.atOrAfter(later, seq));
            assertFalse(Seq.before(later, seq) || Seq.after(seq, later));
            assertEquals(gap, Seq.distance(seq, later));
            assertEquals(-gap, Seq.distance(later, seq));
            assertEquals(seq, Seq.min(later, seq));
            assertEquals(later, Seq.max(seq, later));
            assertEquals(seq, Seq.plus(later, -gap));
        }
        assertTrue(Seq.atOrBefore(seq, seq) && Seq.atOrAfter(seq, seq));
        assertFalse(Seq.before(seq, seq) || Seq.after(seq, seq));
    }
}
