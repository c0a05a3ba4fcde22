// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.bench;

import io.tcpoffload.itests.RelayLink;

/**
 * A live viewer behind an access line faster than its stream, with a small buffer: what a burst overflows there is lost,
 * though the line has room. Ours paced and not, and the kernel's CUBIC without a pacing qdisc.
 */
final class Burst {

    private static final int LINE_KILOBITS = 20_000;
    private static final int BUFFER_BYTES = 32 << 10;
    private static final int RTT_MILLIS = 20;
    private static final double STREAM_BITS = 8e6;
    private static final long STORE_BYTES = 64L << 20;
    /** In it every sender finds out how large its window may be. */
    private static final double START_UP_SECONDS = 5;
    /** What is published at once: 10, 50 and 800 datagrams of 7 MPEG-TS packets - a packetiser, a muxer, a segment of a second. */
    private static final int[] PIECES = {13_160, 65_800, 1_052_800};

    private enum Sender { PACED, UNPACED, KERNEL }

    private record Outcome(long packets, long lost) {
    }

    private Burst() {
    }

    /** Prints a line for each size of what is published at once; returns packets the paced sender lost in pieces up to 64 KB. */
    static long run(double seconds) {
        System.out.printf("burst: a viewer of %.0f Mbit/s on a line of %d Mbit/s, RTT %d ms, buffer %d bytes; packets lost in "
                + "%.0f s after %.0f s of start-up%n", STREAM_BITS / 1e6, LINE_KILOBITS / 1000, RTT_MILLIS, BUFFER_BYTES,
                seconds, START_UP_SECONDS);
        long paced = 0;
        for (int piece : PIECES) {
            Outcome[] outcomes = new Outcome[Sender.values().length];
            for (Sender sender : Sender.values()) {
                outcomes[sender.ordinal()] = measure(sender, piece, seconds);
            }
            Outcome ours = outcomes[Sender.PACED.ordinal()];
            paced += piece < PIECES[PIECES.length - 1] ? ours.lost : 0;
            System.out.printf("published %8d bytes at once: ours paced %d of %d, ours unpaced %d, kernel %d%n", piece, ours.lost,
                    ours.packets, outcomes[Sender.UNPACED.ordinal()].lost, outcomes[Sender.KERNEL.ordinal()].lost);
        }
        return paced;
    }

    private static Outcome measure(Sender sender, int piece, double seconds) {
        try (Race race = new Race(STORE_BYTES, sender == Sender.UNPACED ? "pacing=off" : "pacing=on")) {
            race.relay.roundTrip(RelayLink.CLEAN.bottleneck(LINE_KILOBITS, BUFFER_BYTES), RelayLink.CLEAN, 1000L * RTT_MILLIS);
            if (sender == Sender.KERNEL) {
                race.joinKernels(1);
            } else {
                race.joinOurs(1);
            }
            publish(race, sender, piece, START_UP_SECONDS);
            var before = race.relay.towardsViewers();
            publish(race, sender, piece, seconds);
            var after = race.relay.towardsViewers();
            Race.sleep(1);
            Race.Mark end = race.mark();
            race.requireRelaySound();
            long published = (pieces(piece, START_UP_SECONDS) + pieces(piece, seconds)) * piece;
            long behind = published - end.ours() - end.kernels();
            if (behind != 0) {
                throw new IllegalStateException(sender + " is " + behind + " bytes behind after a second without news");
            }
            return new Outcome(after.packets() - before.packets(), after.overflowed() - before.overflowed());
        }
    }

    private static long pieces(int piece, double seconds) {
        return Math.round(seconds * STREAM_BITS / 8 / piece);
    }

    /** Live: a piece whenever the stream has got so far. */
    private static void publish(Race race, Sender sender, int piece, double seconds) {
        long start = System.nanoTime();
        for (long i = 0; i < pieces(piece, seconds); i++) {
            double due = (double) i * piece * 8 / STREAM_BITS;
            Race.sleep(Math.max(0, due - (System.nanoTime() - start) / 1e9));
            if (sender == Sender.KERNEL) {
                race.publishKernels(piece);
            } else {
                race.publishOurs(piece);
            }
        }
    }
}
