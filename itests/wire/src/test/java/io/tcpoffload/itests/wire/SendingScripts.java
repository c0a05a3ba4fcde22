// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import io.tcpoffload.itests.peer.Segment;
import io.tcpoffload.itests.peer.SynOptions;
import java.util.stream.Stream;

/** How a sender fills its windows when nothing is lost. */
final class SendingScripts {

    private static final int MSS = 1000;
    private static final SynOptions SACK = SynOptions.plain().withMss(MSS).withSack();
    private static final int MUCH = 200 * MSS;

    private SendingScripts() {
    }

    static Stream<Script> all() {
        return Stream.of(growth(), small(), windows(), ends()).flatMap(s -> s);
    }

    private static Script of(String name) {
        return new Script(name, SACK);
    }

    private static Stream<Script> growth() {
        return Stream.of(
                of("slow start, one acknowledgement a segment").write(MUCH).acks(0, 12 * MSS, MSS),
                of("slow start, one acknowledgement two segments").write(MUCH).acks(0, 16 * MSS, 2 * MSS),
                of("slow start, one acknowledgement four segments").write(MUCH).acks(0, 40 * MSS, 4 * MSS),
                of("slow start, one acknowledgement a flight").write(MUCH).ack(10 * MSS).ack(30 * MSS),
                of("acknowledgements close together").write(MUCH).then(d -> {
                    for (int i = 1; i <= 10; i++) {
                        d.peer.ack(i * MSS).send();
                    }
                    d.peer.acknowledgeTo(10 * MSS);
                }).ack(12 * MSS),
                of("the application is the limit").write(3 * MSS).ack(3 * MSS).write(3 * MSS).ack(6 * MSS).write(MUCH)
                        .ack(8 * MSS),
                of("the application is the limit, then not").write(8 * MSS).ack(2 * MSS).ack(4 * MSS).ack(8 * MSS).write(9 * MSS)
                        .acks(8 * MSS, 17 * MSS, 3 * MSS).write(MUCH).acks(17 * MSS, 25 * MSS, 2 * MSS),
                of("idle for a while").write(60 * MSS).ack(10 * MSS).ack(30 * MSS).ack(60 * MSS).pause(900).write(MUCH)
                        .ack(62 * MSS).ack(64 * MSS),
                of("congestion avoidance").write(MUCH).sack(0, MSS, 10 * MSS).ack(10 * MSS).ackAll().ackAll(),
                new Script("congestion notified", SACK.withEcn()).write(MUCH).ack(2 * MSS, c -> c.with(Segment.ECE))
                        .ack(4 * MSS, c -> c.with(Segment.ECE)).ack(6 * MSS, c -> c.with(Segment.ECE)).ack(7 * MSS)
                        .ack(10 * MSS).ack(11 * MSS).ackAll().ackAll());
    }

    private static Stream<Script> small() {
        return Stream.of(
                of("a write that ends in a small segment").write(2500).write(300).write(MSS).ack(3800),
                of("many small writes").write(100).write(100).write(100).ack(200).ack(300),
                of("small writes behind a full window").write(10 * MSS).write(100).write(1000).ack(2 * MSS)
                        .ack(4 * MSS),
                of("Nagle").withNagle().write(100).write(200).write(MSS).ack(100).write(50).ack(1300).write(2 * MSS + 10).write(10)
                        .ack(1350),
                of("an acknowledgement in the middle of a segment").write(MUCH).ack(1500).ack(3000).ack(3001));
    }

    private static Stream<Script> windows() {
        return Stream.of(
                new Script("a small window", SACK.withWindow(2500)).write(10 * MSS).window(2000, 2500).window(2500, 300)
                        .window(2500, 600).window(2500, 1000),
                new Script("a small window with Nagle", SACK.withWindow(2500)).withNagle().write(10 * MSS).window(2000, 2500)
                        .window(2000, 2700).window(4000, 1500).window(4000, 4000),
                of("a window of zero and back").write(5 * MSS).window(5 * MSS, 0).write(3 * MSS).window(5 * MSS, 1500)
                        .window(6 * MSS, 10 * MSS),
                of("a window of zero for long").write(5 * MSS).window(5 * MSS, 0).write(3 * MSS).pause(1600)
                        .window(5 * MSS, 0).pause(400).window(5 * MSS, 10 * MSS),
                of("a window of zero with data in flight").write(5 * MSS).window(2 * MSS, 0).pause(600).window(2 * MSS, 9 * MSS)
                        .ack(5 * MSS),
                of("a window too small for a segment").write(2 * MSS).window(2 * MSS, 400).write(3 * MSS).pause(900)
                        .window(2 * MSS, 400).pause(600),
                of("a window that shrinks").write(20 * MSS).window(MSS, 3 * MSS).window(2 * MSS, 2 * MSS).window(10 * MSS, 4 * MSS)
                        .window(10 * MSS, 20 * MSS));
    }

    private static Stream<Script> ends() {
        return Stream.of(
                of("the end after a write").write(MSS + 10).then(Dialog::shutdown).ack(MSS + 10).ack(MSS + 11),
                of("the end with much that waits").write(12 * MSS + 1).then(Dialog::shutdown).ack(5 * MSS).ack(12 * MSS + 2),
                of("both ends close").write(500).ack(500).then(d -> d.peer.fin()).then(Dialog::shutdown).ack(501),
                of("abort with data in flight").write(MSS).then(Dialog::abort));
    }
}
