// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.kernel.Resumption;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JournalTest {

    private final byte[] memory = new byte[Resumption.BYTES];
    private final Journal journal = new Journal(ByteBuffer.wrap(memory).order(ByteOrder.nativeOrder()));

    @Test
    void isThereOnlyWhenItIsWhole() {
        assertEquals(Journal.NONE, journal.kind());
        journal.begin(7, 1000, 42, 5, 1460, true, false);
        assertEquals(Journal.NONE, journal.kind());
        journal.kind(Journal.CHANNEL);
        assertEquals(Journal.CHANNEL, journal.kind());
        assertEquals(7, journal.id());
        assertEquals(1000, journal.startedAt());
        assertEquals(42, journal.channel());
        assertEquals(5, journal.inputBase());
        assertEquals(1460, journal.mssClamp());
        assertTrue(journal.sack());
        assertFalse(journal.ecn());
    }

    @Test
    void holdsEverySpanThereCanBe() {
        int[] seq = new int[StreamMap.MAX_SPANS];
        long[] position = new long[StreamMap.MAX_SPANS];
        for (int i = 0; i < seq.length; i++) {
            seq[i] = -i;
            position[i] = 1L << i;
        }
        journal.spans(seq, position, seq.length);
        journal.spans(seq, position, seq.length);
        assertEquals(seq.length, journal.spans());
        for (int i = 0; i < seq.length; i++) {
            assertEquals(-i, journal.spanSeq(i));
            assertEquals(1L << i, journal.spanPosition(i));
        }
    }

    /** Whoever is killed before the last store of a change leaves what was in force before it. */
    @Test
    void aChangeOfSpansIsInForceWithItsLastStore() {
        journal.spans(new int[] {100}, new long[] {1000}, 1);
        byte[] before = memory.clone();
        journal.spans(new int[] {200, 300}, new long[] {2000, 5000}, 2);
        byte[] after = memory.clone();
        System.arraycopy(before, JournalDescriptor.SPANS, after, JournalDescriptor.SPANS, Integer.BYTES);
        Journal interrupted = new Journal(ByteBuffer.wrap(after).order(ByteOrder.nativeOrder()));
        assertEquals(1, interrupted.spans());
        assertEquals(100, interrupted.spanSeq(0));
        assertEquals(1000, interrupted.spanPosition(0));
        assertEquals(2, journal.spans());
        assertEquals(5000, journal.spanPosition(1));
    }

    @Test
    void aFinHasLeftWhenNxtIsBeyondIt() {
        assertFalse(journal.finLeft(1));
        journal.fin(500);
        assertTrue(journal.isEnding());
        assertFalse(journal.finLeft(500));
        assertTrue(journal.finLeft(501));
    }

    /** Over many jumps and acknowledgements, and more than the sequence space. */
    @Test
    void anotherOneGoesOnWithTheSameMap() {
        long seed = Long.getLong("itests.seed", System.nanoTime());
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        StreamMap map = new StreamMap(journal::spans);
        int una = random.nextInt();
        int nxt = una;
        long position = random.nextInt(1000);
        assertTrue(map.jump(nxt, position));
        for (int i = 0; i < 20_000; i++) {
            nxt += random.nextInt(1 << 20);
            una += random.nextInt(nxt - una + 1);
            map.acknowledged(una);
            if (random.nextInt(10) == 0) {
                position = map.positionOf(nxt) + random.nextInt(1 << 25);
                map.jump(nxt, position);
            }
            StreamMap other = StreamMap.resumed(journal);
            other.acknowledged(una);
            for (int seq : new int[] {una, una + (nxt - una) / 2, nxt}) {
                assertEquals(map.positionOf(seq), other.positionOf(seq), "turn " + i);
                assertEquals(map.consecutive(seq, nxt - seq), other.consecutive(seq, nxt - seq), "turn " + i);
            }
        }
    }

    @Test
    void estimatesAndTotalsAreKept() {
        journal.estimates(1, 2, 3, Long.MAX_VALUE);
        journal.totals(4, 5);
        assertEquals(1, journal.srttNs());
        assertEquals(2, journal.rttvarNs());
        assertEquals(3, journal.cwndBytes());
        assertEquals(Long.MAX_VALUE, journal.ssthreshBytes());
        assertEquals(4, journal.sentBytes());
        assertEquals(5, journal.jumps());
        assertTrue(JournalDescriptor.COPIES + 2 * JournalDescriptor.COPY_BYTES <= Resumption.BYTES);
        assertFalse(Arrays.equals(new byte[Resumption.BYTES], memory));
    }
}
