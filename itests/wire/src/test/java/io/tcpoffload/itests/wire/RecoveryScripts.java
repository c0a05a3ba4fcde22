// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import io.tcpoffload.itests.peer.SynOptions;
import java.util.stream.Stream;

/** Losses, what is taken for one, and what comes of it; segments of 1000 bytes, windows of ten at first. */
final class RecoveryScripts {

    private static final int MSS = 1000;
    private static final SynOptions RENO = SynOptions.plain().withMss(MSS);
    private static final SynOptions SACK = RENO.withSack();
    private static final SynOptions STAMPED = SACK.withTimestamps().withMss(MSS + 12);
    private static final int MUCH = 200;

    private RecoveryScripts() {
    }

    static Stream<Script> all() {
        return Stream.of(withSack(), withoutSack(), probes(), timeouts(), forNothing()).flatMap(s -> s);
    }

    /** In segments. */
    private static final class Losses {

        private final Script script;

        Losses(String name, SynOptions options) {
            script = new Script(name, options);
        }

        Losses write(int segments) {
            script.write(segments * MSS);
            return this;
        }

        Losses ack(int to) {
            script.ack((long) to * MSS);
            return this;
        }

        /** So many times everything that has come. */
        Losses ackAll(int times) {
            for (int i = 0; i < times; i++) {
                script.ackAll();
            }
            return this;
        }

        Losses sack(int to, int... blocks) {
            long[] bytes = new long[blocks.length];
            for (int i = 0; i < blocks.length; i++) {
                bytes[i] = (long) blocks[i] * MSS;
            }
            script.sack((long) to * MSS, bytes);
            return this;
        }

        /** An acknowledgement for each segment from {@code left} on, with the blocks of before. */
        Losses sacks(int to, int left, int right, int... before) {
            for (int i = left + 1; i <= right; i++) {
                int[] blocks = new int[before.length + 2];
                blocks[0] = left;
                blocks[1] = i;
                System.arraycopy(before, 0, blocks, 2, before.length);
                sack(to, blocks);
            }
            return this;
        }

        Losses lasting(long ms) {
            script.lasting(ms);
            return this;
        }

        Losses pause(long ms) {
            script.pause(ms);
            return this;
        }

        /** A window of thirty segments, all of it in flight: the twentieth to the fiftieth. */
        Losses thirty() {
            return write(MUCH).ack(10).ack(20);
        }
    }

    private static Losses of(String name) {
        return new Losses(name, SACK);
    }

    private static Stream<Script> withSack() {
        return Stream.of(
                of("one of ten lost").write(MUCH).sacks(0, 1, 10).ack(10).ackAll(2),
                of("one of ten lost, of no more").write(10).sacks(0, 1, 10).ack(10).write(MUCH).ackAll(2),
                of("the first and the fifth lost").write(MUCH).sacks(0, 1, 4).sacks(0, 5, 10, 1, 4).ack(4).ack(10)
                        .ackAll(2),
                of("the first and the fourth of thirty lost").thirty().sacks(20, 21, 23).sacks(20, 24, 50, 21, 23)
                        .ack(23).ack(50),
                of("the first, the fourth to eleventh and the sixteenth of thirty lost").thirty().sacks(20, 21, 23)
                        .sacks(20, 31, 35, 21, 23).sacks(20, 36, 50, 31, 35, 21, 23).ack(23).ack(24).ack(26).ack(35).ack(50),
                of("half of a flight lost").write(MUCH).sack(0, 5, 6).sack(0, 5, 7).sack(0, 5, 8).sack(0, 5, 9).sack(0, 5, 10)
                        .ack(1).ack(2).ack(3).ack(10).ackAll(2),
                of("all acknowledgements but the last lost").write(MUCH).sack(0, 1, 10).ack(10).ackAll(2),
                of("four segments, the first lost").write(4).sacks(0, 1, 4).ack(4),
                of("the next to last lost").write(5).ack(3).sack(3, 4, 5).pause(100),
                of("the second of two lost twice").write(MUCH).sack(1, 2, 3).sack(1, 2, 4).sack(1, 2, 5).sack(1, 2, 10)
                        .sack(1, 2, 11).sack(1, 2, 12).sack(1, 2, 13).pause(60),
                of("out of order by two").write(MUCH).sack(0, 1, 2).ack(2).sack(2, 3, 4).ack(4).ack(10),
                of("out of order by five").write(MUCH).sack(0, 1, 6).sack(6, 0, 1).ack(10).lasting(30).ackAll(2),
                of("a late acknowledgement in recovery").write(MUCH).sacks(0, 1, 5).ack(5).sack(4, 6, 7).ack(8).ack(10),
                of("many SACKs while the hole stays").thirty().sacks(20, 21, 41).pause(400),
                of("a SACK and nothing else").write(10).sack(0, 3, 4).pause(400)).map(l -> l.script);
    }

    private static Stream<Script> withoutSack() {
        return Stream.of(
                new Losses("one of ten lost, no SACK", RENO).write(MUCH).ack(0).ack(0).ack(0).ack(0).ack(0).ack(0)
                        .ack(10).ack(12).ackAll(2),
                new Losses("two of ten lost, no SACK", RENO).write(MUCH).ack(0).ack(0).ack(0).ack(0).ack(0).ack(5)
                        .ack(5).ack(10).ack(12).ackAll(2),
                new Losses("three of four arrived, no SACK", RENO).write(4).ack(0).ack(0).ack(0).ack(4),
                new Losses("two of three arrived, no SACK", RENO).write(3).ack(0).ack(0).pause(600),
                new Losses("limited transmit, no SACK", RENO).write(5).ack(0).write(2).ack(0))
                .map(l -> l.script);
    }

    private static Stream<Script> probes() {
        return Stream.of(
                of("a probe of one segment").write(1).pause(900).ack(1).write(MUCH).ackAll(2),
                of("a probe of several").write(5).pause(300).sack(0, 4, 5).ack(5).write(MUCH).ackAll(2),
                of("a probe that repairs").write(5).pause(300).ack(5).write(MUCH).ackAll(2),
                of("a probe for nothing").write(5).pause(300).sack(5, 4, 5).write(MUCH).ackAll(2),
                of("a probe of new data").write(MUCH).pause(240).ack(10).ackAll(2),
                of("a probe, then the timeout").write(3).pause(1500),
                of("a probe after acknowledgements").write(6).ack(2).ack(4).pause(250)).map(l -> l.script);
    }

    private static Stream<Script> timeouts() {
        return Stream.of(
                new Losses("timeouts", RENO).write(2).pause(1200).ack(2).write(MUCH).ackAll(2),
                new Losses("a timeout of ten, no SACK", RENO).write(MUCH).pause(400).ack(1).ack(2).ack(4).ack(6).ack(10)
                        .ackAll(2),
                of("a timeout after SACKs").write(10).sack(0, 5, 6).sack(0, 5, 7).pause(600).ack(1).ack(3),
                new Losses("a timeout for nothing, no SACK", RENO).write(MUCH).pause(400).ack(1).ack(2).ack(3).ackAll(2),
                of("a timeout for nothing, and nothing else").write(MUCH).pause(700).ack(1).ack(2).pause(400),
                of("a timeout for nothing").write(MUCH).pause(700).ack(1).ack(2).ack(3).ackAll(2),
                of("a timeout for nothing, all acknowledged").write(MUCH).pause(700).ackAll(2),
                of("a timeout, half lost").write(MUCH).pause(700).ack(1).sack(1, 5, 6).sack(1, 5, 7).ack(2).ack(3),
                new Losses("a timeout with timestamps", STAMPED).write(MUCH).pause(700).ack(1).ack(2).ack(10))
                .map(l -> l.script);
    }

    private static Stream<Script> forNothing() {
        return Stream.of(
                of("a recovery undone by DSACK").write(MUCH).sacks(0, 1, 5).ack(5).sack(10, 0, 1).lasting(30).ackAll(2),
                of("two segments sent again undone by DSACK").write(MUCH).sack(0, 3, 4).sack(0, 3, 5).sack(0, 3, 6)
                        .sack(6, 0, 1).lasting(35).sack(6, 1, 2).sack(10, 2, 3).ackAll(2),
                of("the peer throws away what it has").write(10).sack(0, 5, 10).ack(1).ack(5).lasting(150).ack(6).ack(10)
                        .write(MUCH).ackAll(2),
                of("the peer throws all away").write(10).sack(0, 1, 4).ack(1).lasting(500)).map(l -> l.script);
    }
}
