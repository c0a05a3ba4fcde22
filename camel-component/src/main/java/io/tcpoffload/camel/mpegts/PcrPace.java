// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel.mpegts;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/**
 * The speed that the stream's own clock gives: a piece is due when its first PCR says. A PCR that goes back or jumps by
 * more than {@link #MAX_JUMP_MILLIS} does not make viewers wait: time goes on from there.
 */
public final class PcrPace implements Pace {

    private static final long MAX_JUMP_MILLIS = 1000;
    private static final long MAX_JUMP = TsClock.ticks(MAX_JUMP_MILLIS);
    private static final long PIECE = TsClock.ticks(PIECE_MILLIS);
    private static final long NONE = -1;

    private final TsPacket packet = new TsPacket();
    private long clockPid = NONE;
    /** The PCR of the newest piece's start, and when it is due. */
    private long pcr = NONE;
    private long due;
    private boolean running;

    @Override
    public int next(ByteBuffer media, long now) {
        int start = media.position();
        int at = start;
        boolean placed = false;
        for (; media.limit() - at >= TsPacket.SIZE; at += TsPacket.SIZE) {
            packet.wrap(media, at);
            if (!packet.hasPcr() || clockPid != NONE && clockPid != packet.pid()) {
                continue;
            }
            clockPid = packet.pid();
            if (placed && TsClock.since(pcr, packet.pcr()) >= PIECE) {
                break;
            } else if (!placed) {
                if (at > start) {
                    // What comes before the first PCR goes with the piece before.
                    break;
                }
                place(packet.pcr(), now);
                placed = true;
            }
        }
        if (!running) {
            due = now;
            running = true;
        }
        return Math.max(at - start, Math.min(TsPacket.SIZE, media.remaining()));
    }

    private void place(long here, long now) {
        long step = pcr == NONE ? 0 : TsClock.since(pcr, here);
        due = step > MAX_JUMP ? due : due + TsClock.nanos(step);
        pcr = here;
        if (!running || now - due > TimeUnit.MILLISECONDS.toNanos(MAX_LATE_MILLIS)) {
            due = now;
            running = true;
        }
    }

    @Override
    public long due() {
        return due;
    }

    @Override
    public void expectNewSource() {
        pcr = NONE;
        clockPid = NONE;
    }
}
