// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.clauses.Clause;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Scoreboard (RFC 6675 3, RFC 8985 5.2)")
class ScoreboardTest {

    private final Delivery delivery = new Delivery();

    private static Scoreboard flight(int isn, int bytes) {
        final Scoreboard board = new Scoreboard(isn, isn, 0);
        assertTrue(board.sent(bytes, 10, 0));
        return board;
    }

    @AtEveryWrap
    @DisplayName("RFC 2018 4: SACK ranges merge, in whatever order they come")
    @Clause(rfc = "RFC 2018", section = "4",
            does = "SACK ranges merge in whatever order they come; a block inside a known one is no news")
    void mergesSackRangesInAnyOrder(int isn) {
        final int[][] orders = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
        for (final int[] order : orders) {
            final Scoreboard board = flight(isn, 1000);
            for (final int i : order) {
                assertEquals(100, board.sack(isn + 100 + 100 * i, isn + 200 + 100 * i, delivery));
            }
            assertEquals(3, board.rangeCount());
            assertEquals(300, board.sackedBytes());
            assertEquals(isn + 100, board.start(1));
            assertEquals(isn + 400, board.end(1));
            assertEquals(0, board.sack(isn + 150, isn + 350, delivery));
            assertEquals(100, board.sack(isn + 50, isn + 450, delivery));
            assertEquals(3, board.rangeCount());
            assertEquals(600, board.pipeBytes());
        }
    }

    @AtEveryWrap
    @Clause(rfc = "RFC 2018", section = "5",
            does = "the scoreboard is bounded: a SACK range without a place is ignored, which costs a "
                + "retransmission and never data")
    void refusesTheSackThatFindsNoPlaceButStillMerges(int isn) {
        final Scoreboard board = flight(isn, 10_000);
        int i = 1;
        while (board.sack(isn + 10 * i, isn + 10 * i + 1, delivery) != Scoreboard.OVERFLOW) {
            i++;
        }
        assertTrue(board.rangeCount() <= Scoreboard.MAX_RANGES_BY_SACK);
        assertTrue(i > 110, "only " + i);
        assertEquals(9, board.sack(isn + 11, isn + 20, delivery));
        assertEquals(1, board.sack(isn + 25, isn + 26, delivery));
    }

    @AtEveryWrap
    @DisplayName("Posts of one moment are one range, others are not; nor new data and old while something is sent again")
    void mergesWhatLeftTogether(int isn) {
        final Scoreboard board = flight(isn, 1000);
        board.sent(1000, 10, 0);
        assertEquals(1, board.rangeCount());
        board.sent(1000, 15, 5);
        assertEquals(1, board.rangeCount());
        board.sent(1000, 16, 5);
        assertEquals(2, board.rangeCount());
        board.resent(isn, isn + 500, 18);
        board.sent(1000, 19, 5);
        assertEquals(4, board.rangeCount());
        board.resent(isn + 500, isn + 700, 18);
        assertEquals(4, board.rangeCount());
        assertEquals(700, board.resentBytes());
    }

    @AtEveryWrap
    @DisplayName("Transmissions always find a place; the price is precision")
    @Clause(rfc = "RFC 6675", section = "3",
            does = "transmissions always find a place in the scoreboard; neighbours are merged for it")
    void neverRunsOutOfPlaces(int isn) {
        final Scoreboard board = new Scoreboard(isn, isn, 0);
        for (int i = 0; i < 10_000; i++) {
            assertTrue(board.sent(100, i, 0));
        }
        assertEquals(Scoreboard.MAX_RANGES, board.rangeCount());
        assertEquals(1_000_000, board.pipeBytes());
        board.markAllLost();
        for (int i = 0; i < 10_000; i += 2) {
            assertTrue(board.resent(isn + 100 * i, isn + 100 * i + 100, 20_000 + i));
        }
        assertTrue(board.rangeCount() <= Scoreboard.MAX_RANGES);
        board.acknowledge(isn + 1_000_000, delivery);
        assertEquals(0, board.rangeCount());
        assertEquals(0, board.pipeBytes());
    }

    @AtEveryWrap
    @DisplayName("RFC 2018 8: reneged data is in flight again, and gives no round-trip time")
    @Clause(rfc = "RFC 2018", section = "8",
            does = "reneged data is in flight again, and gives no round-trip time")
    void forgetsWhatWasReneged(int isn) {
        final Scoreboard board = flight(isn, 1000);
        board.sack(isn + 500, isn + 1000, delivery);
        board.forgetSacked();
        assertEquals(1000, board.pipeBytes());
        assertTrue(board.isResent(1));
        assertFalse(board.isResent(0));
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    @DisplayName("Agrees with an array that has a cell a byte")
    @Clause(rfc = "RFC 6675", section = "4",
            does = "SetPipe(): what is neither SACKed nor lost, equal to a model that knows every byte")
    void agreesWithAnArrayOfBytes(long seed) {
        final Random random = new Random(seed);
        final int isn = random.nextInt(3) - 300;
        final Scoreboard board = new Scoreboard(isn, isn, 0);
        final ByteModel model = new ByteModel();
        for (int step = 0; step < 20_000; step++) {
            final String where = "seed " + seed + ", step " + step;
            final int flight = model.nxt - model.una;
            if (flight < 400) {
                final int length = 1 + random.nextInt(60);
                board.sent(length, step, random.nextInt(3));
                model.sent(length);
                continue;
            }
            final int from = model.una + random.nextInt(flight);
            final int to = Math.min(model.nxt, from + 1 + random.nextInt(40));
            switch (random.nextInt(6)) {
                case 0 -> {
                    delivery.begin(step, 0, isn);
                    final int ack = model.una + random.nextInt(20);
                    board.acknowledge(isn + ack, delivery);
                    assertEquals(model.acknowledge(ack), delivery.bytes(), where);
                }
                case 1, 2 -> {
                    final int fresh = model.mark(from, to, ByteModel.SACKED);
                    assertEquals(fresh, board.sack(isn + from, isn + to, delivery), where);
                }
                case 3 -> {
                    final int first = board.firstLost();
                    assertEquals(model.firstLost(), first == board.rangeCount() ? -1 : board.start(first) - isn, where);
                    if (first < board.rangeCount()) {
                        final int end = Math.min(board.lostEnd(first) - isn, board.start(first) - isn + 30);
                        model.mark(board.start(first) - isn, end, ByteModel.IN_FLIGHT);
                        board.resent(board.start(first), isn + end, step);
                    }
                }
                case 4 -> {
                    final int i = random.nextInt(board.rangeCount());
                    if (!board.isSacked(i) && !board.isLost(i)) {
                        model.mark(board.start(i) - isn, board.end(i) - isn, ByteModel.LOST);
                        board.markLost(i);
                    }
                }
                default -> {
                    if (random.nextInt(100) == 0) {
                        model.replace(ByteModel.SACKED, ByteModel.IN_FLIGHT);
                        board.forgetSacked();
                    }
                }
            }
            assertEquals(model.count(ByteModel.SACKED), board.sackedBytes(), where);
            assertEquals(model.count(ByteModel.LOST), board.lostBytes(), where);
            assertEquals(model.count(ByteModel.IN_FLIGHT), board.pipeBytes(), where);
            assertEquals(isn + model.nxt, board.nxt(), where);
            assertEquals(isn + model.nxt, board.end(board.rangeCount() - 1), where);
        }
    }
}
