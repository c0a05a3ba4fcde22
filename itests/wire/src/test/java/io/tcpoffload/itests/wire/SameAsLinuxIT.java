// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.clauses.Way;
import io.tcpoffload.itests.peer.SynOptions;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The same script for a kernel socket and for an adopted connection: what each step brings - sequence numbers, lengths,
 * flags, acknowledgements - must be the same, segment by segment.
 */
@OnPeerWorld
class SameAsLinuxIT {

    private static final int MSS = 1000;
    private static final SynOptions RENO = SynOptions.plain().withMss(MSS);
    private static final SynOptions SACK = RENO.withSack();
    private static final int MUCH = 200 * MSS;

    private final PeerWorld world;

    SameAsLinuxIT(PeerWorld world) {
        this.world = world;
    }

    static Stream<Script> scripts() {
        Script slowStart = new Script("slow start, one acknowledgement a segment", SACK).write(MUCH);
        for (int i = 1; i <= 12; i++) {
            slowStart.ack((long) i * MSS);
        }
        Script delayed = new Script("slow start, one acknowledgement two segments", SACK).write(MUCH);
        for (int i = 1; i <= 8; i++) {
            delayed.ack(2L * i * MSS);
        }
        Script oneLoss = new Script("one segment of ten lost, SACK", SACK).write(MUCH);
        for (int i = 2; i <= 7; i++) {
            oneLoss.sack(0, MSS, (long) i * MSS);
        }
        Script twoLosses = new Script("the first and the fifth lost, SACK", SACK).write(MUCH);
        for (int i = 2; i <= 4; i++) {
            twoLosses.sack(0, MSS, (long) i * MSS);
        }
        for (int i = 6; i <= 8; i++) {
            twoLosses.sack(0, 5 * MSS, (long) i * MSS, MSS, 4 * MSS);
        }
        Script reno = new Script("one segment lost, no SACK", RENO).write(MUCH);
        for (int i = 0; i < 7; i++) {
            reno.ack(0);
        }
        return Stream.of(slowStart, delayed, oneLoss, twoLosses, reno,
                new Script("the application is the limit", SACK).write(3 * MSS).ack(3 * MSS).write(3 * MSS).ack(6 * MSS)
                        .write(MUCH).ack(8 * MSS),
                new Script("a write that ends in a small segment", SACK).write(2500).write(300).write(MSS).ack(3800),
                new Script("Nagle", SACK).withNagle().write(100).write(200).write(MSS).ack(100).write(50).ack(1300)
                        .write(2 * MSS + 10).write(10).ack(1350),
                new Script("a small window", SACK.withWindow(2500)).write(10 * MSS).window(2000, 2500).window(2500, 300)
                        .window(2500, 600).window(2500, 1000).window(2500, 3500),
                new Script("a small window with Nagle", SACK.withWindow(2500)).withNagle().write(10 * MSS).window(2000, 2500)
                        .window(2000, 2700).window(4000, 1500).window(4000, 4000),
                new Script("a window of zero and back", SACK).write(5 * MSS).window(5 * MSS, 0).write(3 * MSS)
                        .window(5 * MSS, 1500).window(6 * MSS, 10 * MSS),
                new Script("an acknowledgement in the middle of a segment", SACK).write(MUCH).ack(1500).ack(3000).ack(3001),
                new Script("the peer speaks in and out of order", SACK).then(d -> d.peer.say(new byte[100]))
                        .then(d -> d.peer.say(new byte[MSS])),
                new Script("the end after a write", SACK).write(MSS + 10).then(Dialog::shutdown).ack(MSS + 10).ack(MSS + 11),
                new Script("the end with much that waits", SACK).write(12 * MSS + 1).then(Dialog::shutdown).ack(5 * MSS)
                        .ack(12 * MSS + 2),
                new Script("both ends close", SACK).write(500).ack(500).then(d -> d.peer.fin()).then(Dialog::shutdown)
                        .ack(501),
                new Script("abort with data in flight", SACK).write(MSS).then(Dialog::abort));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("scripts")
    @Clause(rfc = "RFC 9293", section = "3.8", way = Way.LINUX,
            does = "an adopted connection answers a script segment by segment as a kernel socket does")
    void eachStepBringsTheSameSegments(Script script) {
        Transcript linux;
        try (Dialog d = open(Side.KERNEL, script)) {
            linux = Transcript.ofKernel(d, script);
        }
        try (Dialog d = open(Side.ADOPTED, script)) {
            linux.assertSame(Transcript.ofEngine(d, script, linux));
        }
    }

    private Dialog open(Side side, Script script) {
        return script.nagle() ? world.openWithNagle(side, script.options()) : world.open(side, script.options());
    }
}
