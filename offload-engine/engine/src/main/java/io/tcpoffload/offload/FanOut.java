// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import io.tcpoffload.channel.Extent;
import io.tcpoffload.channel.Source;
import io.tcpoffload.channel.Step;
import io.tcpoffload.core.Sender;
import io.tcpoffload.kernel.DmaRing;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Finds the viewers that get the same bytes next, so that one post serves them all. A viewer with room in both
 * windows gets what there is, up to a piece, and so stays in step with the others; one without gets what fits, alone,
 * and is in step again when it has reached a piece's end or the live edge. How large a piece is depends on the
 * viewer's path: {@link PieceClass}.
 */
final class FanOut {

    /** Linux {@code net.ipv4.tcp_tso_win_divisor}. */
    private static final int WINDOW_DIVISOR = 3;

    private final Poster poster;
    private final Extent extent = new Extent();
    private final List<Bucket> pool = new ArrayList<>();
    private Bucket[] table = new Bucket[64];
    private int used;
    private Bucket last;
    private int sent;

    FanOut(Poster poster) {
        this.poster = poster;
    }

    /**
     * Puts the viewer down for what it can be sent now. A full post leaves at once, while all that belongs to its viewers
     * is in the processor's cache.
     *
     * @return {@link Step#DATA} if it was put down, {@link Step#NONE} if there is nothing or no room, {@link Step#CLOSE}
     *         if the viewer is to be disconnected
     */
    Step offer(ViewerSession viewer, long nowNs) {
        Source source = viewer.source();
        long lag = viewer.waitingBytes();
        boolean shared = source.unit() > 1;
        // the sender is told of all there is, because what it has held back too long goes in several pieces
        int room = viewer.sender().sendable((int) Math.min(lag, viewer.path().largestPiece()), nowNs);
        if (room == 0 && lag > 0 && !source.isTooSlow()) {
            return Step.NONE; /* and no skip: one pause is one skip, made when the viewer can be sent to again */
        }
        Step step = source.next(extent);
        if (step != Step.DATA || room == 0) {
            return step == Step.CLOSE ? step : Step.NONE;
        }
        if (!viewer.followJumps()) {
            return Step.CLOSE;
        }
        int bytes = Math.min(room, extent.length());
        if (viewer.isPrivate()) {
            bytes = Math.min(bytes, viewer.sender().newBurstBytes()); /* Linux tcp_tso_autosize */
        }
        if (shared) {
            bytes = cut(viewer, bytes, source.unit());
            if (bytes == 0) {
                viewer.sender().onDeferred();
                return Step.NONE;
            }
        }
        Bucket bucket = bucketFor(viewer, bytes);
        bucket.add(viewer);
        if (bucket.count() == DmaRing.MAX_TARGETS) {
            sent += poster.post(bucket);
            bucket.clear();
        }
        return Step.DATA;
    }

    /**
     * Length of a post of at most so many bytes. Pieces end at multiples of their size in a segment, so that viewers out
     * of step meet again. The last that the viewer's window takes ends at a unit's end: if the viewer then stops reading
     * for long, a skip does not cut a unit in two. Everywhere else segments are full: a path that loses packets loses as
     * many short ones.
     *
     * @return 0 if it is better to wait until the viewer has room for more
     */
    private int cut(ViewerSession viewer, int most, int unit) {
        SessionPath path = viewer.path();
        int piece = PieceClass.bytes(viewer.sender().grantedBurstBytes(), path.mss(), path.largestPiece());
        long into = extent.position() - extent.segmentStart();
        int wanted = (int) Math.min(extent.length(), piece - into % piece);
        int bytes = Math.min(most, wanted);
        if (bytes < wanted && isWorthWaiting(viewer.sender(), bytes)) {
            return 0;
        }
        boolean fillsWindow = viewer.sender().usableWindowBytes() - bytes < path.mss();
        if (!fillsWindow || bytes == extent.length()) {
            return bytes;
        }
        int over = (int) ((into + bytes) % unit);
        return bytes <= over ? bytes : bytes - over;
    }

    /**
     * After Linux tcp_tso_should_defer: when acknowledgements are on their way and only a small part of the window is free,
     * the next of them make it larger. Each of the small posts in between would be for one viewer alone. Other than Linux,
     * this asks neither how long ago the last send was nor how soon the next acknowledgement is due: the wait ends with the
     * acknowledgements of what is in flight, or with its timeout.
     */
    private static boolean isWorthWaiting(Sender sender, int bytes) {
        return sender.inFlight() > 0 && !sender.isRecovering()
                && bytes < Math.min(sender.cwndBytes(), sender.inFlight() + sender.usableWindowBytes()) / WINDOW_DIVISOR;
    }

    private Bucket bucketFor(ViewerSession viewer, int bytes) {
        long at = extent.position();
        if (last != null && last.fits(viewer, at, bytes)) {
            return last;
        }
        int mask = table.length - 1;
        int i = hash(at, bytes) & mask;
        while (table[i] != null) {
            if (table[i].fits(viewer, at, bytes)) {
                last = table[i];
                return last;
            }
            i = (i + 1) & mask;
        }
        last = unused();
        last.open(viewer, extent, bytes);
        table[i] = last;
        if (2 * used > table.length) {
            grow();
        }
        return last;
    }

    private Bucket unused() {
        if (used == pool.size()) {
            pool.add(new Bucket());
        }
        return pool.get(used++);
    }

    private void grow() {
        table = new Bucket[2 * table.length];
        int mask = table.length - 1;
        for (int b = 0; b < used; b++) {
            Bucket bucket = pool.get(b);
            int i = hash(bucket.position(), bucket.length()) & mask;
            while (table[i] != null) {
                i = (i + 1) & mask;
            }
            table[i] = bucket;
        }
    }

    private static int hash(long position, int bytes) {
        long mixed = (position * 31 + bytes) * 0x9E3779B97F4A7C15L;
        return (int) (mixed >>> 32);
    }

    /**
     * Posts what {@link #offer} put down and has not posted itself.
     *
     * @return viewers sent to, by {@link #offer} too
     */
    int post() {
        for (int b = 0; b < used; b++) {
            sent += poster.post(pool.get(b));
        }
        if (used > 0) {
            Arrays.fill(table, null);
            used = 0;
            last = null;
        }
        int all = sent;
        sent = 0;
        return all;
    }
}
