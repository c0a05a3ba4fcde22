// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.clauses.Way;
import io.tcpoffload.itests.peer.TcpPeer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The same script for a kernel socket and for an adopted connection: what each step brings - sequence numbers, lengths,
 * flags, acknowledgements - must be the same, segment by segment.
 */
@OnPeerWorld
class SameAsLinuxIT {

    private static final double JITTER_MS = 10;
    private static final int PLAYS = 20;

    private final PeerWorld world;

    SameAsLinuxIT(PeerWorld world) {
        this.world = world;
    }

    static Stream<Script> scripts() {
        return Stream.of(SendingScripts.all(), RecoveryScripts.all(), PeerScripts.all()).flatMap(s -> s)
                .filter(script -> script.toString().contains(System.getProperty("itests.script", "")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("scripts")
    @Clause(rfc = "RFC 9293", section = "3.8", way = Way.LINUX,
            does = "an adopted connection answers a script segment by segment as a kernel socket does")
    void eachStepBringsTheSameSegments(Script script) {
        Transcript linux = playedInTime(Side.KERNEL, script, null);
        playedInTime(Side.ADOPTED, script, linux).assertSame(linux);
    }

    /** On a busy machine the peer, which is a thread like any other, is late: that is seen without a look at the answers. */
    private Transcript playedInTime(Side side, Script script, Transcript linux) {
        Transcript played = play(side, script, linux);
        for (int i = 1; i < PLAYS && !played.isInTime(); i++) {
            played = play(side, script, linux);
        }
        return played;
    }

    private Transcript play(Side side, Script script, Transcript linux) {
        try (Dialog d = world.openInTime(side, script.options(), script.nagle(), TcpPeer.ROUND_TRIP + JITTER_MS)) {
            return new Transcript(d, script, linux);
        }
    }
}
