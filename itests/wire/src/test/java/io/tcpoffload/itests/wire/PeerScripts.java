// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import io.tcpoffload.itests.peer.Segment;
import io.tcpoffload.itests.peer.SynOptions;
import java.util.stream.Stream;

/** What a peer may say besides acknowledging: data, old and odd segments, its end. */
final class PeerScripts {

    private static final int MSS = 1000;
    private static final SynOptions SACK = SynOptions.plain().withMss(MSS).withSack();
    private static final SynOptions STAMPED = SACK.withTimestamps().withMss(MSS + 12);
    /** What Linux lets pass between two answers to what is not acceptable. */
    private static final long ANSWER_MS = 600;
    private static final int FAR = 200_000;

    private PeerScripts() {
    }

    static Stream<Script> all() {
        return Stream.of(data(), odd(), ends()).flatMap(s -> s);
    }

    private static Script of(String name) {
        return new Script(name, SACK);
    }

    private static Stream<Script> data() {
        return Stream.of(
                of("the peer speaks").then(d -> d.peer.say(new byte[100])).then(d -> d.peer.say(new byte[MSS])),
                of("the peer speaks and is answered").then(d -> d.peer.say(new byte[100])).write(300).ack(300)
                        .then(d -> d.peer.say(new byte[100])).write(300).ack(300),
                of("the peer speaks after data").write(3 * MSS).then(d -> d.peer.acknowledgeTo(3 * MSS))
                        .then(d -> d.peer.say(new byte[100])).pause(100),
                of("the peer acknowledges by data").write(20 * MSS).then(d -> {
                    d.peer.acknowledgeTo(2 * MSS);
                    d.peer.say(new byte[100]);
                }).ack(10 * MSS),
                of("the peer repeats itself").then(d -> d.peer.say(new byte[100])).send(c -> c.seq(0).payload(100))
                        .pause(ANSWER_MS).send(c -> c.seq(50).payload(100)).then(d -> d.peer.advance(50))
                        .send(c -> c.seq(150).payload(10)),
                talk());
    }

    /** So much that Linux begins to delay its acknowledgements. */
    private static Script talk() {
        Script script = of("the peer speaks at length");
        for (int i = 0; i < 24; i++) {
            script.then(d -> d.peer.say(new byte[MSS]));
        }
        return script;
    }

    private static Stream<Script> odd() {
        return Stream.of(
                of("a keep-alive").send(c -> c.seqMore(-1)).pause(ANSWER_MS).send(c -> c.seqMore(-1).payload(1)),
                of("data beyond the window").send(c -> c.seq(FAR).payload(10)).pause(ANSWER_MS).write(10),
                of("data that ends beyond the window").send(c -> c.seq(64_000).payload(MSS)).write(10),
                of("an old acknowledgement").write(10 * MSS).ack(5 * MSS).ack(4 * MSS).ack(10 * MSS),
                of("an acknowledgement much too old").write(10 * MSS).ack(5 * MSS).send(c -> c.ackMore(-FAR)).pause(250)
                        .ack(10 * MSS),
                of("an acknowledgement of what was not sent").write(5 * MSS).send(c -> c.ackMore(FAR).hostile()).ack(5 * MSS),
                of("a SYN").send(c -> c.flags(Segment.SYN)).pause(ANSWER_MS).write(MSS).ack(MSS),
                of("a reset in the window").send(c -> c.flags(Segment.RST).seqMore(10)).pause(ANSWER_MS).write(MSS).ack(MSS),
                of("a reset outside the window").send(c -> c.flags(Segment.RST).seqMore(FAR)).write(MSS).ack(MSS),
                of("an exact reset").send(c -> c.flags(Segment.RST)).pause(50),
                of("neither ACK nor anything").write(MSS).send(c -> c.flags(0)).pause(50).ack(MSS),
                of("an urgent pointer").send(c -> c.urgent(5).payload(10)).then(d -> d.peer.advance(10)).write(MSS).ack(MSS),
                of("several challenges at once").then(d -> {
                    for (int i = 0; i < 4; i++) {
                        d.peer.next().flags(Segment.SYN).send();
                    }
                }).pause(ANSWER_MS).send(c -> c.flags(Segment.SYN)),
                new Script("timestamps", STAMPED).write(3 * MSS).ack(MSS).ack(2 * MSS)
                        .send(c -> c.tsValueLess(1000).ack(3 * MSS)).pause(100).ack(3 * MSS).then(d -> d.peer.say(new byte[10]))
                        .write(MSS).ack(4 * MSS));
    }

    private static Stream<Script> ends() {
        return Stream.of(
                of("the peer ends first").write(MSS).ack(MSS).then(d -> d.peer.fin()).write(2 * MSS).ack(3 * MSS)
                        .then(Dialog::shutdown).ack(3 * MSS + 1),
                of("the peer's end repeated").then(d -> d.peer.fin()).send(c -> c.seqMore(-1).with(Segment.FIN))
                        .pause(ANSWER_MS).send(c -> c.seqMore(-1).with(Segment.FIN)),
                of("both ends at once").write(500).ack(500).then(d -> {
                    d.shutdown();
                    d.peer.fin();
                }).pause(50).ack(501),
                of("half closed, the peer goes on").then(Dialog::shutdown).ack(1).then(d -> d.peer.say(new byte[100]))
                        .then(d -> d.peer.fin()),
                of("the end again and again").write(MSS).ack(MSS).then(Dialog::shutdown).pause(900).ack(MSS + 1),
                of("the end with a window of zero").write(MSS).window(MSS, 0).then(Dialog::shutdown).pause(700)
                        .window(MSS, MSS).ack(MSS + 1),
                of("data and the end with a window of zero").write(MSS).window(MSS, 0).write(100).then(Dialog::shutdown)
                        .pause(700).window(MSS, MSS).ack(MSS + 101));
    }
}
