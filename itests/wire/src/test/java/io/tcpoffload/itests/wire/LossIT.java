// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.itests.LossProgram;
import io.tcpoffload.itests.Snmp;
import io.tcpoffload.itests.Viewer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Streams over a link that loses and doubles packets both ways. */
class LossIT {

    private static final int VIEWERS = 50;
    private static final int SEGMENT = 188 * 7 * 40;
    private static final int SEGMENTS = 60;
    private static final int PAUSE_MILLIS = 50;
    private static final long STORE = 64L << 20;
    private static final double DUPLICATES = 0.01;
    /** What is lost is sent again once, but for repetitions that get lost. */
    private static final double MOST_REPEATED_A_LOSS = 1.1;

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"0.005, 11", "0.02, 12", "0.05, 13"})
    void streamsAreExact(double loss, long seed) {
        System.out.println("loss " + loss + " seed " + seed);
        try (Setup setup = new Setup(directory, STORE, "KEYFRAME")) {
            setup.veth.withoutServerOffloads();
            setup.join(VIEWERS);
            Snmp snmp = new Snmp(setup.viewers);
            Snmp control = new Snmp(setup.servers);
            try (LossProgram link = new LossProgram(setup.viewers, setup.veth.viewerDevice())) {
                link.towardsViewers(loss, DUPLICATES, seed);
                link.fromViewers(loss, DUPLICATES, -seed);
                setup.engine.publish(SEGMENTS, SEGMENT, PAUSE_MILLIS);
                List<Viewer> viewers = setup.awaitEverything();
                assertTrue(viewers.stream().allMatch(Viewer::exact), viewers::toString);
                LossProgram.Counters there = link.towardsViewers();
                LossProgram.Counters back = link.fromViewers();
                Map<String, Long> counters = setup.engine.counters();
                long repeated = counters.get("sender_segments_retransmitted");
                long probes = counters.get("sender_loss_probes");
                long lost = there.dropped() + setup.veth.lostBetweenEnds();
                System.out.println("to viewers " + there + ", from viewers " + back + ", lost between the ends "
                        + setup.veth.lostBetweenEnds() + ", repeated by the engine " + repeated + ", probes " + probes + ", by the kernel " + control.delta().getOrDefault("TcpRetransSegs", 0L));
                assertTrue(repeated <= MOST_REPEATED_A_LOSS * lost + probes, repeated + " repeated for " + lost + " lost and "
                        + probes + " probes");
                assertTrue(there.dropped() > 0 && back.dropped() > 0);
                assertTrue(there.duplicated() > 0 && back.duplicated() > 0);
            }
            assertEquals(Map.of(), snmp.faults());
            assertEquals(VIEWERS, setup.engine.sessions().size());
        }
    }
}
