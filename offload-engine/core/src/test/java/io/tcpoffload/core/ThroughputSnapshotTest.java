// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/**
 * Throughput over loss, as a committed table: whatever changes how the sender behaves is a visible difference. Write the
 * table anew with {@code -Dtcpoffload.snapshot=write} and look at the difference before committing it.
 */
class ThroughputSnapshotTest {

    private static final Path SNAPSHOT = Path.of("src/test/resources/io/tcpoffload/core/throughput.txt");
    private static final int SEEDS = 8;
    private static final double[] LOSS = {0, 0.001, 0.005, 0.01, 0.02, 0.05};
    private static final int[] RTT_MS = {2, 20, 100};

    @Test
    void behavesAsRecorded() throws IOException {
        final StringBuilder table = new StringBuilder(
                "# 4 MB over 100 Mbit/s with a queue of 256 KB; mean of 8 seeds. ratio = segments sent again / segments lost\n"
                + "# recovery  rtt ms  loss %   Mbit/s  timeouts  recoveries  ratio  duplicates at the viewer\n");
        addRows(table, true, CongestionAlgorithm.CUBIC);
        addRows(table, false, CongestionAlgorithm.CUBIC);
        table.append("# the same with a NewReno window\n");
        addRows(table, true, CongestionAlgorithm.NEW_RENO);
        if ("write".equals(System.getProperty("tcpoffload.snapshot"))) {
            Files.createDirectories(SNAPSHOT.getParent());
            Files.writeString(SNAPSHOT, table);
        }
        assertEquals(Files.readString(SNAPSHOT), table.toString());
    }

    private static void addRows(StringBuilder table, boolean sack, CongestionAlgorithm algorithm) {
        for (final int rtt : RTT_MS) {
            for (final double loss : LOSS) {
                table.append(row(sack, algorithm, rtt, loss));
            }
        }
    }

    private static String row(boolean sack, CongestionAlgorithm algorithm, int rttMs, double loss) {
        double mbits = 0;
        double timeouts = 0;
        double recoveries = 0;
        double again = 0;
        double lost = 0;
        double duplicates = 0;
        for (int seed = 1; seed <= SEEDS; seed++) {
            final SimWorld.Settings s = new SimWorld.Settings();
            s.sack = sack;
            s.oneWayNs = rttMs * SimClock.MS / 2;
            s.loss = loss;
            s.totalBytes = 4_000_000;
            s.isn = -1_000_000;
            s.config = SenderConfig.forMss(s.mss).congestionAlgorithm(algorithm).build();
            final SimWorld world = new SimWorld(seed, s);
            assertTrue(world.run(3_600_000 * SimClock.MS), world::toString);
            mbits += s.totalBytes * 8000.0 / world.elapsedNs() / SEEDS;
            timeouts += (double) world.sender.count(SenderCounter.TIMEOUTS) / SEEDS;
            recoveries += (double) world.sender.count(SenderCounter.FAST_RECOVERIES) / SEEDS;
            again += (double) world.sender.retransmittedSegments() / SEEDS;
            lost += (double) world.down.lost() / SEEDS;
            duplicates += (double) world.viewer.duplicateSegments() / SEEDS;
        }
        return String.format(Locale.ROOT, "  %-8s %6d %8.1f %9.2f %8.1f %10.1f %8.2f %10.1f\n",
                sack ? "SACK" : "NewReno", rttMs, 100 * loss, mbits, timeouts, recoveries,
                lost == 0 ? 0 : again / lost, duplicates);
    }
}
