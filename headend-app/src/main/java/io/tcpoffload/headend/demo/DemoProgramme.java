// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.headend.demo;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The demo channel's programme: a short clip repeated without end and without a seam, handed out in real time by its PCR.
 *
 * <p>The clip lies once in memory; before a piece is handed out again it is restamped in place, so the running programme
 * copies and allocates nothing. For one thread.
 */
public final class DemoProgramme {

    private static final String CLIP = "/demo/clip.ts";
    /** After so many rounds all continuity counters, of 4 bits, are where they were. */
    private static final int COUNTER_ROUNDS = 16;

    private final ByteBuffer clip;
    private final ClipIndex index;
    private final Restamper restamper = new Restamper();
    private final Piece[] pieces;
    private final long durationNs;

    private boolean started;
    private long rounds;
    private long roundStartNs;
    private int nextPiece;

    private DemoProgramme(ByteBuffer clip, ClipIndex index) {
        this.clip = clip;
        this.index = index;
        this.durationNs = index.durationNs();
        this.pieces = index.spans().stream()
                .map(span -> new Piece(clip.slice(span.offset(), span.length()).asReadOnlyBuffer(), span.keyframe()))
                .toArray(Piece[]::new);
    }

    /**
     * Opens the clip that is shipped with this class.
     *
     * @param position to go on at, as of {@link #position()}; 0 for the beginning
     * @throws IOException if it is missing or can't be repeated without a seam; names the packet and the reason
     */
    public static DemoProgramme open(long position) throws IOException {
        DemoProgramme programme = open();
        programme.goTo(position);
        return programme;
    }

    static DemoProgramme open() throws IOException {
        try (InputStream in = DemoProgramme.class.getResourceAsStream(CLIP)) {
            if (in == null) {
                throw new FileNotFoundException("demo clip: no resource " + CLIP + " in the headend's bundle");
            }
            return of(in.readAllBytes());
        }
    }

    static DemoProgramme of(byte[] bytes) throws IOException {
        // Direct, so that publishing is one copy from memory that does not move.
        ByteBuffer clip = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
        return new DemoProgramme(clip, ClipIndex.of(clip));
    }

    /** Leaves clip and counters as if all pieces before had been handed out. Before the first call of {@link #next}. */
    private void goTo(long position) {
        rounds = position / pieces.length;
        nextPiece = (int) (position % pieces.length);
        if (rounds > 0) {
            for (long i = (rounds - 1) % COUNTER_ROUNDS; i > 0; i--) {
                restamper.restamp(clip, 0, clip.limit(), 0);
            }
            restamper.restamp(clip, 0, clip.limit(), (rounds - 1) * index.durationTicks() % StreamTime.WRAP_TICKS);
        }
        restamper.restamp(clip, 0, index.spans().get(nextPiece).offset(), shiftTicks());
    }

    private long shiftTicks() {
        return rounds == 0 ? 0 : index.durationTicks();
    }

    /** How many pieces of the programme have been handed out, by this object and those that it goes on from. */
    public long position() {
        return rounds * pieces.length + nextPiece;
    }

    /**
     * The next piece of the programme, if it is due. The first call sets the programme's time zero; the first piece is
     * due at once. A caller that comes late gets all that was due meanwhile, call by call. When it is more than half a
     * clip late (the route was suspended, say) the programme goes on from where it was, as if the time between had not
     * been.
     *
     * @param nowNs as of {@link System#nanoTime()}
     * @return the piece, or null if none is due yet
     */
    public Piece next(long nowNs) {
        List<ClipIndex.Span> spans = index.spans();
        ClipIndex.Span span = spans.get(nextPiece);
        if (!started) {
            started = true;
            roundStartNs = nowNs - span.startNs();
        }
        long lateNs = nowNs - (roundStartNs + span.startNs());
        if (lateNs < 0) {
            return null;
        }
        if (lateNs > durationNs / 2) {
            roundStartNs += lateNs;
        }
        restamper.restamp(clip, span.offset(), span.length(), shiftTicks());
        Piece piece = pieces[nextPiece];
        piece.media().clear();
        if (++nextPiece == spans.size()) {
            nextPiece = 0;
            rounds++;
            roundStartNs += durationNs;
        }
        return piece;
    }

    /**
     * A piece of the programme, at most about 200 ms long.
     *
     * @param media    whole 188-byte packets, read-only, from position to limit. The bytes, and this object, stay as
     *                 they are for half a clip (4 s) at least; then they are used again
     * @param keyframe whether a viewer can start here: the piece begins with PAT, PMT and the first packet of an IDR
     *                 access unit
     */
    public record Piece(ByteBuffer media, boolean keyframe) {
    }
}
