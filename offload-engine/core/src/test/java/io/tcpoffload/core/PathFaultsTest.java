// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.clauses.Hostile;
import io.tcpoffload.clauses.Layer;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Whole transfers over a path with faults")
class PathFaultsTest {

    private static final long SECOND = 1000 * SimClock.MS;

    private final SimWorld.Settings settings = new SimWorld.Settings();

    @Test
    void aCleanPathNeedsNoRetransmission() {
        settings.viewerBuffer = 200_000;
        final SimWorld world = new SimWorld(1, settings);
        assertTrue(world.run(60 * SECOND), world::toString);
        assertEquals(0, world.sender.retransmittedSegments());
        assertEquals(0, world.sender.count(SenderCounter.TIMEOUTS));
    }

    @Test
    void oneLostSegmentCostsOneRetransmissionAndNoTimeout() {
        final SimWorld world = new SimWorld(1, settings);
        settings.viewerBuffer = 200_000;
        final AtomicInteger data = new AtomicInteger();
        world.down.dropIf(p -> data.incrementAndGet() == 30);
        assertTrue(world.run(60 * SECOND), world::toString);
        assertEquals(world.down.lost(), world.sender.retransmittedSegments());
        assertEquals(0, world.sender.count(SenderCounter.TIMEOUTS));
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    @DisplayName("With SACK, what is sent again is what was lost: at most 1.1 times, and a segment a timeout")
    void sendsAgainWhatWasLost(long seed) {
        settings.loss = 0.002 * seed;
        settings.isn = -500_000;
        final SimWorld world = new SimWorld(seed, settings);
        assertTrue(world.run(3600 * SECOND), world::toString);
        final long bound = world.down.lost() * 11 / 10 + 1 + world.sender.count(SenderCounter.TIMEOUTS)
                + world.sender.count(SenderCounter.LOSS_PROBES);
        assertTrue(world.sender.retransmittedSegments() <= bound, () -> "seed " + seed + ": " + world);
    }

    @Test
    @Clause(rfc = "RFC 6429", section = "3",
            does = "a viewer whose window stays shut loses nothing")
    @Hostile(value = "zero window", layer = Layer.CORE, counter = "sender_window_probes")
    void aViewerThatStopsReadingForTwentySecondsLosesNothing() {
        settings.viewerBuffer = 100_000;
        settings.isn = -150_000;
        final SimWorld world = new SimWorld(1, settings);
        world.clock.after(30 * SimClock.MS, world.viewer::stopReading);
        world.clock.after(20 * SECOND, world.viewer::resumeReading);
        assertTrue(world.run(60 * SECOND), world::toString);
        assertTrue(world.viewer.probes() >= 5, () -> "probes " + world.viewer.probes());
        assertEquals(world.viewer.probes(), world.sender.count(SenderCounter.WINDOW_PROBES));
        assertEquals(0, world.sender.retransmittedSegments());
    }

    @Test
    @DisplayName("RFC 9293 3.8.6.1: a lost window update is repaired by the next probe")
    @Clause(rfc = "RFC 9293", section = "3.8.6.1",
            does = "a lost window update is repaired by the next probe")
    void aLostWindowUpdateIsRepaired() {
        settings.viewerBuffer = 50_000;
        final SimWorld world = new SimWorld(1, settings);
        world.viewer.stopReading();
        world.runFor(10 * SECOND);
        world.up.cut(true);
        world.viewer.resumeReading();
        world.up.cut(false);
        assertTrue(world.run(40 * SECOND), world::toString);
    }

    @Test
    void aViewerThatVanishesIsGivenUpAfterAMinute() {
        final SimWorld world = new SimWorld(1, settings);
        world.runFor(60 * SimClock.MS);
        world.down.cut(true);
        world.up.cut(true);
        assertFalse(world.run(600 * SECOND));
        assertTrue(world.host.gaveUp());
        assertTrue(world.elapsedNs() >= 60 * SECOND && world.elapsedNs() < 61 * SECOND, world::toString);
    }

    @Test
    @Clause(rfc = "RFC 6429", section = "3",
            does = "a viewer that vanishes behind a zero window is reset")
    void aViewerThatVanishesBehindAZeroWindowIsGivenUp() {
        settings.viewerBuffer = 50_000;
        final SimWorld world = new SimWorld(1, settings);
        world.viewer.stopReading();
        world.runFor(10 * SECOND);
        world.down.cut(true);
        assertFalse(world.run(200 * SECOND));
        assertTrue(world.host.gaveUp());
        assertTrue(world.elapsedNs() < 90 * SECOND, world::toString);
    }

    @Test
    @Hostile(value = "4-tuple reuse", layer = Layer.CORE)
    void aLinkThatIsDownForTwentySecondsIsSurvived() {
        final SimWorld world = new SimWorld(1, settings);
        world.runFor(60 * SimClock.MS);
        world.down.cut(true);
        world.clock.after(20 * SECOND, () -> world.down.cut(false));
        assertTrue(world.run(60 * SECOND), world::toString);
    }

    @Test
    @DisplayName("RFC 2018 8: a viewer that reneges gets its data again")
    @Clause(rfc = "RFC 2018", section = "8",
            does = "a viewer that reneges gets its data again")
    @Hostile(value = "SACK outside", layer = Layer.CORE)
    void renegingIsRepaired() {
        final SimWorld world = new SimWorld(1, settings);
        world.host.allowResendingSacked();
        final AtomicInteger data = new AtomicInteger();
        world.down.dropIf(p -> data.incrementAndGet() == 30);
        // late enough for the sender to have seen the SACK, too early for what it sends again to have arrived
        while (world.viewer.bytesBeyond() == 0) {
            world.runFor(SimClock.MS);
        }
        world.clock.after(15 * SimClock.MS, world.viewer::renege);
        assertTrue(world.run(60 * SECOND), world::toString);
        assertTrue(world.sender.count(SenderCounter.RENEGES) > 0, world::toString);
    }

    @Test
    @DisplayName("RFC 5681 5: lost acknowledgements are covered by later ones")
    @Clause(rfc = "RFC 5681", section = "5",
            does = "lost acknowledgements are covered by later ones")
    void lostAcknowledgementsCostNothing() {
        settings.ackLoss = 0.4;
        settings.viewerBuffer = 100_000;
        settings.totalBytes = 500_000;
        final SimWorld world = new SimWorld(1, settings);
        assertTrue(world.run(60 * SECOND), world::toString);
        assertTrue(world.sender.retransmittedSegments() <= 2, world::toString);
    }
}
