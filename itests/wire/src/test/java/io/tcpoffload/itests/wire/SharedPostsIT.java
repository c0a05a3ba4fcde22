// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.itests.LossProgram;
import io.tcpoffload.itests.Viewer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Viewers on like paths share posts, also when each is sent to at a rate and not at once; one on a bad path costs the others
 * nothing.
 */
class SharedPostsIT {

    private static final int VIEWERS = 200;
    private static final int OTHERS = 100;
    private static final long STORE = 32L << 20;
    /** Many pieces of what a rate of 16 Mbit/s lets leave at once. */
    private static final int SEGMENT = 188 * 7 * 150;
    private static final int SEGMENTS = 6;
    private static final int PAUSE_MILLIS = 200;
    private static final String PACED = "maxRate=16000000";
    private static final String SMALL_BURSTS = "maxBurst=12000";
    /** All 200 where nothing disturbs; a busy machine lets viewers fall out of step for a while. */
    private static final int FEWEST_TARGETS_A_POST = 10;
    private static final int SMALL_SEGMENT = 188 * 7 * 40;
    private static final int SMALL_PAUSE_MILLIS = 40;
    private static final int WARM_UP = 30;
    private static final int LOOKS = 40;
    private static final double LOSS = 0.3;

    @TempDir
    Path directory;

    private static long counted(Setup setup, String counter) {
        return setup.engine.counters().getOrDefault(counter, 0L);
    }

    @Test
    void viewersThatArePacedAlikeShareTheirPosts() {
        try (Setup setup = new Setup(directory, STORE, "KEYFRAME", PACED, SMALL_BURSTS)) {
            setup.join(VIEWERS);
            long posts = counted(setup, "offload_posts");
            long targets = counted(setup, "offload_targets");
            setup.engine.publish(SEGMENTS, SEGMENT, PAUSE_MILLIS);
            List<Viewer> all = setup.awaitEverything();
            assertTrue(all.stream().allMatch(Viewer::exact), all::toString);
            posts = counted(setup, "offload_posts") - posts;
            targets = counted(setup, "offload_targets") - targets;
            System.out.println(targets + " targets in " + posts + " posts");
            long pieces = targets / VIEWERS;
            assertTrue(pieces > (long) SEGMENTS * SEGMENT / 12_000, "they were not paced: " + pieces + " pieces");
            assertTrue(targets > FEWEST_TARGETS_A_POST * posts, targets + " targets in " + posts + " posts");
        }
    }

    @Test
    void aViewerOnABadPathCostsTheOthersNothing() {
        try (Setup setup = new Setup(directory, STORE, "KEYFRAME");
                LossProgram link = new LossProgram(setup.viewers, setup.veth.viewerDevice())) {
            setup.join(OTHERS + 1);
            setup.engine.publish(WARM_UP, SMALL_SEGMENT, SMALL_PAUSE_MILLIS);
            setup.awaitEverything();
            link.spoil(setup.farm.report().get(0).port(), LOSS);
            long posts = counted(setup, "offload_posts");
            long targets = counted(setup, "offload_targets");
            long repeated = counted(setup, "sender_segments_retransmitted");
            setup.engine.startPublishing(SMALL_SEGMENT, SMALL_PAUSE_MILLIS);
            long[] lags = new long[LOOKS];
            for (int i = 0; i < LOOKS; i++) {
                Setup.sleep(SMALL_PAUSE_MILLIS);
                lags[i] = setup.engine.sessions().stream().mapToLong(s -> s.number("lag")).sorted().skip(OTHERS - 1)
                        .findFirst().orElseThrow();
            }
            setup.engine.stopPublishing();
            posts = counted(setup, "offload_posts") - posts;
            targets = counted(setup, "offload_targets") - targets;
            repeated = counted(setup, "sender_segments_retransmitted") - repeated;
            Arrays.sort(lags);
            long published = setup.engine.published();
            List<Viewer> all = setup.farm.await(Setup.PATIENCE, v -> v.id() == 0 || v.end() == published);
            System.out.println(targets + " targets in " + posts + " posts, " + repeated + " repeated, lag of the others "
                    + Arrays.toString(lags));
            assertTrue(repeated > 0, "nothing was lost");
            assertTrue(all.stream().skip(1).allMatch(Viewer::exact), all::toString);
            assertTrue(lags[LOOKS / 2] <= 2 * SMALL_SEGMENT, "the others lag: " + Arrays.toString(lags));
            long others = OTHERS * (published / SMALL_SEGMENT - WARM_UP);
            assertTrue(posts <= targets - others + others / FEWEST_TARGETS_A_POST, targets + " targets in " + posts + " posts");
        }
    }
}
