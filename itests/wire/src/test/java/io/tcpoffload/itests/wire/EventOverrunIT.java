// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.clauses.Hostile;
import io.tcpoffload.clauses.Layer;
import io.tcpoffload.itests.Command;
import io.tcpoffload.itests.peer.SynOptions;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** An engine that stands still, as in a long garbage collection, while more comes than its event ring holds. */
class EventOverrunIT {

    private static final int MSS = 1448;
    /** More than the ring's 14,563 events. */
    private static final int EVENTS = 20_000;

    @Test
    @Hostile(value = "event ring overrun", layer = Layer.WIRE, counter = "kernel_events_lost")
    void whatTheRingLosesTheRecordHolds() {
        try (PeerWorld world = new PeerWorld(true)) {
            try (Dialog d = world.open(Side.ADOPTED, SynOptions.usual()); Dialog other = world.open(Side.ADOPTED,
                    SynOptions.usual())) {
                d.push(10 * MSS);
                other.push(10 * MSS);
                Map<String, Long> before = world.engine.counters();
                String pid = Long.toString(world.engine.pid());
                Command.run("kill", "-STOP", pid);
                try {
                    for (int i = 0; i < EVENTS; i++) {
                        d.peer.ack(0).sack(2 * MSS, 3 * MSS).sendSoon();
                    }
                    d.peer.ack(4 * MSS).sack(6 * MSS, 10 * MSS).send(); // lost: the fifth and the sixth
                    other.peer.ack(3 * MSS).sack(4 * MSS, 10 * MSS).send(); // lost: the fourth; its event found no room
                } finally {
                    Command.run("kill", "-CONT", pid);
                }
                other.peer.await(other.peer.data(3 * MSS, MSS), 5000);
                d.goesOn();
                other.goesOn();
                assertTrue(world.engine.counters().get("kernel_events_lost") > before.get("kernel_events_lost"));
            }
        }
    }
}
