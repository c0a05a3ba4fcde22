// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel.mpegts;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/** A constant bit rate, for media of any kind. */
public final class BitratePace implements Pace {

    /** Most bytes of a piece, for very fast streams. */
    private static final int MAX_PIECE = 188 * 7 * 256;

    private final long bitsPerSecond;
    private final int pieceBytes;
    private boolean running;
    private long next;
    private long due;

    /** @param bitsPerSecond at least 1 */
    public BitratePace(long bitsPerSecond) {
        this.bitsPerSecond = bitsPerSecond;
        long wanted = Math.max(1, bitsPerSecond / 8 * PIECE_MILLIS / 1000);
        long packets = Math.max(1, wanted / TsPacket.SIZE);
        pieceBytes = (int) Math.min(MAX_PIECE, packets * TsPacket.SIZE);
    }

    @Override
    public int next(ByteBuffer media, long now) {
        int length = Math.min(pieceBytes, media.remaining());
        if (!running || now - next > TimeUnit.MILLISECONDS.toNanos(MAX_LATE_MILLIS)) {
            next = now;
            running = true;
        }
        due = next;
        next += Math.round(length * 8e9 / bitsPerSecond);
        return length;
    }

    @Override
    public long due() {
        return due;
    }

    @Override
    public void expectNewSource() {
        // A rate knows no source.
    }
}
