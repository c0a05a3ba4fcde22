// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.clauses.Way;
import io.tcpoffload.itests.peer.Segment;
import io.tcpoffload.itests.peer.SynOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
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
    /** More than what a step brings at once takes to come, and far from any timer of a round trip of 100 ms. */
    private static final long SETTLED_MS = 30;
    /** On a busy machine a step's segments may come with the next step's, the kernel's, too. */
    private static final int ATTEMPTS = 3;
    private static final long PATIENCE_MS = 1000;
    private static final int MUCH = 200 * MSS;

    private final PeerWorld world;

    SameAsLinuxIT(PeerWorld world) {
        this.world = world;
    }

    /** What a peer does step by step. */
    private record Script(String name, SynOptions options, boolean nagle, List<Consumer<Dialog>> steps) {

        static Script of(String name, SynOptions options) {
            return new Script(name, options, false, new ArrayList<>());
        }

        Script withNagle() {
            return new Script(name, options, true, steps);
        }

        Script then(Consumer<Dialog> step) {
            steps.add(step);
            return this;
        }

        Script write(int bytes) {
            return then(d -> d.write(bytes));
        }

        Script ack(long to) {
            return then(d -> {
                d.peer.acknowledgeTo(to);
                d.peer.ack(to).send();
            });
        }

        Script sack(long to, long... blocks) {
            return then(d -> {
                var craft = d.peer.ack(to);
                for (int i = 0; i < blocks.length; i += 2) {
                    craft.sack(blocks[i], blocks[i + 1]);
                }
                craft.send();
            });
        }

        Script window(long to, int bytes) {
            return then(d -> {
                d.peer.acknowledgeTo(to);
                d.peer.window(bytes).ack(to).send();
            });
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Script> scripts() {
        Script slowStart = Script.of("slow start, one acknowledgement a segment", SACK).write(MUCH);
        for (int i = 1; i <= 12; i++) {
            slowStart.ack((long) i * MSS);
        }
        Script delayed = Script.of("slow start, one acknowledgement two segments", SACK).write(MUCH);
        for (int i = 1; i <= 8; i++) {
            delayed.ack(2L * i * MSS);
        }
        Script oneLoss = Script.of("one segment of ten lost, SACK", SACK).write(MUCH);
        for (int i = 2; i <= 7; i++) {
            oneLoss.sack(0, MSS, (long) i * MSS);
        }
        Script twoLosses = Script.of("the first and the fifth lost, SACK", SACK).write(MUCH);
        for (int i = 2; i <= 4; i++) {
            twoLosses.sack(0, MSS, (long) i * MSS);
        }
        for (int i = 6; i <= 8; i++) {
            twoLosses.sack(0, 5 * MSS, (long) i * MSS, MSS, 4 * MSS);
        }
        Script reno = Script.of("one segment lost, no SACK", RENO).write(MUCH);
        for (int i = 0; i < 7; i++) {
            reno.ack(0);
        }
        return Stream.of(slowStart, delayed, oneLoss, twoLosses, reno,
                Script.of("the application is the limit", SACK).write(3 * MSS).ack(3 * MSS).write(3 * MSS).ack(6 * MSS)
                        .write(MUCH).ack(8 * MSS),
                Script.of("a write that ends in a small segment", SACK).write(2500).write(300).write(MSS).ack(3800),
                Script.of("Nagle", SACK).withNagle().write(100).write(200).write(MSS).ack(100).write(50).ack(1300)
                        .write(2 * MSS + 10).write(10).ack(1350),
                Script.of("a small window", SACK.withWindow(2500)).write(10 * MSS).window(2000, 2500).window(2500, 300)
                        .window(2500, 600).window(2500, 1000).window(2500, 3500),
                Script.of("a small window with Nagle", SACK.withWindow(2500)).withNagle().write(10 * MSS).window(2000, 2500)
                        .window(2000, 2700).window(4000, 1500).window(4000, 4000),
                Script.of("a window of zero and back", SACK).write(5 * MSS).window(5 * MSS, 0).write(3 * MSS)
                        .window(5 * MSS, 1500).window(6 * MSS, 10 * MSS),
                Script.of("an acknowledgement in the middle of a segment", SACK).write(MUCH).ack(1500).ack(3000).ack(3001),
                Script.of("the peer speaks in and out of order", SACK).then(d -> d.peer.say(new byte[100]))
                        .then(d -> d.peer.say(new byte[MSS])),
                Script.of("the end after a write", SACK).write(MSS + 10).then(Dialog::shutdown).ack(MSS + 10).ack(MSS + 11),
                Script.of("the end with much that waits", SACK).write(12 * MSS + 1).then(Dialog::shutdown).ack(5 * MSS)
                        .ack(12 * MSS + 2),
                Script.of("both ends close", SACK).write(500).ack(500).then(d -> d.peer.fin()).then(Dialog::shutdown)
                        .ack(501),
                Script.of("abort with data in flight", SACK).write(MSS).then(Dialog::abort));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("scripts")
    @Clause(rfc = "RFC 9293", section = "3.8", way = Way.LINUX,
            does = "an adopted connection answers a script segment by segment as a kernel socket does")
    void eachStepBringsTheSameSegments(Script script) {
        Transcript linux = transcript(Side.KERNEL, script, null);
        Transcript engine = transcript(Side.ADOPTED, script, linux);
        for (int i = 1; i < ATTEMPTS && !linux.steps.equals(engine.steps); i++) {
            linux = transcript(Side.KERNEL, script, null);
            engine = transcript(Side.ADOPTED, script, linux);
        }
        assertEquals(linux.toString(), engine.toString(), linux.conversation + "\n\n" + engine.conversation);
    }

    /** Segments of each step. */
    private record Transcript(List<List<String>> steps, String conversation) {

        @Override
        public String toString() {
            return steps.stream().map(step -> String.join(" ", step)).collect(Collectors.joining("\n> ", "> ", ""));
        }
    }

    /** @param expected so many segments are waited for in each step, however busy the machine is; null for none */
    private Transcript transcript(Side side, Script script, Transcript expected) {
        try (Dialog d = script.nagle ? world.openWithNagle(side, script.options) : world.open(side, script.options)) {
            List<List<String>> all = new ArrayList<>();
            for (Consumer<Dialog> step : script.steps) {
                step.accept(d);
                List<String> came = new ArrayList<>();
                int awaited = expected == null ? 0 : expected.steps.get(all.size()).size();
                for (Segment s = next(d, came, awaited); s != null; s = next(d, came, awaited)) {
                    came.add(text(d, s));
                }
                all.add(came);
            }
            return new Transcript(all, d.peer.conversation());
        }
    }

    private static Segment next(Dialog d, List<String> came, int awaited) {
        return d.peer.next(came.size() < awaited ? PATIENCE_MS : SETTLED_MS);
    }

    private static String text(Dialog d, Segment s) {
        int at = s.sequence() - d.peer.sequenceOf(0);
        return at + "+" + s.length() + (s.has(Segment.PSH) ? "P" : "") + (s.has(Segment.FIN) ? "F" : "")
                + (s.has(Segment.RST) ? "R" : "") + (s.has(Segment.ACK) ? "" : " without ACK");
    }
}
