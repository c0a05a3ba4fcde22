// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.headend.demo;

import java.io.IOException;
import java.nio.ByteBuffer;

/** The demo channel's programme: a short clip repeated as one endless MPEG-TS programme, paced by its PCR. */
public final class DemoProgramme {

    private DemoProgramme() {
    }

    /** Opens the clip that is shipped on the class path. */
    public static DemoProgramme open() throws IOException {
        throw new IOException("the demo clip is not on the class path");
    }

    /** The next piece if it is due at {@code nowNs} (as {@link System#nanoTime()}; the first call defines time zero), else null. */
    public Piece next(long nowNs) {
        return null;
    }

    /** Whole 188-byte packets; {@code keyframe}: begins with PAT, PMT and the first packet of an IDR access unit. */
    public record Piece(ByteBuffer media, boolean keyframe) {
    }
}
