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

    private final ByteBuffer clip;
    private final ClipIndex index;
    private final Restamper restamper = new Restamper();
    private final Piece[] pieces;
    private final long durationNs;

    private boolean started;
    private boolean firstRound = true;
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
     * @throws IOException if it is missing or can't be repeated without a seam; names the packet and the reason
     */
    public static DemoProgramme open() throws IOException {
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
        if (!started) {
            started = true;
            roundStartNs = nowNs;
        }
        List<ClipIndex.Span> spans = index.spans();
        ClipIndex.Span span = spans.get(nextPiece);
        long lateNs = nowNs - (roundStartNs + span.startNs());
        if (lateNs < 0) {
            return null;
        }
        if (lateNs > durationNs / 2) {
            roundStartNs += lateNs;
        }
        restamper.restamp(clip, span.offset(), span.length(), firstRound ? 0 : index.durationTicks());
        Piece piece = pieces[nextPiece];
        piece.media().clear();
        if (++nextPiece == spans.size()) {
            nextPiece = 0;
            firstRound = false;
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
